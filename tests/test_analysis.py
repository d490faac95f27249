"""The analysis that comes with an export: what was planted is found, and R says the same."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from coordinator.scripts import analysis as script
from tests import simulated

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


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def agree(ours: list[dict[str, str]], theirs: list[dict[str, str]]) -> None:
    """Every cell the same, numbers to four digits."""
    assert len(ours) == len(theirs) > 0
    for row, other in zip(ours, theirs, strict=True):
        for name, cell in row.items():
            if name in ("outcome", "what", "arm", "visit", "reason") or "" in (cell, other[name]):
                assert cell == other[name], (row, name)
            else:
                assert float(cell) == pytest.approx(float(other[name]), rel=1e-4, abs=1e-5), (row, name)


def in_r(*folders: Path) -> None:
    """analysis.R on each of these folders; skips with a reason where R cannot run it."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    r = Path(script.__file__).with_name("analysis.R")
    each = "; ".join(f"main('{folder}', '{folder / 'r'}')" for folder in folders)
    done = subprocess.run(["Rscript", "-e", f"source('{r}'); {each}"], capture_output=True, text=True, check=False)
    if "no package called ‘lme4’" in done.stderr:
        pytest.skip("R has no lme4 here")
    assert (done.returncode, done.stderr) == (0, "")


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
