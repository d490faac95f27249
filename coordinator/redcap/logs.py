"""What repeats: which tables are logs, and the number each entry keeps in REDCap.

An entry's instance is its place among all its person ever said, taken back or not. No later entry and no correction
changes it, so that a further download finds each entry again. What a blinded download leaves out has no place in it:
a number that is passed over would tell that a group met. So the two kinds of download number apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, String, func, literal, select, union_all

from coordinator.projections.cut import CHUNK, included, medicine_codes, medicine_of_day
from coordinator.projections.sessions import GROUP, WHOLE
from coordinator.projections.sql import ByBytes
from coordinator.redcap.questionnaires import WEEK
from records.fact_tables import TABLE_OF
from records.home_practice import in_a_session
from records.tables import AlertRow, table
from study.facts import (
    AdverseEvent,
    Attendance,
    DiaryDay,
    DiaryDose,
    DoseTaken,
    ExerciseLed,
    MedicineEpisode,
    PainRated,
    PatchWear,
    PauseBegun,
    PracticeDone,
    PracticeWeek,
    Response,
    SessionDone,
    SessionPartDone,
    TlfbDay,
)

if TYPE_CHECKING:
    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact

DIARY = "Diary"
"""The event of all that repeats, so that no row of a check-in is mostly blank."""

NOT_LISTED = "unlisted"


@dataclass(frozen=True)
class Log:
    """A table whose rows repeat: its form, what its fields begin with, the columns that tell an entry, its facts.

    `told_by`: columns of the facts that tell an entry where the rows have its number alone, and no more is shown.
    """

    form: str
    prefix: str
    key: tuple[str, ...]
    kinds: tuple[type[Fact], ...] = ()
    told_by: tuple[str, ...] = ()

    @property
    def tells(self) -> tuple[str, ...]:
        """The columns of the facts that tell an entry."""
        return self.told_by or self.key


LOGS: Mapping[str, Log] = {
    "medicines": Log("medicine_list", "med", ("medicine",), (MedicineEpisode,)),
    "diary_days": Log("diary_day", "diary", ("on",), (DiaryDay,)),
    "diary": Log("diary_medicine", "use", ("on", "medicine"), (DiaryDose,)),
    "practice_weeks": Log("week_practice", "wk", ("on",), (PracticeWeek,)),
    "pauses": Log("pause_log", "pause", ("pause_id",), (PauseBegun,)),
    "doses": Log("dose_log", "dose", ("dose_id",), (DoseTaken,)),
    "patch_wear": Log("patch_log", "patch", ("patch_id",), (PatchWear,)),
    "pain_ratings": Log("pain_log", "pain", ("rating_id",), (PainRated,)),
    "practice": Log("practice_log", "practice", ("practice_id",), (ExerciseLed, PracticeDone)),
    "sessions": Log("session_log", "ses", ("session", "part", "way"), (SessionPartDone, SessionDone, Attendance)),
    "attendance": Log("attendance_log", "att", ("nth",), (Attendance,), ("meeting",)),
    "tlfb_days": Log("calendar_log", "cal", ("visit", "on", "medicine"), (TlfbDay,)),
    "adverse_events": Log("event_log", "event", ("event_id",), (AdverseEvent,)),
    "alerts": Log("alert_log", "alert", ("alert_id",)),
}
"""By table, in the order of the forms."""

Key = tuple[str, ...]
"""A study id, and what tells the entry."""


def key_of(log: Log, row: Mapping[str, Any]) -> Key:
    """What tells a row of the log's table."""
    return (row["study_id"], *(_told(name, row[name]) for name in log.key))


def _told(name: str, value: Any) -> str:
    return NOT_LISTED if value is None and name == "medicine" else str(value)


def instances(tx: Tx, cut: Cut, name: str) -> dict[Key, int]:
    """The instance of each entry of a table that was ever there by the cut, 1 for a person's first."""
    if name == "attendance" and not cut.unblinded:
        return {}
    first = (_alerts(cut) if name == "alerts" else _first_said(LOGS[name], cut)).subquery("first_said")
    log = LOGS[name]
    person, keys = included(cut), [first.c[name] for name in log.tells]
    query = select(person.c.study_id, *keys).join(first, person.c.id == first.c.participant_id)
    in_turn = [ByBytes(key) if isinstance(key.type, String) else key for key in (person.c.study_id, *keys)]
    query = query.order_by(in_turn[0], first.c.first, *in_turn[1:])
    rows = tx.conn.execute(query, execution_options={"yield_per": CHUNK})
    found = dict[Key, int]()
    for study_id, group in groupby(rows, key=itemgetter(0)):
        for number, row in enumerate(group, start=1):
            found[(study_id, str(number)) if log.told_by else (study_id, *map(_told, log.key, row[1:]))] = number
    return found


def weeks_said(tx: Tx, cut: Cut, items: Mapping[str, Collection[str]]) -> set[tuple[str, str, str]]:
    """Study id, week and instrument of each week's questions that were ever answered by the cut, taken back or not.

    `items`: those of each instrument that a form asks.
    """
    rows, person = table(TABLE_OF[Response]), included(cut)
    one = (person.c.study_id, rows.c.visit, rows.c.instrument, rows.c.item)
    said = select(*one).join(person, person.c.id == rows.c.participant_id).distinct()
    asked = rows.c.instrument.in_(sorted(items)) & rows.c.visit.startswith(WEEK, autoescape=True)
    found = tx.conn.execute(said.where(rows.c.recorded_at <= cut.as_of, asked), execution_options={"yield_per": CHUNK})
    return {(study_id, week, code) for study_id, week, code, item in found if item in items[code]}


def _alerts(cut: Cut) -> Select[Any]:
    rows = table(AlertRow)
    return select(rows.c.participant_id, rows.c.id.label("first"), rows.c.id.label("alert_id")).where(
        rows.c.aware_at <= cut.as_of
    )


def _first_said(log: Log, cut: Cut) -> Select[Any]:
    shown = [kind for kind in log.kinds if cut.unblinded or kind is not Attendance]
    every = union_all(*(_said(kind, log, cut) for kind in shown)).subquery("every")
    keys = [every.c[name] for name in log.tells]
    return select(every.c.participant_id, func.min(every.c.recorded_at).label("first"), *keys).group_by(
        every.c.participant_id, *keys
    )


def _said(kind: type[Fact], log: Log, cut: Cut) -> Select[Any]:
    rows, codes = table(TABLE_OF[kind]), medicine_codes()
    source: Any = rows
    if "medicine" in log.tells:
        entity = rows.c.entity if kind is MedicineEpisode else rows.c.medicine
        source = rows.outerjoin(codes, codes.c.entity == entity)
    keys = [_key(name, kind, codes.c.code).label(name) for name in log.tells]
    found = select(rows.c.participant_id, rows.c.recorded_at, *keys).select_from(source)
    came = [rows.c.status == "present"] if kind is Attendance and "way" in log.tells else []
    shown = [~in_a_session(kind)] if kind is ExerciseLed and not cut.unblinded else []
    return found.where(rows.c.recorded_at <= cut.as_of, *came, *shown)


def _key(name: str, kind: type[Fact], code: ColumnElement[Any]) -> ColumnElement[Any]:
    rows = table(TABLE_OF[kind])
    if name == "medicine" and kind is TlfbDay:
        return medicine_of_day(rows.c.medicine, code)
    if name == "medicine":
        return code
    if name == "way":
        return literal(GROUP if kind is Attendance else "chat")
    if name in rows.c:
        return rows.c[name]
    return literal(WHOLE) if name == "part" else rows.c.entity
