"""The folder an export is written to: made beside its place, put there as a whole, and never over anything else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coordinator import manifest


class ExportRefused(Exception):
    """An export that is not made; `reason` is one line for the person who asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def refuse_if_taken(out: Path, *, force: bool) -> None:
    """Refuse a place where something is, unless it is a former export that may be replaced."""
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportRefused(f"{out} is a file, not a folder")
    if not any(out.iterdir()):
        return
    if manifest.files_of_former(out) is None:
        raise ExportRefused(f"{out} is not empty and holds no former export: name another folder")
    if not force:
        raise ExportRefused(f"{out} holds a former export: name another folder, or give --force to replace it")


@contextmanager
def workshop(out: Path) -> Iterator[Path]:
    """A folder beside `out`, readable by its owner only, that is gone afterwards whatever happens."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    except OSError as error:
        raise ExportRefused(f"cannot write beside {out}: {error.strerror}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(made: Path, out: Path) -> None:
    """Move the files to where they belong; in a former export its own files go, the manifest first and last."""
    former = manifest.files_of_former(out) if out.exists() else None
    if former is None:
        if out.exists():
            out.rmdir()
        made.rename(out)
        return
    (out / manifest.FILE).unlink()
    for name in former:
        (out / name).unlink(missing_ok=True)
    for path in sorted(made.iterdir(), key=lambda path: path.name == manifest.FILE):
        path.replace(out / path.name)
