"""The manifest of an export: what it is a cut of, which versions made it, and a checksum for each file.

It holds no instant of its making and nobody's name (the audit has both), so that a cut made again is the same.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from content.catalogue import catalogue
from content.exports import exports
from content.factors import factor_sets
from content.instruments import instruments
from content.protocol import protocol
from coordinator.projections.people import at_the_cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

FILE = "manifest.json"

Format = Literal["csv", "sav", "dta", "redcap"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Part):
    """One file: its rows without the header (None: no table), columns, and SHA-256 in hexadecimal digits."""

    name: str
    rows: int | None = None
    columns: tuple[str, ...] = ()
    sha256: str


class Versions(_Part):
    """Versions that decide what stands in the files: protocol (all in use), texts, scorers, factor sets, columns.

    `columns_by`: the protocol in force, whose check-ins are the columns of the wide file.
    """

    protocol: tuple[str, ...]
    columns_by: str
    catalogue: str
    scorers: dict[str, str]
    factor_sets: dict[str, str]
    exports: str


class Manifest(_Part):
    """What an export is; `apostrophes` counts the cells that got one, by `table.column`.

    `analysis`: name and version of the plan whose scripts are in it, if they are. `remarks`: what should be in it, is
    not, and why.
    `withheld`: what a blinded export leaves out of each table that it has, columns by name (of some the time of
    day alone) and rows in words.

    With study days there are no instants: the day of the cut would tell when who takes part was enrolled. The audit
    has them. `wordings`: of each instrument that is asked, whether its words were compared with the published form.
    """

    format: Format
    as_of: str | None
    since: str | None
    site: str | None
    visit: str | None
    blinded: bool
    free_text: bool
    study_days: bool
    factor_set: str
    versions: Versions
    wordings: dict[str, str]
    left_out: dict[str, int]
    analysis: str | None
    remarks: tuple[str, ...]
    withheld: dict[str, tuple[str, ...]]
    apostrophes: dict[str, int]
    files: tuple[File, ...]

    def text(self) -> str:
        """The manifest as it is written."""
        return json.dumps(self.model_dump(), indent=2, ensure_ascii=False) + "\n"


def written(instant: datetime) -> str:
    """An instant with all its digits, to be given back to `--as-of`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def versions(tx: Tx, cut: Cut) -> Versions:
    """The versions of this release, and the protocol versions of the participants at the cut."""
    return Versions(
        protocol=tuple(sorted({person.protocol_version for person in at_the_cut(tx, cut)})),
        columns_by=f"{protocol().name} {protocol().version}",
        catalogue=catalogue().version,
        scorers={code: each.scorer_version for code, each in instruments().items() if each.scores},
        factor_sets={code: each.version for code, each in factor_sets().items()},
        exports=exports().version,
    )


def withheld(tables: Iterable[Table], *, unblinded: bool) -> dict[str, tuple[str, ...]]:
    """By table what is left out so that nothing tells the arm; empty when unblinded."""
    if unblinded:
        return {}
    names = {each.name for each in tables}
    found = {
        each.name: (
            *(f"column {column.name}" for column in each.columns if column.blinded == "left_out"),
            *(f"time of day: {column.name}" for column in each.columns if column.blinded == "day"),
            *(f"rows: {text}" for text in each.withheld.values()),
        )
        for each in exports().tables
        if each.name in names
    }
    return {name: what for name, what in found.items() if what}


def file_of(path: Path, *, rows: int | None = None, columns: tuple[str, ...] = ()) -> File:
    """A file that was written, with its checksum."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return File(name=path.name, rows=rows, columns=columns, sha256=digest)


def files_of_former(folder: Path) -> frozenset[str] | None:
    """Names of the files that a former export put into a folder, or None when its manifest is not there."""
    try:
        listed = json.loads((folder / FILE).read_text(encoding="utf-8"))["files"]
        names = {str(each["name"]) for each in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return frozenset(name for name in names if Path(name).name == name)
