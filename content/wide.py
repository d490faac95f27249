"""The wide file: one row for each participant, one column for each figure and check-in (`peg_score_m0` … `_m12`).

Its columns are made from the protocol's check-ins, the instruments asked at each and the long tables of the export, so
that both say the same in the same words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from content.export_columns import AT_A_VISIT, WIDE, Column, Table
from content.instruments import instrument, instruments
from content.protocol import protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from content.instruments import GivenScore, Instrument, ScoreRule
    from content.protocol import Visit

    AnyScore = ScoreRule | GivenScore

OF_PEOPLE = ("study_id", "site", "enrolled_on", "status", "therapy_group", "arm")
OF_VISITS = {
    "status": "visit_status",
    "mode": "visit_mode",
    "in_window": "in_window",
    "target_on": "target_on",
    "completed_at": "completed_at",
    "last_answered_on": "last_answered_on",
}
"""Column of `visits` → what it is called here, before the check-in."""

OF_MME = {
    "days_known": "days",
    "mme_mean28_observed": "observed",
    "mme_mean28_window": "window",
    "mme_mean28_therapy": "therapy",
    "mme_max28_day": "max",
}
"""Column of `mme_summary` → what it is called here, after `mme_<source>_` and before the check-in."""

NOT_PLANNED = {"not_planned": "The check-in is not planned for this person"}
NO_SCORE = {"no_score": "No score: nothing is answered, or the table scores says why"}
NO_FIGURE = {"no_score": "No figure; the table mme_summary says why"}


class ScoreAt(NamedTuple):
    """One score of an instrument at one check-in."""

    instrument: str
    score: str
    visit: str


def at_visit(name: str, visit: Visit) -> str:
    """The name of a figure at a check-in: `peg_score_m3`."""
    return f"{name}_m{visit.months}"


def wide(tables: Sequence[Table]) -> Table:
    """The wide table, made of the definitions of the long ones."""
    by_name = {table.name: table for table in tables}
    people = by_name["participants"]
    columns = [*(people.column(name) for name in OF_PEOPLE)]
    for visit in protocol().visits:
        columns += _of_visit(by_name["visits"], visit)
        columns += [_score(visit, *each) for each in _scores(visit)]
        columns += _of_mme(by_name["mme_summary"], visit)
    label = "One row for each participant, one column for each figure and check-in: m0 is baseline, m3 month 3"
    return Table(name=WIDE, label={"en": label}, key=("study_id",), columns=tuple(columns), since="whole")


def of_visit(columns: Iterable[Column], visit: str) -> tuple[Column, ...]:
    """Columns without those of other check-ins."""
    ending = at_visit("", protocol().visit(visit))
    return tuple(each for each in columns if not AT_A_VISIT.search(each.name) or each.name.endswith(ending))


def with_more(table: Table, found: Iterable[tuple[str, str]]) -> Table:
    """The wide table with columns for the scores of instruments that were answered beside the protocol's list.

    `found`: instrument and check-in. They stand behind the others, whose place never depends on what was answered.
    """
    asked = {each for each in found if each[0] in instruments()}
    more = [
        _score(visit, *each)
        for visit in protocol().visits
        for code in sorted(instrument for instrument, at in asked if at == visit.code)
        for each in _scores_of(code)
    ]
    new = tuple(column for column in more if column.name not in table.names)
    return table.model_copy(update={"columns": (*table.columns, *new)})


def score_column(at: ScoreAt) -> str | None:
    """The column a score stands in; None for a check-in, an instrument or a score that there is not any more."""
    visit = next((visit for visit in protocol().visits if visit.code == at.visit), None)
    if visit is None or at.instrument not in instruments():
        return None
    names = [score.name for _, score in _scores_of(at.instrument)]
    return at_visit(_name(at.instrument, at.score), visit) if at.score in names else None


def _scores(visit: Visit) -> Iterator[tuple[Instrument, AnyScore]]:
    for entry in visit.instruments:
        code = entry.partition(".")[0]
        if visit.code not in instrument(code).not_at:
            yield from _scores_of(code)


def _scores_of(code: str) -> Iterator[tuple[Instrument, AnyScore]]:
    """What an instrument is scored to here, and what is made elsewhere and taken over as it is."""
    asked = instrument(code)
    yield from ((asked, score) for score in asked.scores)
    yield from ((asked, score) for score in asked.given)


def _name(instrument: str, score: str) -> str:
    return f"{score}_score" if score == instrument else score


def _score(visit: Visit, asked: Instrument, score: AnyScore) -> Column:
    what = asked.title["en"] if score.name == asked.code else f"{asked.title['en']}: {score.name.replace('_', ' ')}"
    return Column(
        name=at_visit(_name(asked.code, score.name), visit),
        type="decimal",
        label={"en": f"{what}, {_when(visit)}"},
        low=score.low,
        high=score.high,
        missing=NO_SCORE,
        source=(f"scores: {asked.code}.{score.name}",),
    )


def _of_visit(visits: Table, visit: Visit) -> Iterator[Column]:
    for name, here in OF_VISITS.items():
        column = visits.column(name)
        status = at_visit(OF_VISITS["status"], visit)
        yield _moved("visits", column, at_visit(here, visit), visit).model_copy(
            update={"reason_in": status, "missing": column.missing | NOT_PLANNED}
            if column.reason_in
            else {"missing": NOT_PLANNED}
        )


def _of_mme(summary: Table, visit: Visit) -> Iterator[Column]:
    for source, meaning in summary.column("source").values.items():
        for name, here in OF_MME.items():
            moved = _moved("mme_summary", summary.column(name), at_visit(f"mme_{source}_{here}", visit), visit, meaning)
            yield moved.model_copy(update={"reason_in": None, "missing": NO_FIGURE})


def _moved(table: str, column: Column, name: str, visit: Visit, *more: str) -> Column:
    label = ", ".join([column.label["en"], *more, _when(visit)])
    return column.model_copy(update={"name": name, "label": {"en": label}, "source": (f"{table}.{column.name}",)})


def _when(visit: Visit) -> str:
    return visit.code.replace("_", " ")
