"""The analysis that comes with an export: what was planted is found, and R says the same."""

from __future__ import annotations

import csv
from collections.abc import Callable
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


Row = dict[str, str]


def changed(folder: Path, change: Callable[[Row], Row | None]) -> Path:
    """The same export with other people: each row of its wide file changed, or left out."""
    file = folder / "wide.csv"
    rows = [row for row in map(change, rows_of(file)) if row]
    header = list(rows[0] if rows else rows_of(file)[0])
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def without(row: Row, *visits: str) -> Row:
    return row | {f"peg_score_{visit}": "" for visit in visits}


def test_what_nobody_can_compare_is_left_out_with_its_reason_and_r_says_the_same(tmp_path: Path) -> None:
    def made(name: str, change: Callable[[Row], Row | None], outcomes: str = "peg_score", formula: str = "") -> Path:
        plan = {"outcomes": outcomes} | ({"formula": formula} if formula else {})
        return changed(simulated.written(tmp_path / name, 2601, 60, late=0, of_groups=0, **plan), change)

    ahead = "P0002"  # the first who comes to month 12, of the other arm
    crossed = "value ~ arm + visit * site + baseline"
    one_arm = made("one arm", lambda row: without(row, "m3", "m6", "m9", "m12") if row["arm"] == "cbt" else row)
    early = made("early", lambda row: row if row["study_id"] == ahead else without(row, "m12"))
    before = made("before", lambda row: without(row, "m12"))
    one_site = made("one site", lambda row: row | {"site": "main"}, formula=crossed)
    sites = made("sites", lambda row: row | {"site": {"boston": "NA", "madison": "null"}[row["site"]]})
    named = made("named", lambda row: row)
    flat = made("flat", lambda row: row | {f"flat_{visit}": row["peg_score_m0"] for visit in simulated.VISITS},
                outcomes="flat peg_score")  # fmt: skip
    nobody = made("nobody", lambda _: None)
    folders = (one_arm, early, before, one_site, sites, named, flat, nobody)
    for folder in folders:
        script.main(folder, folder / "python")
    models = {folder.name: rows_of(folder / "python" / "model.csv") for folder in folders}

    assert [(row["what"], row["reason"]) for row in models["one arm"]] == [
        ("none", "there are not two arms with follow-up values to compare")
    ]
    assert models["early"][:-1] == models["before"], "one person ahead changes nothing, and takes nothing away"
    assert (models["early"][-1]["what"], models["early"][-1]["visit"]) == ("left_out", "m12")
    assert "not every arm has values" in models["early"][-1]["reason"]
    assert "site has one value only" in models["one site"][-1]["reason"]
    changes = {row["visit"]: row["estimate"] for row in models["one site"] if row["what"] == "change"}
    assert len(set(changes.values())) == 4, "the site is left out, and not what it is crossed with"
    assert [row["estimate"] for row in models["sites"]] == [row["estimate"] for row in models["named"]]
    assert models["flat"][0]["reason"] == "the values follow from the rest without any spread"
    assert [row["what"] for row in models["flat"][1:]] == [row["what"] for row in models["named"]]

    in_r(*folders)
    for folder in folders[:-1]:
        for name in ("change", "model"):
            agree(rows_of(folder / "python" / f"{name}.csv"), rows_of(folder / "r" / f"{name}.csv"))
    python, r = ((nobody / each / "change.csv").read_text(encoding="utf-8") for each in ("python", "r"))
    assert r.replace('"', "") == python
