"""The shape of a table and of a column that an export can have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from content.code_numbers import Numbered, number_of
from content.export_lists import NUMBERED, Bound, ListName, listed, numbered

PEOPLE = "participants"
WIDE = "wide"
VISIT = "visit"

Kind = Literal[
    "id",
    "code",
    "open_code",
    "open_codes",
    "version",
    "text",
    "zone",
    "integer",
    "decimal",
    "boolean",
    "instant",
    "local",
    "date",
]
"""What a column holds.

`code`: one of a closed list; a statistics program gets its number, which is never another one (`content.code_numbers`).
`open_code`: one of a list that grows with the study (its scores, sessions, talks, sites); the codebook lists what this
release knows, and it stays a text everywhere. `open_codes`: several of such a list, with
commas between. `id`, `version`, `zone`: no list could hold them. `text`: words, typed or put together.
"""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,25}$")]
"""At most 26 characters: REDCap takes no longer name."""

Words = dict[Literal["en"], str]
WORDY: frozenset[Kind] = frozenset({"id", "code", "open_code", "open_codes", "version", "text", "zone"})
"""Types whose cells hold text that is not made of digits alone."""

NUMERIC: frozenset[Kind] = frozenset({"integer", "decimal", "boolean"})
LISTED: frozenset[Kind] = frozenset({"code", "open_code", "open_codes"})
"""Types whose cells hold nothing but codes of a list, and those of an older release."""

ENDING: Mapping[str, Kind] = {"_at": "instant", "_local": "local", "_on": "date"}
NO_INSTANT: Mapping[str, str] = {"blinded": "A blinded export: sessions and meetings move what a prompt asks"}
DAY_ALONE = " (its day alone, as this export is blinded)"
AT_A_VISIT = re.compile(r"_m[0-9]+$")
"""How a column of the wide file says at which visit, in months; before it stands what else its name says."""


class Part(BaseModel):
    """A piece of a definition: nothing unknown in it, and it never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Part):
    """One column: what it means, what can stand in it, why it can be blank, and who may see it.

    In a blinded export a code that says nothing of the arm stands for the value (`neutral`), or the day alone is told
    (`day`): an instant is blank, a local time is a date. `numbers_from`: where the numbers of `values` stand, once
    these are written out; None where they are the places in `values`.
    """

    name: Name
    type: Kind
    label: Words
    unit: str = ""
    values: dict[str, str] = {}
    values_from: ListName | None = None
    numbers_from: Numbered | None = None
    low: Bound | None = None
    high: Bound | None = None
    missing: dict[str, str] = {}
    reason_in: str | None = None
    source: tuple[str, ...] = Field(min_length=1)
    blinded: Literal["same", "neutral", "left_out", "day"] = "same"
    free_text: bool = False

    @model_validator(mode="after")
    def _says_what_it_is(self) -> Column:
        if self.name != "on" and self._by_its_name() != (self.type if self.type in ENDING.values() else None):
            raise ValueError(
                f"{self.name}: instants end in _at, local times in _local, dates in _on, nothing else does"
            )
        if "en" not in self.label:
            raise ValueError(f"{self.name}: no English label")
        if len(self.missing) > 1 and self.reason_in is None:
            raise ValueError(f"{self.name}: more than one reason to be blank and no reason_in")
        if self.values and self.values_from:
            raise ValueError(f"{self.name}: give either values or values_from")
        if self.values_from == "exercises" and self.blinded != "neutral":
            raise ValueError(f"{self.name}: exercises tell the arm, blinded = neutral")
        if self.blinded == "day" and self.type not in ("instant", "local"):
            raise ValueError(f"{self.name}: instants and local times alone can give way to their day")
        if self.type in LISTED and not (self.values or self.values_from):
            raise ValueError(f"{self.name}: a code has its list, in values or values_from")
        if self.type == "code" and self.values_from and self.values_from not in NUMBERED:
            raise ValueError(f"{self.name}: the list {self.values_from} has no numbers, the type is open_code")
        return self

    def _by_its_name(self) -> Kind | None:
        name = AT_A_VISIT.sub("", self.name)
        return next((kind for ending, kind in ENDING.items() if name.endswith(ending)), None)

    def meanings(self, *, unblinded: bool) -> Mapping[str, str]:
        """Code → meaning of what can stand in the column; empty when it is not a closed list."""
        if self.values_from is None:
            return self.values
        return listed(self.values_from, unblinded=unblinded)

    def listed(self, *, unblinded: bool) -> Column:
        """The column with a list kept elsewhere as its own values."""
        if self.values_from is None:
            return self
        written_out = {
            "values": dict(self.meanings(unblinded=unblinded)),
            "values_from": None,
            "numbers_from": numbered(self.values_from, unblinded=unblinded) if self.type == "code" else None,
        }
        return self.model_copy(update=written_out)

    def shown_blinded(self) -> Column:
        """The column as a blinded export describes it."""
        if self.blinded != "day":
            return self
        if self.type == "instant":
            return self.model_copy(update={"missing": NO_INSTANT, "reason_in": None})
        return self.model_copy(update={"label": {name: text + DAY_ALONE for name, text in self.label.items()}})

    @property
    def numbers(self) -> Mapping[str, int]:
        """Code → the number that stands for it in a statistics program; empty for a column that stays text."""
        return {code: self.number_of(code) for code in self.values} if self.type == "code" else {}

    def number_of(self, code: str) -> int:
        """The number of a code, also of one that the list of this release does not have any more."""
        if self.numbers_from is None and code in self.values:
            return list(self.values).index(code) + 1
        return number_of(code, self.numbers_from)

    @property
    def is_numeric(self) -> bool:
        """True when a statistics program gets numbers, among them those that say why a value is missing."""
        return self.type in NUMERIC or self.type == "code"

    def is_in(self, *, unblinded: bool, free_text: bool) -> bool:
        """True when an export of this kind has the column."""
        return (unblinded or self.blinded != "left_out") and (free_text or not self.free_text)


