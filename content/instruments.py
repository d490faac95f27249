"""Questionnaires as data: schema and loader of `content/instruments/`.

One file serves every visit. An instrument whose text may not be shipped has `text_included = false`: its
shape and scoring stand here, the site supplies the words. Questions of a study's own that make no score (about the
person, usual care, unwanted events) have the same shape without scores.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from content import loading
from content.safety_data import alerts

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "instruments"

Words = dict[Literal["en"], str]
"""One text per language."""

RESERVED = ("option", "stem", "stem_since")
"""Codes no item has: under them stand an instrument's shared options and its stems in the catalogue."""

Kind = Literal["number", "choice", "ticks"]
Method = Literal["value", "sum", "mean", "table", "percent"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Table):
    """An answer to choose: its stored value and its label."""

    value: int
    label: Words
    label_discreet: Words = {}


class Item(_Table):
    """One question, answered by a whole number from `low` to `high`.

    `recode` gives the scored value of each answer from `low` on. `asked_when_above_zero`: asked only when one
    of these items is above 0, otherwise it counts as 0. `verified` is False while nobody has compared the
    text with the published form. `dont_know` offers "I do not know" beside skipping. `recall` is the item's own
    period where it differs.
    """

    code: str
    text: Words | None = None
    text_discreet: Words = {}
    low: int
    high: int
    low_anchor: Words | None = None
    low_anchor_discreet: Words = {}
    high_anchor: Words | None = None
    high_anchor_discreet: Words = {}
    recall: str | None = None
    dont_know: bool = False
    options: tuple[Option, ...] = ()
    recode: tuple[int, ...] = ()
    asked_when_above_zero: tuple[str, ...] = ()
    verified: bool = True

    @model_validator(mode="after")
    def _whole_range(self) -> Item:
        if self.low >= self.high:
            raise ValueError("low is below high")
        if self.recode and len(self.recode) != self.high - self.low + 1:
            raise ValueError("recode has one value for each answer from low to high")
        if self.options and [o.value for o in self.options] != list(range(self.low, self.high + 1)):
            raise ValueError("options have every value from low to high, in order")
        return self


class Band(_Table):
    """A named range of a score, from `from` up to where the next band begins."""

    code: str
    start: float = Field(alias="from")


def _known(rule: str | None) -> None:
    """Refuse the name of an alert rule that there is none of."""
    if rule is not None and rule not in alerts().rules:
        raise ValueError(f"there is no alert rule {rule}")


