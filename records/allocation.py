"""Lists of allocation and what was drawn from them: kept sealed, and verified each time one is opened.

A list that was altered in any way is found: its bytes are authenticated, its SHA-256 stands beside them and in the
audit chain of the study, and permuted blocks are made again from their seed when they are verified.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from records import audit, facts, people
from records.database import Tx
from records.facts import Kept, Where
from records.sealed import WrongKey
from records.study_tables import AllocationDraw, AllocationList
from records.tables import table
from study.facts import Allocated

LOADED = "allocation:loaded"
WRONG_SITE = "participant:wrong_stratum"
lists, draws = table(AllocationList), table(AllocationDraw)


class ListTampered(RuntimeError):
    """A list of allocation that is not what was loaded; nothing is drawn from it."""

    def __init__(self, number: int, reason: str) -> None:
        self.number, self.reason = number, reason
        super().__init__(f"list {number} is not the one that was loaded: {reason}; nothing is drawn from it")


@dataclass(frozen=True)
class SealedList:
    """A list that was opened and verified: its number, text and SHA-256; what permuted blocks follow from."""

    number: int
    made: str
    sha256: str
    text: str
    recipe: dict[str, Any] | None
    loaded_at: datetime
    loaded_by: str


@dataclass(frozen=True)
class Drawn:
    """One place that was drawn, and by whom (the number of the participant in this database)."""

    list_id: int
    stratum: str
    sequence: int
    participant_id: int
    drawn_at: datetime


def sha256_of(text: str) -> str:
    """The SHA-256 of a list as its file has it, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep(tx: Tx, text: str, *, made: str, recipe: dict[str, Any] | None = None) -> int:
    """Keep a list sealed; gives its number. The audit of the study notes its SHA-256, never its content."""
    digest = sha256_of(text)
    tx.run(
        insert(lists),
        made=made,
        sha256=digest,
        sealed_text=tx.keys.seal(text),
        sealed_recipe=tx.keys.seal_json(recipe) if recipe is not None else None,
        loaded_at=tx.now,
        loaded_by=tx.actor,
    )
    number = int(tx.first(select(lists.c.id).where(lists.c.sha256 == digest)).id)
    audit.note(tx, audit.STUDY, LOADED, f"{number} {made}", digest)
    return number


def is_known(tx: Tx, text: str) -> bool:
    """True for a list that was loaded before."""
    return tx.first(select(lists.c.id).where(lists.c.sha256 == sha256_of(text))) is not None


def numbers(tx: Tx) -> list[int]:
    """The numbers of the lists, in the order loaded."""
    return [row.id for row in tx.rows(select(lists.c.id).order_by(lists.c.id))]


def opened(tx: Tx) -> list[SealedList]:
    """Every list in the order loaded; `ListTampered` when one, or the chain that vouches for it, was altered."""
    for fault in audit.broken_links(tx, audit.STUDY):
        raise ListTampered(fault.seq, f"the audit of the study is broken at {fault.seq}")
    loaded = audit.noted(tx, audit.STUDY, LOADED)
    rows = tx.rows(select(lists).order_by(lists.c.id))
    found = {f"{row.id} {row.made}": row for row in rows}
    for subject, _ in loaded:
        if subject not in found:
            raise ListTampered(int(subject.split()[0]), "it is gone")
    return [_verified(tx, row, dict(loaded).get(subject)) for subject, row in found.items()]


def _verified(tx: Tx, row: Row[Any], vouched: str | None) -> SealedList:
    try:
        text = tx.keys.open(row.sealed_text)
        recipe = tx.keys.open_json(row.sealed_recipe) if row.sealed_recipe is not None else None
    except (WrongKey, ValueError) as error:
        raise ListTampered(row.id, "its seal is broken") from error
    if not sha256_of(text) == row.sha256 == vouched:
        raise ListTampered(row.id, "its SHA-256 is another")
    return SealedList(row.id, row.made, row.sha256, text, recipe, row.loaded_at, row.loaded_by)


def used(tx: Tx, list_id: int) -> frozenset[tuple[str, int]]:
    """The places of a list that somebody has: stratum and sequence."""
    rows = tx.rows(select(draws.c.stratum, draws.c.sequence).where(draws.c.list_id == list_id))
    return frozenset((row.stratum, row.sequence) for row in rows)


def every_draw(tx: Tx) -> list[Drawn]:
    """Every place that was drawn, in order."""
    columns = (draws.c.list_id, draws.c.stratum, draws.c.sequence, draws.c.participant_id, draws.c.drawn_at)
    return [Drawn(*row) for row in tx.rows(select(*columns).order_by(draws.c.id))]


def take(tx: Tx, person: Row[Any], fact: Allocated, arm: str) -> None:
    """Write a draw: the place is used for good, and the person is in the arm from `fact.on`."""
    tx.run(
        insert(draws),
        list_id=fact.list_id,
        stratum=fact.stratum,
        sequence=fact.sequence,
        participant_id=person.id,
        drawn_at=tx.now,
        drawn_by=tx.actor,
    )
    facts.write(tx, entity_of(person.study_id), fact, _where(person))
    people.change(tx, person.id, "participant:allocated", arm=arm, allocated_on=fact.on)
    place = f"{person.study_id} list={fact.list_id} stratum={fact.stratum} sequence={fact.sequence}"
    audit.note(tx, audit.STUDY, "allocation:drawn", place)


def correct_site(tx: Tx, person: Row[Any], drawn: Allocated | None, site: str, why: str) -> None:
    """The person belongs to another site than they were entered at; a place drawn already stays theirs, and the arm."""
    if drawn is not None:
        facts.write(tx, entity_of(person.study_id), drawn.model_copy(update={"site": site}), _where(person), why=why)
    people.change(tx, person.id, WRONG_SITE, site=site)
    stratum = person.site if drawn is None else drawn.stratum
    note = f"{person.study_id} stratum={stratum} site={site} drawn={int(drawn is not None)}: {why}"
    audit.note(tx, audit.STUDY, "allocation:wrong_stratum", note[:200])


def of_person(tx: Tx, participant_id: int) -> Kept[Allocated] | None:
    """What a person drew, None before."""
    return next(iter(facts.in_force(tx, Allocated, participant_id)), None)


def draw_of(tx: Tx, participant_id: int) -> Drawn | None:
    """The place a person has, which outlives what they told us."""
    return next((drawn for drawn in every_draw(tx) if drawn.participant_id == participant_id), None)


def entity_of(study_id: str) -> str:
    """The entity of a person's allocation."""
    return f"{study_id}-allocated"


def _where(person: Row[Any]) -> Where:
    return Where(person.id, person.study_id, "coach allocation draw")
