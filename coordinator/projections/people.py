"""Participants, what they agreed to, and their medicines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from content.loading import ContentRefused
from content.protocol import protocol
from coordinator.projections.cut import (
    CONSENT_KEPT,
    facts_of,
    in_force,
    in_study,
    medicine_codes,
    site_then,
    streamed,
)
from coordinator.projections.sql import ByBytes, as_written
from records.allocation import WRONG_SITE
from records.fact_tables import TABLE_OF
from records.tables import AuditEntry, Participant, table
from study.facts import ConsentGiven, GroupAssigned, MedicineEpisode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from sqlalchemy import ColumnElement

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

AT_FIRST: dict[str, str | None] = {
    "allocated_on": None,
    "arm": None,
    "completed_on": None,
    "enrolled_on": None,
    "language": "en",
    "protocol_version": "1",
    "site": "main",
    "status": "invited",
    "zone": "UTC",
}
"""What a participant has when they are added, unless the audit of that says another; so it says each change of it."""

STOPPED, DECLINED = "stopped", "declined"
TAKING_PART = ("enrolled", "prompts_stopped")


@dataclass(frozen=True)
class Person:
    """A participant as they stood at the cut; `stopped_at` is when they left the study, if they did."""

    id: int
    study_id: str
    site: str
    enrolled_on: date | None
    language: str
    zone: str
    status: str
    protocol_version: str
    allocated_on: date | None
    arm: str | None
    completed_on: date | None = None
    stopped_at: datetime | None = None

    @property
    def standing(self) -> str:
        """The status; of somebody still taking part when their year was over: completed."""
        return "completed" if self.completed_on is not None and self.status in TAKING_PART else self.status


def participants(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row a person."""
    groups = therapy_groups(tx, cut)
    for person in at_the_cut(tx, cut):
        other = {"status": person.standing, "therapy_group": groups.get(person.id)}
        yield [other[name] if name in other else getattr(person, name) for name in wanted.names]


def therapy_groups(tx: Tx, cut: Cut) -> dict[int, str]:
    """Participant → the therapy group they belonged to at the cut, under the number it has in place of its code."""
    rows = table(TABLE_OF[GroupAssigned])
    belong = in_force(GroupAssigned, cut)
    found = tx.rows(select(rows.c.participant_id, rows.c.group).where(*belong, rows.c.group.is_not(None)))
    return {row.participant_id: f"G{row.group}" for row in found}


def at_the_cut(tx: Tx, cut: Cut) -> Iterator[Person]:
    """Everyone an export holds data of, by study id, as they stood at the cut."""
    yield from cut.once(("people",), lambda: tuple(_everyone(tx, cut)))


def _everyone(tx: Tx, cut: Cut) -> Iterator[Person]:
    people = table(Participant)
    kept = people.c.id.not_in(cut.declined) & people.c.status.not_in(CONSENT_KEPT)
    columns = [column for column in people.c if column.name in Person.__annotations__]
    for row in tx.rows(select(*columns).where(*in_study(cut), kept).order_by(ByBytes(people.c.study_id))):
        person = Person(**row._mapping)
        if cut.as_of < tx.now or person.status == STOPPED:
            person = as_it_was(tx, person, cut.as_of)
        yield person


def as_it_was(tx: Tx, person: Person, as_of: datetime) -> Person:
    """A participant with the values they had at `as_of`, from the changes that the audit keeps."""
    then: dict[str, str] = {}
    changed_since: set[str] = set()
    stopped_at = None
    for at, values in _changes(tx, person.study_id):
        if at > as_of:
            changed_since |= values.keys()
            continue
        then |= values
        if "status" in values:
            stopped_at = at if values["status"] == STOPPED else None
    if "zone" in changed_since and "zone" not in then:
        then["zone"] = _zone_of_site(tx, person.study_id)
    before: dict[str, Any] = {name: then.get(name, AT_FIRST[name]) for name in changed_since}
    for name in ("enrolled_on", "allocated_on", "completed_on"):
        if before.get(name):
            before[name] = date.fromisoformat(before[name])
    return replace(person, **before, stopped_at=stopped_at)


