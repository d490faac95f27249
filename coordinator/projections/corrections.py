"""The history of entries: each value that changed, under the table and column it is exported in.

A later revision changed it, or another entry about the same thing, which counts instead of it (`overtaken`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, false, select, true

from content.exports import UNLISTED_EXERCISE, exported, neutral_exercises, shown_product
from coordinator.projections import overtaken, screening
from coordinator.projections.cut import CHUNK, day_alone, included, medicine_codes
from coordinator.projections.sessions import WHOLE
from coordinator.projections.sql import ByBytes
from records.fact_tables import TABLE_OF
from records.facts import SEALED
from records.home_practice import in_a_session
from records.tables import table
from study.facts import (
    Attendance,
    CheckInFinished,
    DiaryDay,
    DiaryDose,
    ExerciseLed,
    GroupAssigned,
    MedicineEpisode,
    PauseEnded,
    Response,
    ScoreGiven,
    SessionDone,
    SessionPartDone,
    VisitPlanned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from content.exports import Column, Table
    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact

STATE = "state"
UNCHANGED = "unchanged"
NO_COLUMN = {
    STATE: "Taken back, or put in again",
    UNCHANGED: "Said again, or what changed is no column of this export",
}
"""What stands for the column where none changed."""

WRITTEN_BY_THE_PROGRAMME = ("participant", "study")
SECONDS_A_MINUTE = 60
NOT_TOLD_BLINDED = (Attendance, SessionDone, SessionPartDone)
"""Kinds whose history has instants that a therapy group shares, or that tell how long a session took."""

Columns = Mapping[str, "Column"]
"""Field of a fact → the column it is exported in."""


@dataclass
class _History:
    """What is needed to tell a history: the cut, and codes of medicines looked up so far."""

    tx: Tx
    cut: Cut
    codes: dict[str, str | None] = field(default_factory=dict)

    def code(self, medicine: str | None) -> str | None:
        """The code of a medicine episode."""
        if medicine is None:
            return None
        if medicine not in self.codes:
            every = medicine_codes()
            found = self.tx.first(select(every.c.code).where(every.c.entity == medicine))
            self.codes[medicine] = found.code if found else None
        return self.codes[medicine]


@dataclass(frozen=True)
class _Before:
    """What stood before a revision: the one before of the same entry, and another entry that it overtook."""

    same: Row[Any] | None
    another: Row[Any] | None


def corrections(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row for each value changed by a revision that was recorded by the cut."""
    history = _History(tx, cut)
    shown = exported(unblinded=cut.unblinded, free_text=cut.free_text)
    placed = _placed(shown, unblinded=cut.unblinded)
    told = {table(TABLE_OF[kind]).name: _of_kind(history, kind, places) for kind, places in placed}
    told[screening.FACT] = screening.changes(tx, cut)
    for fact in sorted(told):
        for row in told[fact]:
            yield [row[name] for name in wanted.names]


def lists(shown: Sequence[Table], *, unblinded: bool) -> dict[str | None, dict[str, str]]:
    """What the rows of an export's history can be about: its `tables` and `columns`, and `facts`, kinds of entries."""
    told = {
        table(TABLE_OF[kind]).name: {name: [c.name for c in columns.values()] for name, columns in places.items()}
        for kind, places in _placed(shown, unblinded=unblinded)
    } | {screening.FACT: {name: list(columns) for name, columns in screening.TOLD.items()}}
    columns: dict[str, list[str]] = {}
    for each in shown:
        for column in dict.fromkeys(name for places in told.values() for name in places.get(each.name, ())):
            columns.setdefault(column, []).append(each.name)
    tables = {name for places in told.values() for name in places}
    return {
        "tables": {each.name: each.label["en"] for each in shown if each.name in tables},
        "facts": {fact: f"Entry of {', '.join(told[fact])}" for fact in sorted(told)},
        "columns": {name: f"Column of {', '.join(columns[name])}" for name in sorted(columns)} | NO_COLUMN,
    }


def _placed(shown: Sequence[Table], *, unblinded: bool) -> Iterator[tuple[type[Fact], dict[str, Columns]]]:
    """Every kind of fact that an export shows, with where."""
    for kind in TABLE_OF:
        if not unblinded and kind in NOT_TOLD_BLINDED:
            continue
        if places := _places(kind, shown):
            yield kind, places


def _places(kind: type[Fact], shown: Sequence[Table]) -> dict[str, Columns]:
    """Tables of this export that a kind of fact stands in, with the column of each of its fields."""
    found = {each.name: dict(_fields(kind, each)) for each in shown}
    return {name: columns for name, columns in found.items() if columns}


def _fields(kind: type[Fact], exported_table: Table) -> Iterator[tuple[str, Column]]:
    for column in exported_table.columns:
        for source in column.source:
            fact, _, name = source.partition(".")
            if fact == kind.__name__ and name in kind.model_fields:
                yield name, column


def _of_kind(history: _History, kind: type[Fact], places: dict[str, Columns]) -> Iterator[dict[str, Any]]:
    before: Row[Any] | None = None
    pairs = overtaken.overtaken(history.tx, history.cut, kind)
    for row in _revised(history, kind):
        same = before if before is not None and before.entity == row.entity else None
        if _is_told(history.cut, row, pairs):
            where = _table_of(kind, row, places)
            another = overtaken.row_of(history.tx, kind, pairs[row.id]) if row.id in pairs else None
            yield from _changes(history, kind, row, _Before(same, another), where, places[where])
        before = row


