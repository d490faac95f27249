"""Making a report: an export of the cut, the report beside it, put in their place as a whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from content.analysis import analysis
from content.factors import DEFAULT
from content.loading import ContentRefused
from content.protocol import shelf_in_use
from coordinator import manifest
from coordinator.export import Request, export
from coordinator.export_folder import ExportRefused, workshop

if TYPE_CHECKING:
    from content.analysis import Analysis
    from records.database import Database

PAGE, PAPER, DATA, FIGURES = "report.html", "report.pdf", "data", "figures"
NEEDED = ("pandas", "statsmodels", "reportlab")

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What is asked for: the folder, the cut, and who sees what; `by_arm` takes an unblinded export."""

    out: Path
    as_of: datetime
    site: str | None = None
    unblind: bool = False
    acting: str | None = None
    by_arm: bool = False
    force: bool = False
    factors: str = DEFAULT


def refuse_without_libraries() -> None:
    """Raises ExportRefused where the extra `analysis` is not installed."""
    if absent := [name for name in NEEDED if find_spec(name) is None]:
        raise ExportRefused(f"{', '.join(absent)} not installed: install the extra `analysis` of this package")


def _nobody() -> None:
    """Tell nobody."""


def make(
    database: Database, asked: Asked, *, actor: str, progress: Progress, waiting: Callable[[], None] = _nobody
) -> tuple[Path, ...]:
    """Write `report.html`, `report.pdf`, the folders `data` and `figures`; gives their paths.

    Raises ExportRefused and Busy; `waiting` as of `export`.
    """
    refuse_without_libraries()
    if asked.by_arm and not asked.unblind:
        raise ExportRefused("a report by arm is unblinded: --by-arm --unblind --as CODE")
    out = asked.out.resolve()
    _refuse_if_taken(out, force=asked.force)
    plan = _plan()
    with workshop(out) as folder:
        progress("tables")
        cut = Request(
            folder / DATA,
            as_of=asked.as_of,
            site=asked.site,
            unblind=asked.unblind,
            acting=asked.acting,
            factors=asked.factors,
        )
        export(database, cut, actor=actor, waiting=waiting)
        _write(folder, plan, asked, progress)
        return _put_in_place(folder, out)


def _plan() -> Analysis:
    """The plan of analysis; refused where it does not fit the protocol, with what to do."""
    try:
        return analysis()
    except ContentRefused as why:
        file = shelf_in_use().file
        raise ExportRefused(f'the plan of analysis does not fit the protocol ({why}); write one beside {file} and name '
                            f'it there: analysis = "plan.toml"') from why  # fmt: skip


def _write(folder: Path, plan: Analysis, asked: Asked, progress: Progress) -> None:
    """Read what was exported, and print what it says; the libraries take a second to load."""
    from coordinator.report.figures import Data
    from coordinator.report.printing import page, pdf
    from coordinator.report.writing import Written

    data = Data(folder / DATA, plan, asked.by_arm, asked.as_of.date())
    report = Written(data, manifest.written(asked.as_of), progress).report()
    data.write(folder / FIGURES)
    progress("page")
    (folder / PAGE).write_text(page(report), encoding="utf-8")
    progress("PDF")
    pdf(report, folder / PAPER)


def _refuse_if_taken(out: Path, *, force: bool) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    former = out.is_dir() and {path.name for path in out.iterdir()} <= {PAGE, PAPER, DATA, FIGURES}
    if not former or manifest.files_of_former(out / DATA) is None:
        raise ExportRefused(f"{out} is not empty and holds no former report: name another folder")
    if not force:
        raise ExportRefused(f"{out} holds a former report: name another folder, or give --force to replace it")


def _put_in_place(made: Path, out: Path) -> tuple[Path, ...]:
    if out.exists():
        shutil.rmtree(out)
    made.rename(out)
    return tuple(out / name for name in (PAGE, PAPER, DATA, FIGURES))