class Table(Part):
    """One table: a file of the export, its rows sorted by `key`; `withheld`: which rows are left out when blinded.

    `since`, what an export of what is new since an instant has of it: rows that `changed`, the `whole` table, what it
    tells of that time by `itself`; `alone`: only such an export has the table.
    """

    name: Name
    label: Words
    withheld: Words = {}
    key: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...]
    free_text: bool = False
    since: Literal["changed", "whole", "itself", "alone"] = "changed"

    @model_validator(mode="after")
    def _fits_together(self) -> Table:
        names = self.names
        if twice := [name for name, times in Counter(names).items() if times > 1]:
            raise ValueError(f"{self.name}: column {twice[0]} twice")
        named = {*self.key, *(column.reason_in for column in self.columns if column.reason_in)}
        if strange := sorted(named - set(names)):
            raise ValueError(f"{self.name}: there is no column {strange[0]}")
        if any(column.missing for column in self.columns if column.name in self.key):
            raise ValueError(f"{self.name}: a column of the key is never blank")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns in their order: the header of the file."""
        return tuple(column.name for column in self.columns)

    @property
    def is_of_visits(self) -> bool:
        """True for a table that an export of one check-in has: its rows belong to one, are the people, or are gone."""
        return self.name in (PEOPLE, WIDE) or VISIT in self.names or self.since == "alone"

    def listed(self, *, unblinded: bool) -> Table:
        """The table with the lists kept elsewhere written out as values of its columns."""
        return self.model_copy(update={"columns": tuple(each.listed(unblinded=unblinded) for each in self.columns)})

    def column(self, name: str) -> Column:
        """The column with this name; `KeyError` when there is none."""
        found = next((column for column in self.columns if column.name == name), None)
        if found is None:
            raise KeyError(name)
        return found
