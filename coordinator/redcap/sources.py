"""Where each field of the REDCap project comes from: the table and the column of the export as CSV that it repeats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from coordinator.redcap.shape import RECORD_ID

if TYPE_CHECKING:
    from coordinator.redcap.dictionary import Plan
    from coordinator.redcap.fields import Filled
    from coordinator.redcap.questionnaires import Form

HEADER = ("form", "field", "table", "column", "rows")
"""`rows`: which rows of the table the field holds; blank for all that are at the event, or that repeat."""

Source = tuple[str, str, str]
"""A table, a column of it, and which rows."""


def sources(made: Plan) -> list[tuple[str, ...]]:
    """The source of each field in the order of the dictionary; `KeyError` for a field that has none."""
    known = dict(_sources(made))
    return [(field.form, field.name, *known[field.name]) for field in made.project.fields]


def _sources(made: Plan) -> Iterator[tuple[str, Source]]:
    yield RECORD_ID, ("participants", "study_id", "")
    yield from _of(made.people, "participants")
    yield from _of(made.screening, "screening")
    yield from _of(made.visit, "visits")
    for source, filled in made.mme.items():
        yield from _of(filled, "mme_summary", f"source={source}")
    for name, filled in made.logs.items():
        yield from _of(filled, name)
    forms = {form.name: form for asked in (*made.at_visits.values(), made.weekly) for form in asked}
    for form in forms.values():
        yield from _of_form(form)


def _of(filled: Iterable[Filled], table: str, rows: str = "") -> Iterator[tuple[str, Source]]:
    for each in filled:
        yield each.field.name, (table, each.column, rows)


def _of_form(form: Form) -> Iterator[tuple[str, Source]]:
    when = "; visit=week_*" if form.weekly else ""
    whole = f"instrument={form.asked.code}"
    if form.weekly:
        yield form.own("week"), ("responses", "visit", whole + when)
    for item in form.asked.items:
        yield form.own(item.code), ("responses", "value", f"{whole}; item={item.code}{when}")
    answers = "responses" if form.asked.items else "given_scores"
    for name, column in (("missing", "status"), ("dt", "answered_local"), ("mode", "mode")):
        table = "responses" if name == "missing" else answers
        yield form.own(name), (table, column, whole + when)
    for score in form.asked.scores:
        for field, column in zip(form.score(score.name), ("value", "n_missing", "reason"), strict=True):
            yield field, ("scores", column, f"{whole}; score={score.name}{when}")
    for given in form.given:
        yield given.name, ("given_scores", "value", f"{whole}; score={given.name}")
    if form.given:
        yield form.own("given_by"), ("given_scores", "version", whole)
