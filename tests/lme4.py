"""R with lme4 as a referee: analysis.R on the files of an export, and its tables beside ours."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from coordinator.scripts import analysis as script


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def agree(ours: list[dict[str, str]], theirs: list[dict[str, str]]) -> None:
    """Every cell the same, numbers to four digits."""
    assert len(ours) == len(theirs) > 0
    for row, other in zip(ours, theirs, strict=True):
        for name, cell in row.items():
            if _is_number(cell) and _is_number(other[name]):
                assert float(cell) == pytest.approx(float(other[name]), rel=1e-4, abs=1e-5), (row, name)
            else:
                assert cell == other[name], (row, name)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def drawn_in_r(folder: Path, results: Path) -> None:
    """figures.R as it lies in an export, into `results`; skips with a reason without lme4."""
    _run("Rscript", str(folder / "figures.R"), str(folder), str(results))


def pictures_in_r(folder: Path, results: Path) -> None:
    """pictures.R as it lies in an export; needs lme4 only for tables that are not in `results`."""
    _run("Rscript", str(folder / "pictures.R"), str(folder), str(results))


def words_of_pdf(file: Path) -> list[str]:
    """What stands in a PDF of R's, each text as it was written at once."""
    pages = [zlib.decompress(each) for each in re.findall(rb"stream\n(x.*?)endstream", file.read_bytes(), re.DOTALL)]
    written = re.findall(rb" Tm (.*) T[jJ]", b"\n".join(pages))
    texts = [b"".join(re.findall(rb"\(((?:\\.|[^)\\])*)\)", each)) for each in written]
    return [text.decode("latin1").replace("\\", "") for text in texts]


def in_r(*folders: Path, results: Path | None = None) -> None:
    """analysis.R on each of these folders, into `results` or their folder `r`; skips with a reason without lme4."""
    r = Path(script.__file__).with_name("analysis.R")
    each = "; ".join(f"main('{folder}', '{results or folder / 'r'}')" for folder in folders)
    _run("Rscript", "-e", f"source('{r}'); {each}")


def _run(*words: str) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    done = subprocess.run([*words], capture_output=True, text=True, check=False)
    if "no package called ‘lme4’" in done.stderr:
        pytest.skip("R has no lme4 here")
    assert done.returncode == 0, done.stderr
