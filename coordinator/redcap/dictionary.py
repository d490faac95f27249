"""The REDCap project of this study, made from the same definitions as every other export.

Check-ins are events; each questionnaire is a form, and so are the window of a check-in and the morphine equivalents
before it. What repeats does so on an event of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select, union

from content.exports import exported
from content.instruments import instrument, instruments
from content.protocol import protocol
from content.wide import OF_MME
from coordinator.redcap.fields import Filled, choices, fields_of, filled_from, flat, plain
from coordinator.redcap.logs import DIARY, LOGS
from coordinator.redcap.questionnaires import Form, form_of
from coordinator.redcap.shape import RECORD_ID, Event, Field, Project
from records.fact_tables import TABLE_OF
from records.tables import table
from study.facts import Response, ScoreGiven

if TYPE_CHECKING:
    from content.exports import Table
    from content.protocol import Visit
    from coordinator.projections.cut import Cut
    from records.database import Tx

ENROLMENT, SCREENING, VISIT, MME = "enrolment", "screening", "visit", "mme"
OF_A_WEEK = re.compile(r"week_[0-9]+")


@dataclass(frozen=True)
class Answered:
    """Instruments that have answers, at check-ins and in weeks: some are imported that no protocol lists."""

    at_visits: frozenset[str] = frozenset()
    weekly: frozenset[str] = frozenset()


def answered(tx: Tx, cut: Cut) -> Answered:
    """What has answers of anybody by the cut, so that the forms are the same for each site and check-in."""
    said = [table(TABLE_OF[kind]) for kind in (Response, ScoreGiven)]
    pairs = (select(rows.c.visit, rows.c.instrument).where(rows.c.recorded_at <= cut.as_of) for rows in said)
    found = [(row.visit, row.instrument) for row in tx.rows(union(*pairs)) if row.instrument in instruments()]
    visits = {each.code for each in protocol().visits}
    return Answered(
        frozenset(code for visit, code in found if visit in visits),
        frozenset(code for visit, code in found if OF_A_WEEK.fullmatch(visit)),
    )


@dataclass(frozen=True)
class Plan:
    """The project, and what fills its forms: columns by table, questionnaires by check-in and by week.

    `kind`: what may be seen in it, in words. Dictionaries of two kinds have other fields and other choices.
    """

    kind: str
    project: Project
    people: tuple[Filled, ...]
    screening: tuple[Filled, ...]
    visit: tuple[Filled, ...]
    mme: Mapping[str, tuple[Filled, ...]]
    logs: Mapping[str, tuple[Filled, ...]]
    at_visits: Mapping[str, tuple[Form, ...]]
    weekly: tuple[Form, ...]


def plan(*, unblinded: bool = False, free_text: bool = False, beyond: Answered | None = None) -> Plan:
    """The project for what may be seen; `beyond` names instruments that have answers and no place in the protocol."""
    tables = {table.name: table for table in exported(unblinded=unblinded, free_text=free_text)}
    more = beyond or Answered()
    at_visits = {visit.code: tuple(_asked_at(visit, more)) for visit in protocol().visits}
    weekly = tuple(form_of(code, weekly=True) for code in _asked_weekly(more))
    mme = {source: tuple(_of_mme(tables["mme_summary"], source)) for source in _sources(tables["mme_summary"])}
    made = Plan(
        f"{'unblinded' if unblinded else 'blinded'}, {'with' if free_text else 'without'} free text",
        Project((), tuple(_events(at_visits, weekly))),
        people=(
            *fields_of(tables["participants"], ENROLMENT, "who", without=("study_id", "arm")),
            *_allocation(tables["participants"]),
        ),
        screening=fields_of(tables["screening"], SCREENING, SCREENING),
        visit=fields_of(tables["visits"], VISIT, "visit", without=("study_id", "visit")),
        mme=mme,
        logs={name: fields_of(tables[name], log.form, log.prefix, unblinded=unblinded) for name, log in LOGS.items()},
        at_visits=at_visits,
        weekly=weekly,
    )
    modes = choices(tables["visits"].column("mode").values)
    return replace(made, project=Project(tuple(_fields(made, modes)), made.project.events))


def _fields(made: Plan, modes: str) -> Iterator[Field]:
    yield Field(RECORD_ID, ENROLMENT, "text", "Study id", note=f"This project takes downloads of one kind: {made.kind}")
    yield from (each.field for each in (*made.people, *made.screening, *made.visit))
    by_name = {form.name: form for forms in made.at_visits.values() for form in forms}
    for form in by_name.values():
        yield from form.fields(modes)
    yield from (each.field for source in made.mme.values() for each in source)
    for form in made.weekly:
        yield from form.fields(modes)
    yield from (each.field for log in made.logs.values() for each in log)


def _asked_at(visit: Visit, beyond: Answered) -> Iterator[Form]:
    """The questionnaires of a check-in in the order of the protocol, then those a site added."""
    listed = dict.fromkeys(instrument(entry.partition(".")[0]).code for entry in visit.instruments)
    wanted = [each.code for each in instruments().values() if visit.code in each.asked_at]
    for code in dict.fromkeys((*listed, *wanted, *sorted(beyond.at_visits))):
        if visit.code not in instrument(code).not_at:
            yield form_of(code)


def _asked_weekly(beyond: Answered) -> Iterator[str]:
    listed = (instrument(entry.partition(".")[0]).code for entry in protocol().weekly.instruments)
    yield from dict.fromkeys((*listed, *sorted(beyond.weekly)))


def _sources(summary: Table) -> Iterator[str]:
    yield from summary.column("source").values


def _of_mme(summary: Table, source: str) -> Iterator[Filled]:
    made_from = summary.column("source").values[source]
    for name, here in OF_MME.items():
        label = {"en": f"MME, {flat(made_from).lower()}: {summary.column(name).label['en']}"}
        column = summary.column(name).model_copy(update={"name": f"{source}_{here}", "label": label})
        (each,) = filled_from(column, MME, "mme")
        yield Filled(each.field, name, each.made)


def _allocation(people: Table) -> tuple[Filled, ...]:
    if "arm" not in people.names:
        return ()
    column = people.column("arm")
    field = Field("rand_group", ENROLMENT, "radio", column.label["en"], choices=choices(column.values))
    return (Filled(field, "arm", plain),)


def _events(at_visits: Mapping[str, tuple[Form, ...]], weekly: tuple[Form, ...]) -> Iterator[Event]:
    first, *_ = at_visits
    for visit, asked in at_visits.items():
        forms = (VISIT, *(form.name for form in asked), MME)
        yield Event(_named(visit), (ENROLMENT, SCREENING, *forms) if visit == first else forms)
    repeated = (*(form.name for form in weekly), *(log.form for log in LOGS.values()))
    yield Event(DIARY, repeated, repeating=True)


def _named(visit: str) -> str:
    return visit.replace("_", " ").capitalize()


def event_of(visit: str) -> str:
    """The unique name of a check-in's event."""
    return Event(_named(visit), ()).unique_name
