"""Scores of questionnaires, by the rules their files in `content/instruments/` give.

Nothing is rounded but where a published rule rounds. A score that cannot be made is None with a reason,
never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from content.instruments import instrument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from content.instruments import Instrument, Item, ScoreRule

Reason: TypeAlias = Literal["not_answered", "skipped", "too_many_skipped", "unfinished", "other_version"]
Answers: TypeAlias = Mapping[str, int | None] | Sequence[int | None]
"""By item code, or all in the order of the items; None, or no key, is no answer."""


class AnswerRefused(ValueError):
    """An answer that is not one of its item's: carries instrument, item and the value."""

    def __init__(self, instrument: str, item: str, value: object) -> None:
        """`item` is an item's code, `statement` of a tick list, or `answers` when their number is wrong."""
        self.instrument = instrument
        self.item = item
        self.value = value
        super().__init__(f"{instrument} {item}: {value!r}")


@dataclass(frozen=True)
class Score:
    """One score of an instrument; `value` is None, with a `reason`, when it cannot be made.

    `n_missing` counts the blanks among the score's own items; `total` is the whole sum before any division or
    table, when no item is missing. `version` is the scorer's, from the instrument's file.
    """

    name: str
    value: int | float | None
    n_missing: int
    reason: Reason | None
    version: str
    band: str | None = None
    flags: tuple[str, ...] = ()
    total: int | None = None


def score(code: str, answers: Answers) -> tuple[Score, ...]:
    """Every score of the instrument, in the order of its file.

    `KeyError` for an instrument there is none of; `AnswerRefused` for a value or an item it does not have.
    """
    asked = instrument(code)
    values = _counted(asked, _by_item(asked, answers))
    return tuple(_score(asked, rule, values) for rule in asked.scores)


def headline(code: str, answers: Answers) -> Score:
    """The one score an instrument is known by (PEG: the mean; HRQOL-4: unhealthy days); `KeyError` for one without."""
    wanted = instrument(code).headline
    for each in score(code, answers):
        if each.name == wanted:
            return each
    raise KeyError(code)


def item_flags(code: str, answers: Answers) -> tuple[str, ...]:
    """Signs that single answers raise, whatever the score and whatever is missing (PHQ-9 item 9 above 0)."""
    asked = instrument(code)
    values = _by_item(asked, answers)
    return tuple(flag.code for flag in asked.item_flags if (values[flag.item] or 0) >= flag.at_least)


def ticked(code: str, numbers: Iterable[int], *, finished: bool = True) -> dict[str, int | None]:
    """The answers of a tick list from the numbers (1, 2 …) of the ticked statements; twice is once.

    What is not ticked is 0 once the list is finished, and no answer before. `AnswerRefused` for a number that
    is not on the list.
    """
    asked, wanted = instrument(code), set(numbers)
    for number in sorted(wanted):
        if not 1 <= number <= len(asked.items):
            raise AnswerRefused(asked.code, "statement", number)
    blank = 0 if finished else None
    return {item.code: 1 if at in wanted else blank for at, item in enumerate(asked.items, start=1)}


def percent_change(baseline: float | None, follow_up: float | None) -> float | None:
    """(follow-up - baseline) / baseline x 100; None when either is missing or the baseline is 0."""
    if baseline is None or follow_up is None or baseline == 0:
        return None
    return float((Fraction(follow_up) - Fraction(baseline)) / Fraction(baseline) * 100)


def is_responder(baseline: int | None, follow_up: int | None, percent: int = 30) -> bool | None:
    """Whether a whole sum fell by `percent` or more of its baseline; None when that cannot be said.

    On sums, not on rounded means: 20 to 14 is exactly 30 %, while 6.7 to 4.7 would say 29.9.
    """
    if baseline is None or follow_up is None or baseline <= 0:
        return None
    return 100 * (baseline - follow_up) >= percent * baseline


def responded(code: str, baseline: Answers, follow_up: Answers) -> bool | None:
    """Whether the headline score fell by the instrument's responder limit.

    None when there is no such limit, when a score is missing, or when the baseline is 0.
    """
    change = instrument(code).change
    if change is None or change.responder_percent is None:
        return None
    before, after = headline(code, baseline), headline(code, follow_up)
    return is_responder(before.total, after.total, change.responder_percent)


def _by_item(asked: Instrument, answers: Answers) -> dict[str, int | None]:
    given = answers if isinstance(answers, Mapping) else _in_order(asked, answers)
    for code in given:
        if code not in {item.code for item in asked.items}:
            raise AnswerRefused(asked.code, code, given[code])
    return {item.code: _checked(asked, item, given.get(item.code)) for item in asked.items}


def _in_order(asked: Instrument, answers: Sequence[int | None]) -> dict[str, int | None]:
    if len(answers) != len(asked.items):
        raise AnswerRefused(asked.code, "answers", len(answers))
    return {item.code: answer for item, answer in zip(asked.items, answers, strict=True)}


def _checked(asked: Instrument, item: Item, value: int | None) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not item.low <= value <= item.high:
        raise AnswerRefused(asked.code, item.code, value)
    return int(value)


def _counted(asked: Instrument, values: Mapping[str, int | None]) -> dict[str, int | None]:
    """Each answer as it counts: recoded, and 0 for an item that was rightly not asked."""
    return {item.code: _as_counted(item, values) for item in asked.items}


def _as_counted(item: Item, values: Mapping[str, int | None]) -> int | None:
    value = values[item.code]
    if value is None:
        first = [values[code] for code in item.asked_when_above_zero]
        return 0 if first and all(answer == 0 for answer in first) else None
    return item.recode[value - item.low] if item.recode else value


def _score(asked: Instrument, rule: ScoreRule, values: Mapping[str, int | None]) -> Score:
    present = [answer for code in rule.items if (answer := values[code]) is not None]
    n_missing = len(rule.items) - len(present)
    if n_missing > rule.max_missing:
        return Score(rule.name, None, n_missing, _why(asked, rule, values), asked.scorer_version)
    value = _value(asked, rule, values)
    return Score(
        name=rule.name,
        value=value,
        n_missing=n_missing,
        reason=None,
        version=asked.scorer_version,
        band=rule.band(value),
        flags=tuple(flag.code for flag in rule.flags if flag.raised(value)),
        total=None if n_missing else sum(present),
    )


def _value(asked: Instrument, rule: ScoreRule, values: Mapping[str, int | None]) -> int | float:
    present = {code: answer for code in rule.items if (answer := values[code]) is not None}
    total = sum(present.values())
    if rule.method == "mean":
        return total / len(present)
    if rule.method == "percent":
        return float(Fraction(100 * total, sum(asked.item(code).high for code in present)))
    if rule.method == "table":
        return rule.table[total - rule.table_from]
    whole = _half_up(Fraction(total * len(rule.items), len(present)))
    return whole if rule.cap is None else min(whole, rule.cap)


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _why(asked: Instrument, rule: ScoreRule, values: Mapping[str, int | None]) -> Reason:
    if all(value is None for value in values.values()):
        return "not_answered"
    if asked.kind == "ticks":
        return "unfinished"
    return "too_many_skipped" if rule.max_missing else "skipped"
