"""Wordings of instruments as coordinators bring them: checked against the schema, kept, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from content.loading import ContentRefused
from content.protocol import protocol
from content.supplied import read_wording, supplied_with
from records import supplied
from records.database import Database, Tx

if TYPE_CHECKING:
    from datetime import datetime

    from content.instruments import Instrument

ON_CALL = (
    "somebody on the roster (coach staff add) and two alert channels (COACH_STAFF_CHAT; COACH_SMTP_URL with "
    "COACH_ALERT_MAIL_TO)"
)


UNFIT = "without a wording that was imported, it does not fit this release"


@dataclass(frozen=True)
class Brought:
    """A wording that was taken over; `new` is False when it was in force already."""

    instrument: Instrument
    new: bool


def bring(db: Database, file: Path, actor: str, *, staffed: bool, dry_run: bool = False) -> Brought:
    """Check a wording and keep it; `ContentRefused` with every reason.

    One with an answer that has to be acted on is refused while nobody is there to act on it (`staffed`).
    """
    try:
        body = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentRefused(file.name, [f"file: cannot be read as UTF-8 text: {error}"]) from error
    asked = read_wording(body, file.name)
    visits = [visit.code for visit in protocol().visits]
    wrong = [
        f"asked_at: there is no check-in {v}; allowed: {', '.join(visits)}" for v in asked.asked_at if v not in visits
    ]
    if asked.needs_on_call and not staffed:
        wrong.append(f"instrument: {asked.code} is taken only with {ON_CALL}")
    if wrong:
        raise ContentRefused(file.name, wrong)
    if dry_run:
        with db.read() as tx:
            return Brought(asked, supplied.in_force(tx).get(asked.code) != body)
    with db.write(actor) as tx:
        return Brought(asked, supplied.keep(tx, asked.code, body))


@contextmanager
def as_of(tx: Tx, instant: datetime) -> Iterator[tuple[ContentRefused, ...]]:
    """For the length of a block this process has the wordings that were in force at an instant, and no others.

    Gives those that do not fit the schema of this release any more: they are left out.
    """
    with supplied_with(supplied.in_force(tx, instant)) as unfit:
        yield unfit


def take_back(db: Database, code: str, actor: str) -> bool:
    """Ask an instrument no more; its answers stay. False when no wording of it is in force."""
    with db.write(actor) as tx:
        return supplied.withdraw(tx, code)
