"""Where the value of each column stands in the REDCap project: `sources` read the other way round.

The wide file repeats columns of other tables, each at one check-in: its columns stand where those do, at that event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from content.export_columns import PEOPLE, WIDE
from content.protocol import protocol
from content.wide import OF_MME, OF_PEOPLE, OF_VISITS, ScoreAt, at_visit, score_column
from coordinator.redcap.dictionary import event_of
from coordinator.redcap.shape import RECORD_ID
from coordinator.redcap.sources import sources

if TYPE_CHECKING:
    from content.protocol import Visit
    from coordinator.redcap.dictionary import Plan
    from coordinator.redcap.fields import Filled
    from coordinator.redcap.questionnaires import Form

PERSON = "study_id"

At = tuple[str, str]
"""A table and a column."""


@dataclass(frozen=True)
class Place:
    """The fields that hold a column, each as `form.field`; `event` where all of them stand at one event alone."""

    fields: tuple[str, ...]
    event: str = ""


def places(made: Plan) -> dict[At, Place]:
    """The place of each column that the project has; of the columns of the wide file too."""
    found: dict[At, list[tuple[str, str]]] = {}
    for form, field, table, column, _ in sources(made):
        found.setdefault((table, column), []).append((form, field))
    events = _events(made)
    named = {at: _place(fields, events) for at, fields in found.items()}
    person = named[PEOPLE, PERSON]
    named |= {(table, PERSON): person for table, _ in found}
    return (
        named | {(WIDE, name): named[PEOPLE, name] for name in OF_PEOPLE if (PEOPLE, name) in named} | dict(_wide(made))
    )


def of_items(made: Plan) -> dict[At, tuple[str, ...]]:
    """Instrument and item → the fields that hold its answer: at check-ins, and in the questions of a week."""
    forms = {form.name: form for asked in (*made.at_visits.values(), made.weekly) for form in asked}
    found: dict[At, tuple[str, ...]] = {}
    for form in forms.values():
        for item in form.asked.items:
            at = (form.asked.code, item.code)
            found[at] = (*found.get(at, ()), f"{form.name}.{form.own(item.code)}")
    return found


def _events(made: Plan) -> Mapping[str, frozenset[str]]:
    every = {form for event in made.project.events for form in event.forms}
    return {
        form: frozenset(event.unique_name for event in made.project.events if form in event.forms) for form in every
    }


def _place(fields: list[tuple[str, str]], events: Mapping[str, frozenset[str]]) -> Place:
    at = frozenset[str]().union(*(events[form] for form, _ in fields))
    everywhere = any(field == RECORD_ID for _, field in fields)
    return Place(
        tuple(f"{form}.{field}" for form, field in fields), "" if everywhere or len(at) != 1 else next(iter(at))
    )


def _wide(made: Plan) -> Iterator[tuple[At, Place]]:
    for visit in protocol().visits:
        found: dict[str, Place] = {}
        for name, field in _at(made, visit):
            known = found.get(name, Place((), event_of(visit.code)))
            found[name] = replace(known, fields=(*known.fields, field))
        yield from (((WIDE, name), place) for name, place in found.items())


def _at(made: Plan, visit: Visit) -> Iterator[tuple[str, str]]:
    """Columns of one check-in, and a field of each."""
    yield from _moved(made.visit, OF_VISITS, "", visit)
    for source, filled in made.mme.items():
        yield from _moved(filled, OF_MME, f"mme_{source}_", visit)
    for form in made.at_visits[visit.code]:
        yield from _scored(form, visit)


def _moved(filled: tuple[Filled, ...], here: Mapping[str, str], prefix: str, visit: Visit) -> Iterator[tuple[str, str]]:
    for each in filled:
        if each.column in here:
            yield at_visit(prefix + here[each.column], visit), f"{each.field.form}.{each.field.name}"


def _scored(form: Form, visit: Visit) -> Iterator[tuple[str, str]]:
    fields = {score.name: form.score(score.name)[0] for score in form.asked.scores}
    fields |= {given.name: given.name for given in form.given}
    for score, field in fields.items():
        column = score_column(ScoreAt(form.asked.code, score, visit.code))
        if column is not None:
            yield column, f"{form.name}.{field}"
