"""The rows of the REDCap data file: one for each person and check-in, and one for each entry that was logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, union_all

from content.exports import exported
from content.instruments import instrument
from content.protocol import protocol
from coordinator.projections import rows_of
from coordinator.redcap.dictionary import (
    DIARY,
    ENROLMENT,
    LOGS,
    MME,
    VISIT,
    Filled,
    Plan,
    asked_at,
    event_of,
    item_name,
    score_names,
)
from coordinator.redcap.shape import EVENT, RECORD_ID, REPEAT_INSTANCE, REPEAT_INSTRUMENT, Event
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import (
    AdverseEvent,
    DoseTaken,
    ExerciseLed,
    PainRated,
    PatchWear,
    PauseBegun,
    PracticeDone,
)

if TYPE_CHECKING:
    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx
    from study.steps import Fact

KINDS: Mapping[str, tuple[type[Fact], ...]] = {
    "pauses": (PauseBegun,),
    "doses": (DoseTaken,),
    "patch_wear": (PatchWear,),
    "pain_ratings": (PainRated,),
    "practice": (ExerciseLed, PracticeDone),
    "adverse_events": (AdverseEvent,),
}
IDS = {
    "pauses": "pause_id",
    "doses": "dose_id",
    "patch_wear": "patch_id",
    "pain_ratings": "rating_id",
    "practice": "practice_id",
    "adverse_events": "event_id",
}
COMPLETE, INCOMPLETE = "2", "0"

Values = dict[str, Any]
Row = dict[str, str]


Progress = Callable[[str, int], None]
"""Called with the name of a table that is begun."""


class Rows:
    """Makes the rows of one cut."""

    def __init__(self, tx: Tx, cut: Cut, made: Plan, progress: Progress) -> None:
        self._tx, self._cut, self._plan, self._progress = tx, cut, made, progress
        shown = exported(unblinded=cut.unblinded, free_text=cut.free_text)
        self._tables: Mapping[str, Table] = {each.name: each for each in shown}

    def all(self) -> Iterator[Row]:
        """Check-ins person by person, then what was logged, form by form."""
        yield from self._visits()
        if self._cut.visit is None:
            for name in LOGS:
                yield from self._log(name)

    def _of(self, name: str) -> Iterator[Values]:
        self._progress(name, 0)
        names = self._tables[name].names
        for row in rows_of(self._tx, self._cut, self._tables[name]):
            yield dict(zip(names, row, strict=True))

    def _by_person(self, name: str) -> dict[str, list[Values]]:
        found: dict[str, list[Values]] = defaultdict(list)
        for row in self._of(name):
            found[row["study_id"]].append(row)
        return found

    def _visits(self) -> Iterator[Row]:
        sides = {name: self._by_person(name) for name in ("visits", "responses", "scores", "mme_summary")}
        first = protocol().visits[0].code
        for person in self._of("participants"):
            study_id = person["study_id"]
            of_person = {name: side.get(study_id, []) for name, side in sides.items()}
            for visit in (each.code for each in protocol().visits):
                if self._cut.visit not in (None, visit):
                    continue
                cells = self._at_visit(visit, {name: _at(rows, visit) for name, rows in of_person.items()})
                if visit == first:
                    cells = _filled(self._plan.people, person, ENROLMENT) | cells
                if cells:
                    yield {RECORD_ID: study_id, EVENT: event_of(visit)} | cells

    def _at_visit(self, visit: str, of_visit: Mapping[str, list[Values]]) -> Row:
        cells: Row = {}
        for window in of_visit["visits"]:
            cells |= _filled(self._plan.visit, window, VISIT)
        for asked in asked_at(visit):
            said = [row for row in of_visit["responses"] if row["instrument"] == asked.code]
            scored = [row for row in of_visit["scores"] if row["instrument"] == asked.code]
            cells |= _questionnaire(asked.code, said, scored)
        for row in of_visit["mme_summary"]:
            cells |= _filled(self._plan.mme[row["source"]], row, MME)
        return cells

    def _log(self, name: str) -> Iterator[Row]:
        form, _ = LOGS[name]
        event, instances = Event(DIARY, ()).unique_name, self._instances(name)
        numbered: list[tuple[str, int, Values]] = []
        for row in self._of(name):
            number = int(row["medicine"][1:]) if name == "medicines" else instances[row[IDS[name]]]
            numbered.append((row["study_id"], number, row))
        for study_id, number, row in sorted(numbered, key=lambda each: each[:2]):
            place = {RECORD_ID: study_id, EVENT: event, REPEAT_INSTRUMENT: form, REPEAT_INSTANCE: str(number)}
            yield place | _filled(self._plan.logs[name], row, form)

    def _instances(self, name: str) -> dict[str, int]:
        """The instance of each entry: its place among all its person ever made, so that no later one changes it."""
        if name not in KINDS:
            return {}
        first = union_all(
            *(
                select(rows.c.participant_id, rows.c.entity, rows.c.recorded_at).where(rows.c.revision == 1)
                for rows in (table(TABLE_OF[kind]) for kind in KINDS[name])
            )
        ).subquery()
        found, made = dict[str, int](), defaultdict[int, int](int)
        for row in self._tx.rows(select(first).order_by(first.c.recorded_at, first.c.entity)):
            made[row.participant_id] += 1
            found[row.entity] = made[row.participant_id]
        return found


def _at(rows: Iterable[Values], visit: str) -> list[Values]:
    return [row for row in rows if row["visit"] == visit]


def _filled(fields: Sequence[Filled], row: Values, form: str) -> Row:
    cells = {each.field.name: "" if row[each.column] is None else each.made(row[each.column]) for each in fields}
    return cells | {f"{form}_complete": _state(row, form)}


def _state(row: Values, form: str) -> str:
    return INCOMPLETE if form == VISIT and row["status"] != "complete" else COMPLETE


def _questionnaire(code: str, said: Sequence[Values], scored: Sequence[Values]) -> Row:
    """The cells of a questionnaire; none at all when nothing of it was answered in any way."""
    if not said:
        return {}
    asked = instrument(code)
    known = {item.code for item in asked.items}
    said = [row for row in said if row["item"] in known]
    cells = {item_name(asked, row["item"]): str(row["value"]) for row in said if row["value"] is not None}
    modes = {row["mode"] for row in said}
    cells |= {
        f"{code}_missing": "; ".join(f"{row['item']}={row['status']}" for row in said if row["value"] is None),
        f"{code}_dt": max((row["answered_local"] for row in said), default="").replace("T", " "),
        f"{code}_mode": modes.pop() if len(modes) == 1 else "mixed",
        f"{code}_complete": COMPLETE if len(said) == len(known) else INCOMPLETE,
    }
    rules = {score.name for score in asked.scores}
    for row in scored:
        if row["score"] in rules:
            value, missing, why = score_names(asked, row["score"])
            cells |= {value: "" if row["value"] is None else str(row["value"])}
            cells |= {missing: str(row["n_missing"]), why: row["reason"] or ""}
    return cells