def _changes(tx: Tx, study_id: str) -> Iterator[tuple[datetime, dict[str, str]]]:
    entries = table(AuditEntry)
    mine = (entries.c.chain == study_id) & entries.c.action.startswith("participant:")
    for entry in tx.rows(select(entries.c.at, entries.c.subject).where(mine).order_by(entries.c.seq)):
        values = dict(part.split("=", 1) for part in entry.subject.split(",") if "=" in part)
        yield entry.at, {name: value for name, value in values.items() if name in AT_FIRST}


def _zone_of_site(tx: Tx, study_id: str) -> str:
    """The zone in which somebody began whose adding was noted without it: that of the site they were added to."""
    _, at_first = next(_changes(tx, study_id))
    try:
        return protocol(version=at_first["protocol_version"]).site(at_first["site"]).zone
    except (KeyError, ContentRefused):
        return str(AT_FIRST["zone"])


def medicines(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Medicine episodes in force, by code."""
    codes, rows = medicine_codes(), table(TABLE_OF[MedicineEpisode])
    query = facts_of(MedicineEpisode, cut, "entity", also={"medicine": codes.c.code})
    by_code = [ByBytes(query.columns["study_id"]), codes.c.number]
    joined = query.source.join(codes, codes.c.entity == rows.c.entity)
    return streamed(tx, replace(query, source=joined, order=by_code), wanted)


def consents(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """Answers to consent texts; also of people whose data were removed, as proof of what was agreed."""
    rows = table(TABLE_OF[ConsentGiven])
    also = {"answered_at": as_written(rows.c.at)}
    return streamed(tx, facts_of(ConsentGiven, cut, "consent_id", consents=True, also=also), wanted)


def left_out(tx: Tx, cut: Cut) -> dict[str, int]:
    """How many people there are no data of at the cut, by reason; test people are not counted.

    Whose data were removed are gone from every cut, of whatever instant.
    """
    people = table(Participant)
    gone: dict[str, ColumnElement[bool]] = {DECLINED: people.c.id.in_(cut.declined)}
    gone |= {reason: people.c.status == reason for reason in CONSENT_KEPT}
    return {reason: len(tx.rows(select(people.c.id).where(*in_study(cut), is_so))) for reason, is_so in gone.items()}


def declined_by(tx: Tx, as_of: datetime) -> tuple[int, ...]:
    """The numbers of the participants who had declined at an instant, and had not come back to it by then."""
    people, entries = table(Participant), table(AuditEntry)
    chains = select(entries.c.chain).where(entries.c.action == f"participant:{DECLINED}", entries.c.at <= as_of)
    ever = tx.rows(select(people.c.id, people.c.study_id).where(people.c.study_id.in_(chains)).order_by(people.c.id))
    return tuple(row.id for row in ever if _at(tx, row.study_id, as_of, "status") == DECLINED)


def _at(tx: Tx, study_id: str, as_of: datetime, name: str) -> str | None:
    found = [values[name] for at, values in _changes(tx, study_id) if at <= as_of and name in values]
    return found[-1] if found else None


def moved_since(tx: Tx, as_of: datetime) -> tuple[tuple[int, str], ...]:
    """The participants who were entered at a site that was put right after an instant, each with the site before."""
    people, entries = table(Participant), table(AuditEntry)
    chains = select(entries.c.chain).where(entries.c.action == WRONG_SITE, entries.c.at > as_of)
    since = tx.rows(select(people.c.id, people.c.study_id).where(people.c.study_id.in_(chains)).order_by(people.c.id))
    return tuple((row.id, _at(tx, row.study_id, as_of, "site") or str(AT_FIRST["site"])) for row in since)


def sites(tx: Tx, moved: Sequence[tuple[int, str]]) -> list[str]:
    """Sites that had participants at the cut to which `moved` belongs."""
    return sorted(row.site for row in tx.rows(select(site_then(moved).label("site")).distinct()))