class Flag(_Table):
    """A sign a score raises at or beyond a limit.

    `alert` names the rule that tells staff: the first time, and again once the score is `worse_by` above the last one;
    at the visits in `no_alert_at` the state is expected, and an item of the checklist instead.
    """

    code: str
    at_least: float | None = None
    at_most: float | None = None
    alert: str | None = None
    worse_by: float | None = None
    no_alert_at: tuple[str, ...] = ()
    source: str

    @model_validator(mode="after")
    def _one_limit(self) -> Flag:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most")
        if (self.alert is None) != (self.worse_by is None):
            raise ValueError("alert and worse_by go together")
        _known(self.alert)
        return self

    def raised(self, value: float) -> bool:
        """True when `value`, unrounded, reaches the limit."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is not None and value <= self.at_most


class ItemFlag(_Table):
    """A sign one answer raises by itself, whatever the score.

    `alert` names the rule that tells staff, except at the visits in `no_alert_at`, where the state is expected.
    """

    code: str
    item: str
    at_least: int
    alert: str | None = None
    no_alert_at: tuple[str, ...] = ()
    source: str

    @model_validator(mode="after")
    def _rule_exists(self) -> ItemFlag:
        _known(self.alert)
        return self


class ScoreRule(_Table):
    """How a score is made from its items.

    With up to `max_missing` blanks a sum is scaled up (sum x items / answered, rounded half up), a mean is that of the
    items answered, and a `percent` is 100 x sum / the most these could have given, not rounded. `cap` is the most a sum
    may be. A `table` looks the sum up, its first entry standing for the sum `table_from`.
    """

    name: str
    method: Method
    items: tuple[str, ...] = Field(min_length=1)
    low: float
    high: float
    max_missing: int = Field(default=0, ge=0)
    cap: int | None = None
    table: tuple[float, ...] = ()
    table_from: int = 0
    bands: tuple[Band, ...] = ()
    bands_source: str | None = None
    flags: tuple[Flag, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> ScoreRule:
        starts = [band.start for band in self.bands]
        if starts and (starts[0] != self.low or starts != sorted(set(starts))):
            raise ValueError("bands rise, and the first begins at low")
        if bool(self.bands) != (self.bands_source is not None):
            raise ValueError("bands, and only they, have a bands_source")
        if (self.method == "table") != bool(self.table):
            raise ValueError("a table goes with method = table, and only with it")
        if self.method == "value" and len(self.items) != 1:
            raise ValueError("method = value takes one item")
        if self.method not in ("sum", "mean", "percent") and self.max_missing:
            raise ValueError("max_missing goes with method = sum, mean or percent")
        if self.method != "sum" and self.cap is not None:
            raise ValueError("cap goes with method = sum")
        return self

    def band(self, value: float) -> str | None:
        """The band `value` lies in, None for a score without bands."""
        reached = [band.code for band in self.bands if band.start <= value]
        return reached[-1] if reached else None


class GivenScore(_Table):
    """A score that is made elsewhere and taken over as it is, with the version of its scoring.

    For instruments whose rules are not public, and for paper files that hold only a total. `source` says why.
    """

    name: str
    label: Words
    low: float
    high: float
    source: str

    @model_validator(mode="after")
    def _whole_range(self) -> GivenScore:
        if self.low >= self.high:
            raise ValueError("low is below high")
        return self


class Change(_Table):
    """Which change counts, as a fall from baseline, in percent or points of the headline score."""

    responder_percent: int | None = None
    substantial_percent: int | None = None
    minimal_percent: int | None = None
    minimal_points: float | None = None
    source: str


class Instrument(_Table):
    """A questionnaire: its items, scores and licence.

    `fixed_wording`: the published words may not be changed, for the discreet mode either. `needs_on_call`:
    only where somebody is there to act on an answer. `not_at` names visits at which it is not asked. `events`: each
    ticked item is an unwanted event to be written down. `calendar`: a calendar of days follows, asked by a talk of
    its own. One without scores has no `headline` and `scorer_version`. `given` names scores that are made elsewhere and
    imported; an instrument that has nothing else has no items. `recall_by_site`: its forms differ in the recall period.
    `stem_since` stands in place of the stem once it was answered at another visit: `{since}` is the day,
    and `recall_since` what it looks back over then.
    `asked_at` names visits at which a site that brought the text wants it asked, beside what the protocol lists.
    """

    code: str
    aliases: tuple[str, ...] = ()
    title: Words
    version: str
    scorer_version: str = ""
    kind: Kind
    recall: str
    recall_since: str | None = None
    text_included: bool
    fixed_wording: bool
    needs_on_call: bool = False
    recall_by_site: bool = False
    not_at: tuple[str, ...] = ()
    asked_at: tuple[str, ...] = ()
    events: bool = False
    calendar: bool = False
    licence: str
    source: str
    headline: str = ""
    stem: Words | None = None
    stem_discreet: Words = {}
    stem_since: Words | None = None
    options: tuple[Option, ...] = ()
    items: tuple[Item, ...] = ()
    scores: tuple[ScoreRule, ...] = ()
    given: tuple[GivenScore, ...] = ()
    item_flags: tuple[ItemFlag, ...] = ()
    change: Change | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Instrument:
        codes = [item.code for item in self.items]
        names = [score.name for score in self.scores]
        every = [*codes, *(given.name for given in self.given)]
        if len(set(every)) < len(every) or len(set(names)) < len(names) or set(names) & {g.name for g in self.given}:
            raise ValueError("a code of an item or a name of a score comes twice")
        if not every:
            raise ValueError("it has items, or scores that are given")
        if (self.headline or names) and self.headline not in names:
            raise ValueError(f"headline: no score is called {self.headline}")
        if bool(self.scorer_version) != bool(names):
            raise ValueError("scores, and only they, have a scorer_version")
        if reserved := set(codes) & set(RESERVED):
            raise ValueError(f"no item may be called {', '.join(sorted(reserved))}")
        if strange := self._named_items() - set(codes):
            raise ValueError(f"no item is called {', '.join(sorted(strange))}")
        self._check_scores()
        self._check_words()
        return self

    def _named_items(self) -> set[str]:
        named = {code for score in self.scores for code in score.items}
        named |= {code for item in self.items for code in item.asked_when_above_zero}
        return named | {flag.item for flag in self.item_flags}

    def _check_scores(self) -> None:
        for score in self.scores:
            items = [self.item(code) for code in score.items]
            least = sum(min(item.recode, default=item.low) for item in items)
            most = sum(max(item.recode, default=item.high) for item in items)
            if score.table and (score.table_from, score.table_from + len(score.table) - 1) != (least, most):
                raise ValueError(f"{score.name}: the table has an entry for each sum from {least} to {most}")

    def _check_words(self) -> None:
        if self.text_included != (bool(self.items) and all(item.text is not None for item in self.items)):
            raise ValueError("text_included says whether every item has its text")
        if self.text_included and self.kind == "choice" and not self._choosable():
            raise ValueError("an item to choose from has options, its own or the instrument's")
        if self.kind == "ticks" and any((item.low, item.high) != (0, 1) for item in self.items):
            raise ValueError("an item to tick is 0 or 1")
        if self.text_included and self.kind == "ticks" and self.stem is None:
            raise ValueError("a list to tick has a stem that says what to tick")
        if (self.stem_since is None) != (self.recall_since is None):
            raise ValueError("stem_since and recall_since go together")
        if self.stem_since is not None and (self.stem is None or "{since}" not in self.stem_since["en"]):
            raise ValueError("stem_since says since when with {since}, and stands in place of a stem")
        if self.events and self.kind != "ticks":
            raise ValueError("events are a list to tick")

    def _choosable(self) -> bool:
        shared = [option.value for option in self.options]
        return all(item.options or shared == list(range(item.low, item.high + 1)) for item in self.items)

    @property
    def period(self) -> str:
        """What it looks back over, in words: the first time, and later where that differs."""
        return "; ".join(filter(None, [self.recall, self.recall_since]))

    def item(self, code: str) -> Item:
        """The item with this code; `KeyError` when there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)


