"""The cut an export is made of: as of which instant, whose data, and what of them may be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, FromClause, String, Subquery, case, cast, func, literal, null, select

from content.exports import UNLISTED_EXERCISE, UNLISTED_PRODUCT, listed_products, neutral_exercises
from content.factors import DEFAULT
from coordinator.projections.sql import ByBytes, as_written
from records.fact_tables import TABLE_OF
from records.tables import Participant, table
from study.facts import NO_MEDICINE, MedicineEpisode

if TYPE_CHECKING:
    from content.exports import Column, Table
    from records.database import Tx
    from study.steps import Fact

CHUNK = 500
Made = TypeVar("Made")
CONSENT_KEPT = ("data_removed",)


@dataclass(frozen=True)
class Cut:
    """What is asked for: the records as they stood at `as_of`, of one site or all, of one check-in or all.

    `since` keeps rows that are new or another than before that instant (`projections.changed`); participants and days
    are always whole.
    `declined`: the numbers of who had declined by then, of whom nothing is kept (`people.declined_by`). `moved`: those
    who belonged to another site then than now, with that site (`people.moved_since`). `memo` is of one export: what is
    remembered in it was read in its transaction.
    """

    as_of: datetime
    since: datetime | None = None
    site: str | None = None
    unblinded: bool = False
    free_text: bool = False
    factors: str = DEFAULT
    visit: str | None = None
    declined: tuple[int, ...] = ()
    moved: tuple[tuple[int, str], ...] = ()
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, what: tuple[Any, ...], made: Callable[[], Made]) -> Made:
        """What several tables of one export are made from, made for the first of them."""
        key = (self.as_of, self.site, self.factors, *what)
        if key not in self.memo:
            self.memo[key] = made()
        found: Made = self.memo[key]
        return found


@dataclass(frozen=True)
class Query:
    """A SELECT in parts: what each column is, from where, which rows, in which order."""

    columns: dict[str, ColumnElement[Any]]
    source: FromClause
    where: Sequence[ColumnElement[bool]]
    order: Sequence[ColumnElement[Any]]


def streamed(tx: Tx, query: Query, wanted: Table) -> Iterator[Sequence[Any]]:
    """The rows of a query from a cursor that holds a chunk at a time, in the order of the table's columns."""
    statement = (
        select(*(query.columns[name].label(name) for name in wanted.names))
        .select_from(query.source)
        .where(*query.where)
        .order_by(*query.order)
    )
    return opened(tx, tx.conn.execute(statement, execution_options={"yield_per": CHUNK}), wanted)


def opened(tx: Tx, rows: Any, wanted: Table) -> Iterator[Sequence[Any]]:
    """Rows with their sealed texts opened; nothing is opened that was not asked for."""
    places = [at for at, column in enumerate(wanted.columns) if column.free_text]
    if not places:
        return iter(rows)
    return (_opened(tx, list(row), places) for row in rows)


def _opened(tx: Tx, row: list[Any], places: list[int]) -> list[Any]:
    for at in places:
        row[at] = tx.keys.open(row[at]) if row[at] else None
    return row


def included(cut: Cut, *, consents: bool = False) -> Subquery:
    """Numbers and study ids of the people an export holds data of; for `consents` also those with data removed."""
    people = table(Participant)
    kept = [] if consents else [people.c.status.not_in(CONSENT_KEPT)]
    found = select(people.c.id, people.c.study_id).where(*in_study(cut), people.c.id.not_in(cut.declined), *kept)
    return found.subquery("person")


def in_study(cut: Cut) -> list[ColumnElement[bool]]:
    """Conditions on participants: never a test person, there by the cut, of the site asked for."""
    people = table(Participant)
    real = [people.c.test.is_(False), people.c.created_at <= cut.as_of]
    return real if cut.site is None else [*real, site_then(cut.moved) == cut.site]


def site_then(moved: Sequence[tuple[int, str]]) -> ColumnElement[str]:
    """The site of a participant at the cut, to which `moved` belongs."""
    people = table(Participant)
    return case(dict(moved), value=people.c.id, else_=people.c.site) if moved else people.c.site