def _revised(history: _History, kind: type[Fact]) -> Iterator[Row[Any]]:
    """All revisions of the entries that have been corrected, taken back or that overtook others, entry by entry."""
    rows, person = table(TABLE_OF[kind]), included(history.cut)
    by_the_cut = rows.c.recorded_at <= history.cut.as_of
    by_the_cut &= ~in_a_session(kind) if kind is ExerciseLed and not history.cut.unblinded else true()
    several = overtaken.entities(kind, history.cut)
    told = (rows.c.revision > 1) | (rows.c.state == "voided") | (false() if several is None else several)
    touched = select(rows.c.entity).where(by_the_cut, told)
    found = (
        select(rows, person.c.study_id)
        .select_from(rows.join(person, person.c.id == rows.c.participant_id))
        .where(by_the_cut, rows.c.entity.in_(touched))
        .order_by(ByBytes(rows.c.entity), rows.c.revision)
    )
    return iter(history.tx.conn.execute(found, execution_options={"yield_per": CHUNK}))


def _is_told(cut: Cut, row: Row[Any], overtaking: Collection[int]) -> bool:
    corrected = row.revision > 1 or row.state == "voided" or row.id in overtaking
    return corrected and (cut.since is None or row.recorded_at >= cut.since)


def _stood(history: _History, kind: type[Fact], before: _Before, columns: Columns) -> dict[str, Any]:
    """What the table showed until then: the entry itself before, or another one it overtook."""
    if before.another is None:
        return _values(history, kind, before.same, columns)
    state = before.same if before.same is not None else before.another
    return _values(history, kind, before.another, columns) | {STATE: state.state}


def _table_of(kind: type[Fact], row: Row[Any], places: dict[str, Columns]) -> str:
    """The table of an entry, the one that shows most of it; an exercise led in a pause stands with the pause."""
    if kind is ExerciseLed:
        return "practice" if row.pause is None else "pauses"
    return max(places, key=lambda name: len(places[name]))


def _changes(
    history: _History, kind: type[Fact], row: Row[Any], before: _Before, where: str, columns: Columns
) -> Iterator[dict[str, Any]]:
    why = row.why if history.cut.free_text or row.recorded_by in WRITTEN_BY_THE_PROGRAMME else None
    common = {
        "study_id": row.study_id,
        "table": where,
        "row_id": _row_id(history, kind, row),
        "fact": table(TABLE_OF[kind]).name,
        "entity": row.entity,
        "revision": row.revision,
        "recorded_at": None if _is_asked(history, columns) else _instant(row.recorded_at),
        "recorded_by": row.recorded_by,
        "why": overtaken.why(why) if before.another is not None else why,
    }
    old, new = _stood(history, kind, before, columns), _values(history, kind, row, columns)
    changed = sorted(name for name in new if new[name] != old.get(name))
    for name in changed or [UNCHANGED]:
        yield common | {"column": name, "old": old.get(name), "new": new.get(name)}


def _is_asked(history: _History, columns: Columns) -> bool:
    """True for what a prompt asks, in a blinded export: when it was said again would tell when it was said."""
    return not history.cut.unblinded and any(column.blinded == "day" for column in columns.values())


def _row_id(history: _History, kind: type[Fact], row: Row[Any]) -> str | None:
    if kind is MedicineEpisode:
        return history.code(row.entity)
    if kind in (ExerciseLed, PauseEnded) and row.pause is not None:
        return str(row.pause)
    if kind is Response:
        return f"{row.visit}.{row.instrument}.{row.item}"
    if kind is ScoreGiven:
        return f"{row.visit}.{row.instrument}.{row.score}"
    if kind is GroupAssigned:
        return str(row.study_id)
    if kind is DiaryDay:
        return str(row.on)
    if kind is DiaryDose:
        return f"{row.on}.{history.code(row.medicine)}"
    if kind in (SessionPartDone, SessionDone):
        return f"{row.session}.{row.part if kind is SessionPartDone else WHOLE}"
    if kind in (VisitPlanned, CheckInFinished):
        return str(row.visit)
    return str(row.entity)


def _values(history: _History, kind: type[Fact], row: Row[Any] | None, columns: Columns) -> dict[str, Any]:
    """Column → value of one revision as it is written, with its state."""
    if row is None:
        return {}
    shown = {column.name: _shown(history, kind, name, getattr(row, name), column) for name, column in columns.items()}
    return shown | {STATE: row.state}


def _shown(history: _History, kind: type[Fact], name: str, value: Any, column: Column) -> Any:
    if value is None:
        return None
    if name in SEALED[kind]:
        return history.tx.keys.open(value) if value else None
    if column.name == "medicine":
        return history.code(value)
    if column.name == "therapy_group":
        return f"G{value}"
    if column.name == "product":
        return shown_product(value)
    if column.blinded == "neutral" and not history.cut.unblinded:
        other = UNLISTED_EXERCISE if column.values_from == "exercises" else value
        return neutral_exercises().get(value, other)
    if column.blinded == "day" and not history.cut.unblinded:
        return day_alone(column, _written(value))
    if column.name == "minutes":
        return _written(round(value / (SECONDS_A_MINUTE if kind is ExerciseLed else 1), 1))
    return _written(value)


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(int(value))
        case datetime():
            return _instant(value)
        case _:
            return str(value)


def _instant(value: datetime) -> str:
    return f"{value.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
