"""What an export holds: reader of `content/exports.toml`, the one file that defines tables and columns."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import model_validator

from content import factors, loading, wide
from content.export_columns import AT_A_VISIT as AT_A_VISIT
from content.export_columns import VISIT as VISIT
from content.export_columns import WORDY as WORDY
from content.export_columns import Column as Column
from content.export_columns import Kind as Kind
from content.export_columns import Part
from content.export_columns import Table as Table
from content.export_lists import UNLISTED_EXERCISE as UNLISTED_EXERCISE
from content.export_lists import neutral_exercises as neutral_exercises

if TYPE_CHECKING:
    pass

FILE = "exports.toml"


class Exports(Part):
    """All tables an export can have."""

    version: str
    tables: tuple[Table, ...]

    @model_validator(mode="after")
    def _no_table_twice(self) -> Exports:
        names = [table.name for table in self.tables]
        if twice := [name for name, times in Counter(names).items() if times > 1]:
            raise ValueError(f"table {twice[0]} twice")
        return self


@cache
def exports() -> Exports:
    """The tables of this release; `ContentRefused` names the place of a wrong one."""
    read = loading.one(Exports, FILE)
    return read.model_copy(update={"tables": _with_wide(read.tables)})


def _with_wide(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """The tables with the wide one, before what is told of all of them."""
    last = tuple(table for table in tables if table.since == "alone")
    return (*(table for table in tables if table not in last), wide.wide(tables), *last)


def exported(
    *, unblinded: bool = False, free_text: bool = False, visit: str | None = None, since: bool = False
) -> tuple[Table, ...]:
    """The tables of one export, with the columns it shows only; with a `visit` those that belong to a check-in.

    `since`: of one that tells what is new since an instant.
    """
    return tuple(
        table.model_copy(update={"columns": _shown(table, visit, unblinded=unblinded, free_text=free_text)})
        for table in exports().tables
        if (free_text or not table.free_text)
        and (visit is None or table.is_of_visits)
        and (since or table.since != "alone")
    )


def _shown(table: Table, visit: str | None, **how: Any) -> tuple[Column, ...]:
    columns = table.columns if visit is None else wide.of_visit(table.columns, visit)
    shown = (column for column in columns if column.is_in(**how))
    return tuple(shown if how["unblinded"] else (column.shown_blinded() for column in shown))


UNLISTED_PRODUCT = "unlisted"
"""What stands for a product that is on no list of names: it was typed, and may be anything."""


@cache
def listed_products() -> frozenset[str]:
    """Names of medicines and products that are no secret of anybody, in lower case."""
    known = factors.names()
    medicines = {name for medicine in known.medicines for name in (medicine.id, *medicine.also)}
    return frozenset(n.lower() for n in medicines | {name for product in known.products for name in product.names})


def shown_product(product: str) -> str:
    """A product as a file may say it."""
    return product if product.lower() in listed_products() else UNLISTED_PRODUCT