def in_force(kind: type[Fact], cut: Cut) -> list[ColumnElement[bool]]:
    """Conditions on the rows of a kind of fact: in force at the cut."""
    rows = table(TABLE_OF[kind])
    newer = rows.alias("newer")
    overtaken = select(1).where(
        newer.c.entity == rows.c.entity,
        newer.c.revision == rows.c.revision + 1,
        newer.c.recorded_at <= cut.as_of,
    )
    return [rows.c.state == "recorded", rows.c.recorded_at <= cut.as_of, ~overtaken.exists()]


def first_recorded(kind: type[Fact]) -> ColumnElement[Any]:
    """When an entry was first recorded, whichever of its revisions is in force."""
    rows = table(TABLE_OF[kind])
    first = rows.alias("first")
    found = select(first.c.recorded_at).where(first.c.entity == rows.c.entity, first.c.revision == 1)
    return case((rows.c.revision == 1, rows.c.recorded_at), else_=found.scalar_subquery())


def of_fact(kind: type[Fact], person: Subquery, id_name: str) -> dict[str, ColumnElement[Any]]:
    """The columns of a kind of fact as the files write them, with its id, study id and first recording."""
    rows = table(TABLE_OF[kind])
    product = {"product": shown_product(rows.c.product)} if "product" in rows.c else {}
    return (
        {column.name: as_written(column) for column in rows.c}
        | product
        | {
            id_name: rows.c.entity,
            "study_id": person.c.study_id,
            "recorded_at": as_written(first_recorded(kind)),
        }
    )


def facts_of(
    kind: type[Fact],
    cut: Cut,
    id_name: str,
    *,
    consents: bool = False,
    also: dict[str, ColumnElement[Any]] | None = None,
) -> Query:
    """The query of a table that has one row for each fact of a kind, sorted by its id."""
    rows, person = table(TABLE_OF[kind]), included(cut, consents=consents)
    return Query(
        of_fact(kind, person, id_name) | (also or {}),
        rows.join(person, person.c.id == rows.c.participant_id),
        in_force(kind, cut),
        [ByBytes(rows.c.entity)],
    )


def medicine_codes() -> Subquery:
    """Medicine episode → `code` M1, M2 ... and its `number`, in the participant's order of first entry.

    An episode keeps its number when another is taken back, so that a cut can be made again.
    """
    rows = table(TABLE_OF[MedicineEpisode])
    number = func.row_number().over(partition_by=rows.c.participant_id, order_by=rows.c.id)
    first = select(rows.c.entity, number.label("number")).where(rows.c.revision == 1).subquery("first_entry")
    code = literal("M").concat(cast(first.c.number, String)).label("code")
    return select(first.c.entity, first.c.number, code).subquery("medicine_code")


def medicine_of_day(medicine: ColumnElement[Any], code: ColumnElement[Any]) -> ColumnElement[Any]:
    """The code of what a day of a calendar is about; `NO_MEDICINE`, when none was on the list, stands for itself."""
    return case((medicine == NO_MEDICINE, medicine), else_=code)


def shown_product(product: ColumnElement[Any]) -> ColumnElement[Any]:
    """A product that is on a list of names; another was typed, and could name a person."""
    return case((func.lower(product).in_(sorted(listed_products())), product), else_=literal(UNLISTED_PRODUCT))


DATE_LONG = len("2026-03-02")


def day_alone(column: Column, cell: str | None) -> str | None:
    """What is left of an instant (nothing) or of a local time (its date) where the day alone is told."""
    return cell[:DATE_LONG] if cell and column.type == "local" else None


def shown_exercise(
    exercise: ColumnElement[Any], cut: Cut, *, else_: str | None = UNLISTED_EXERCISE
) -> ColumnElement[Any]:
    """An exercise's id, or the neutral code that stands for it in a blinded export.

    With `else_` None a value that is no exercise stays as it is.
    """
    if cut.unblinded:
        return exercise
    codes = [(exercise == known, literal(code)) for known, code in neutral_exercises().items()]
    return case((exercise.is_(None), null()), *codes, else_=exercise if else_ is None else literal(else_))