_supplied: dict[str, Instrument] = {}


def supply(found: Mapping[str, Instrument]) -> None:
    """Take these instruments, with the wording a site brought, in place of those of the same code in this room."""
    _supplied.clear()
    _supplied.update(found)
    instruments.cache_clear()


def supplied() -> Mapping[str, Instrument]:
    """The instruments that were supplied, by code."""
    return dict(_supplied)


@cache
def instruments() -> Mapping[str, Instrument]:
    """All instruments by code, with the wordings that were supplied; `ContentRefused` as `shipped`."""
    return {**shipped(), **_supplied}


@cache
def shipped() -> Mapping[str, Instrument]:
    """All instruments of this room by code; `ContentRefused` names the file, place and reason of a wrong one."""
    found: dict[str, Instrument] = {}
    for file in loading.files(FOLDER):
        found[file.name.removesuffix(".toml")] = read_instrument(loading.read(file), file.name)
    return found


def read_instrument(tables: dict[str, Any], file: str) -> Instrument:
    """An instrument from the tables of its file, which is named like its code."""
    checked = loading.checked(Instrument, tables, file)
    if checked.code != file.removesuffix(".toml"):
        raise loading.ContentRefused(file, [f"code: {checked.code} is not the name of the file"])
    return checked


def instrument(name: str) -> Instrument:
    """The instrument with this code or alias in any spelling (`PHQ-9`, `phq9`); `KeyError` for none."""
    known = instruments()
    if name in known:
        return known[name]
    wanted = "".join(character for character in name.casefold() if character not in "-_ ")
    for found in known.values():
        if wanted in {code.replace("_", "") for code in (found.code, *found.aliases)}:
            return found
    raise KeyError(name)
