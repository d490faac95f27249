"""The wide file: the figures of the long tables side by side, one row for each participant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from content.exports import exports
from content.protocol import protocol
from content.wide import OF_MME, OF_VISITS, ScoreAt, at_visit, score_column
from coordinator.projections import mme_summary, visits
from coordinator.projections.people import at_the_cut, therapy_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from content.exports import Table
    from coordinator.projections.cut import Cut
    from records.database import Tx

Values = dict[str, Any]


def wide(tx: Tx, cut: Cut, wanted: Table) -> Iterator[Sequence[Any]]:
    """One row a person, always whole: `since` leaves nothing out of it."""
    whole = replace(cut, since=None)
    scores = _Side(tx, whole, visits.scores, "scores")
    windows = _Side(tx, whole, visits.visits, "visits")
    averages = _Side(tx, whole, mme_summary.mme_summary, "mme_summary")
    groups = therapy_groups(tx, whole)
    for person in at_the_cut(tx, whole):
        values: Values = {name: getattr(person, name) for name in ("study_id", "site", "enrolled_on", "arm")}
        values |= {"status": person.standing, "therapy_group": groups.get(person.id)}
        for row in windows.of(person.study_id):
            values |= _named(row, OF_VISITS)
        for row in scores.of(person.study_id):
            values |= _score(row)
        for row in averages.of(person.study_id):
            values |= _named(row, {name: f"mme_{row['source']}_{here}" for name, here in OF_MME.items()})
        yield [values.get(name) for name in wanted.names]


class _Side:
    """The rows of a long table, which come person by person in the same order as the people."""

    def __init__(self, tx: Tx, cut: Cut, projection: Callable[..., Iterator[Sequence[Any]]], name: str) -> None:
        table = next(table for table in exports().tables if table.name == name)
        self._rows = (dict(zip(table.names, row, strict=True)) for row in projection(tx, cut, table))
        self._next = next(self._rows, None)

    def of(self, study_id: str) -> Iterator[Values]:
        """The rows of one person."""
        while self._next is not None and self._next["study_id"] == study_id:
            yield self._next
            self._next = next(self._rows, None)


def _named(row: Values, names: dict[str, str]) -> Values:
    """The figures of a row under their names here; nothing for a check-in that the protocol no longer has."""
    visit = next((visit for visit in protocol().visits if visit.code == row["visit"]), None)
    return {} if visit is None else {at_visit(here, visit): row[name] for name, here in names.items()}


def _score(row: Values) -> Values:
    place = score_column(ScoreAt(row["instrument"], row["score"], row["visit"]))
    return {} if place is None else {place: row["value"]}
