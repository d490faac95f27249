"""The analysis that comes with an export: what was planted is found, and R says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coordinator.scripts import analysis as script
from tests import simulated
from tests.lme4 import agree, in_r, rows_of

SEEDS = range(2601, 2621)
ENOUGH = 18


def contrasts(folder: Path) -> list[dict[str, Any]]:
    found = script.fit(script.read_people(folder), script.read_plan(folder), "peg_score")
    assert found.converged
    return [row for row in found.rows if row["what"] == "contrast"]


def test_the_interval_covers_what_was_planted_in_at_least_18_of_20_studies(tmp_path: Path) -> None:
    last = [contrasts(simulated.written(tmp_path / str(seed), seed, 90))[-1] for seed in SEEDS]
    assert {(row["arm"], row["visit"]) for row in last} == {("mbt - cbt", "m12")}
    assert sum(row["low"] <= simulated.PLANTED <= row["high"] for row in last) >= ENOUGH
    assert sum(row["high"] < 0 for row in last) >= ENOUGH, "an interval so wide that it covers anything proves nothing"


def test_a_plan_may_leave_out_what_came_behind_its_window_and_r_does_too(tmp_path: Path) -> None:
    late = 8
    all_told = simulated.written(tmp_path / "late", 2601, 96, late=late)
    in_time = simulated.written(tmp_path / "window", 2601, 96, late=late, in_window_only="1")
    for folder in (all_told, in_time):
        script.main(folder, folder / "python")
    with_late, without = (
        {(row["arm"], row["visit"]): row for row in rows_of(folder / "python" / "change.csv")}
        for folder in (all_told, in_time)
    )
    for (arm, visit), row in without.items():
        other, came_late = with_late[arm, visit], late // 2 if visit == "m6" else 0
        assert int(other["n"]) - int(row["n"]) == came_late
        assert float(row["value"]) < 10
        assert (float(other["value"]) < 10) is not bool(came_late)
    in_r(in_time)
    for name in ("change", "model"):
        agree(rows_of(in_time / "python" / f"{name}.csv"), rows_of(in_time / "r" / f"{name}.csv"))


def test_r_with_lme4_says_the_same_to_four_digits(tmp_path: Path) -> None:
    folders = [
        simulated.written(tmp_path / "people", 2601, 96),
        simulated.written(tmp_path / "groups", 2601, 96, of_groups=0.5, random="study_id therapy_group"),
    ]
    in_r(*folders)
    for folder in folders:
        script.main(folder, folder / "python")
        for name in ("change", "model"):
            agree(rows_of(folder / "python" / f"{name}.csv"), rows_of(folder / "r" / f"{name}.csv"))
