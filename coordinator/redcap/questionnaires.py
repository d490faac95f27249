"""A questionnaire as a REDCap form: its fields, and its cells at one check-in or in one week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from content.instruments import instrument, instruments
from coordinator.redcap.fields import BY_THE_CLOCK, INSTANT, choices, flat, local, number
from coordinator.redcap.shape import Field

if TYPE_CHECKING:
    from content.instruments import GivenScore, Instrument, Item

COMPLETE, INCOMPLETE = "2", "0"
WEEK = "week_"
"""What the codes of weeks begin with: `week_01`."""

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """An instrument as a form; of the weekly questions its fields have another beginning, for they repeat."""

    asked: Instrument
    weekly: bool = False

    @property
    def name(self) -> str:
        """The name of the form: `peg`, `week_peg`."""
        return f"week_{self.asked.code}" if self.weekly else self.asked.code

    def field(self, name: str) -> str:
        """The name of one of its fields: `peg_p`, `wk_peg_p`."""
        return f"wk_{name}" if self.weekly else name

    def own(self, name: str) -> str:
        """The name of a field that begins with the instrument."""
        return self.field(f"{self.asked.code}_{name}")

    def score(self, score: str) -> tuple[str, str, str]:
        """The fields of a score: its value, items without a value, why there is none."""
        own, code = score == self.asked.code, score
        if not own and code in instruments():
            code = f"{self.asked.code}_{score}"
        return self.field(f"{score}_score" if own else score), self.field(f"{code}_nmiss"), self.field(f"{code}_why")

    @property
    def given(self) -> tuple[GivenScore, ...]:
        """Its scores that are made elsewhere; they are taken over for check-ins only."""
        return () if self.weekly else self.asked.given

    def fields(self, modes: str) -> Iterator[Field]:
        """All its fields; `modes` are the choices of how it was answered."""
        if self.weekly:
            yield Field(self.own("week"), self.name, "text", "Week of the course", validation="integer", low="1")
        yield from (self._item(item) for item in self.asked.items)
        yield Field(self.own("missing"), self.name, "text", "Items without a value, with the reason of each")
        last = "When the last item was answered (local; blank when blinded, the check-in has its day)"
        yield Field(self.own(BY_THE_CLOCK.strip("_")), self.name, "text", last, validation=INSTANT)
        yield Field(self.own("mode"), self.name, "radio", "How it was answered", choices=modes)
        yield from self._scores()
        yield from self._given()

    def _item(self, item: Item) -> Field:
        asked, name = self.asked, self.own(item.code)
        label = flat(item.text["en"]) if item.text else f"{asked.title['en']}, {item.code}"
        logic = " or ".join(f"[{self.own(first)}] > '0'" for first in item.asked_when_above_zero)
        if asked.kind == "ticks":
            return Field(name, self.name, "yesno", label, branching=logic)
        options = item.options or asked.options
        if options:
            listed = choices({str(option.value): option.label["en"] for option in options})
            return Field(name, self.name, "radio", label, choices=listed, branching=logic)
        limits = {"low": str(item.low), "high": str(item.high)}
        return Field(name, self.name, "text", label, validation="integer", branching=logic, **limits)

    def _scores(self) -> Iterator[Field]:
        for score in self.asked.scores:
            value, missing, why = self.score(score.name)
            limits = {"low": number(score.low), "high": number(score.high)}
            yield Field(value, self.name, "text", f"{score.name}: score", validation="number", **limits)
            label = f"{score.name}: items without a value"
            yield Field(missing, self.name, "text", label, validation="integer", low="0")
            yield Field(why, self.name, "text", f"{score.name}: why there is no score")

    def _given(self) -> Iterator[Field]:
        for score in self.given:
            limits = {"low": number(score.low), "high": number(score.high)}
            label = f"{score.label['en']}, as given"
            yield Field(score.name, self.name, "text", label, validation="number", **limits)
        if self.given:
            yield Field(self.own("given_by"), self.name, "text", "Scores as given: by which scoring each")

    def cells(self, said: Sequence[Values], scored: Sequence[Values], given: Sequence[Values]) -> dict[str, str]:
        """Its cells; none at all when nothing of it was answered or given in any way."""
        known = {item.code for item in self.asked.items}
        said = [row for row in said if row["instrument"] == self.asked.code and row["item"] in known]
        made = {score.name for score in self.given}
        given = [row for row in given if row["instrument"] == self.asked.code and row["score"] in made]
        if not said and not given:
            return {}
        modes = {row["mode"] for row in (*said, *given)}
        whole = len(said) == len(known) if known else len(given) == len(made)
        cells = {self.own(row["item"]): str(row["value"]) for row in said if row["value"] is not None}
        cells |= {
            self.own("missing"): "; ".join(f"{row['item']}={row['status']}" for row in said if row["value"] is None),
            self.own("dt"): local(max(row["answered_local"] for row in (*said, *given))),
            self.own("mode"): modes.pop() if len(modes) == 1 else "mixed",
            f"{self.name}_complete": COMPLETE if whole else INCOMPLETE,
        }
        return cells | self._score_cells(scored) | self._given_cells(given)

    def _score_cells(self, scored: Sequence[Values]) -> dict[str, str]:
        cells, rules = dict[str, str](), {score.name for score in self.asked.scores}
        for row in scored:
            if row["instrument"] == self.asked.code and row["score"] in rules:
                made = ("" if row["value"] is None else str(row["value"]), str(row["n_missing"]), row["reason"] or "")
                cells |= dict(zip(self.score(row["score"]), made, strict=True))
        return cells

    def _given_cells(self, given: Sequence[Values]) -> dict[str, str]:
        if not given:
            return {}
        cells = {row["score"]: str(row["value"]) for row in given}
        return cells | {self.own("given_by"): "; ".join(f"{row['score']}={row['version']}" for row in given)}


def form_of(code: str, *, weekly: bool = False) -> Form:
    """The form of an instrument; `KeyError` when there is none of that code."""
    return Form(instrument(code), weekly)
