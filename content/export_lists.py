"""What can stand in the columns of an export: lists of codes kept elsewhere in this room, and limits of the chat.

They are made from the definitions the chat works with, so that a new code or another limit is in the codebook too.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, cast, get_args

from babel import Locale
from pydantic import BeforeValidator

from content import due_items, factors, screening_criteria
from content.catalogue import catalogue
from content.code_numbers import Closed, Numbered
from content.exercises import ARMS, exercises
from content.instruments import instruments
from content.medicines import forms, limit, limits, units
from content.protocol import DEFAULT, protocol, shelf_in_use
from content.safety_data import alerts
from content.sessions import lessons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from content.instruments import GivenScore, ScoreRule

WEEKS = 52
"""Weeks whose questions are listed."""

UNLISTED_EXERCISE = "E00"
"""What stands in a blinded export for an exercise that this release no longer has."""

WHOLE = "whole"
"""Stands for the part in the row of a session that was done as a whole."""

CALENDAR = "tlfb"
DAYS_KNOWN, MEAN_DAILY_MME = "days_known", "mean_daily_mme"
"""What the calendar a check-in looks back on is scored to."""

OF_THE_CALENDAR = {
    DAYS_KNOWN: "Calendar: days on which all is known",
    MEAN_DAILY_MME: "Calendar: mean of the days on which all is known, mg a day",
}
TALK_NAME = "talk.name_"
"""What the keys of the names of talks begin with."""

ABOUT_NO_RULE = {"team": "Written to the team", "unexpected": "Words that no question asked for"}
"""What a note belongs to, beside the rules of alerts."""

Open = Literal[
    "items",
    "instrument_versions",
    "scores",
    "sessions",
    "session_parts",
    "due_items",
    "talks",
    "sites",
    "units",
    "criteria",
    "refusals",
    "note_subjects",
]
OfTheExport = Literal["tables", "facts", "columns", "changing_tables"]
"""Lists of what the export itself holds; whoever makes it fills them in."""

ListName = Literal[Closed, Open, OfTheExport]
"""A list of codes that is kept elsewhere."""

NUMBERED: frozenset[ListName] = frozenset(get_args(Closed))
"""Lists whose codes have numbers for statistics programs."""

OF_PROTOCOL: frozenset[ListName] = frozenset({"visits", "languages"})
"""Lists that the protocol decides, which a site may write."""

OF_THE_EXPORT: frozenset[str] = frozenset(get_args(OfTheExport))


def listed(name: ListName, *, unblinded: bool = True) -> Mapping[str, str]:
    """Code → meaning; blinded, the codes that stand for exercises, and no words that name what an arm does."""
    if name == "exercises":
        return _exercises(neutral=not unblinded)
    if name == "criteria":
        return _criteria(unblinded=unblinded)
    return {} if name in OF_THE_EXPORT else _LISTS[name]()


def numbered(name: ListName | None, *, unblinded: bool = True) -> Numbered | None:
    """Where the numbers of a list stand; None for a list whose codes have none."""
    if name == "exercises" and not unblinded:
        return "neutral_exercises"
    return cast("Closed", name) if name in NUMBERED else None


def without_number(known: Mapping[Numbered, Mapping[str, int]]) -> Iterator[str]:
    """Codes that come with the program and have no number among the `known`, as `list: code`."""
    of_a_site = OF_PROTOCOL if protocol() is not protocol(DEFAULT) else frozenset()
    for name in get_args(Closed):
        if name in of_a_site:
            continue
        for place, unblinded in {numbered(name, unblinded=each): each for each in (False, True)}.items():
            if place is not None:
                codes = listed(name, unblinded=unblinded)
                yield from (f"{place}: {code}" for code in codes if code not in known.get(place, {}))


@cache
def neutral_exercises() -> Mapping[str, str]:
    """Exercise id → the code that stands for it in a blinded export."""
    return MappingProxyType({each.id: each.neutral for each in exercises().values()})


def _exercises(*, neutral: bool) -> dict[str, str]:
    if not neutral:
        return {each.id: f"{each.title['en']} ({each.minutes} min, {each.arm})" for each in exercises().values()}
    codes = {each.neutral: f"an exercise of {each.minutes} min" for each in exercises().values()}
    return dict(sorted(codes.items())) | {UNLISTED_EXERCISE: "an exercise this release no longer has"}


def _forms() -> dict[str, str]:
    return {code: code.replace("_", " ") for code in forms()}


def _units() -> dict[str, str]:
    return {code: each.label for code, each in units().items()}


def _factor_sets() -> dict[str, str]:
    return {code: each.title for code, each in factors.factor_sets().items()}


def _alert_rules() -> dict[str, str]:
    return {code: rule.label for code, rule in alerts().rules.items()}


def _note_subjects() -> dict[str, str]:
    return ABOUT_NO_RULE | _alert_rules()


def _visits() -> dict[str, str]:
    planned = {each.code: f"Check-in {each.code.replace('_', ' ')}" for each in protocol().visits}
    return planned | {f"week_{week:02}": f"Questions of week {week}" for week in range(1, WEEKS + 1)}


def _languages() -> dict[str, str]:
    return {code: str(Locale.parse(code).get_display_name("en")) for code in protocol().languages}


def _sites() -> dict[str, str]:
    countries = Locale("en").territories
    return {each.code: f"Site in {countries[each.country]}" for each in protocol().sites}


# --- questionnaires


def _instruments() -> dict[str, str]:
    return {code: each.title["en"] for code, each in instruments().items()}


def _instrument_versions() -> dict[str, str]:
    return {each.version: each.title["en"] for each in instruments().values()}


def _items() -> dict[str, str]:
    """Each code of an item with the instruments that have it: what each asks stands in the list of questions."""
    asking: dict[str, list[str]] = {}
    for each in instruments().values():
        for item in each.items:
            asking.setdefault(item.code, []).append(each.code)
    return {code: f"Item of {', '.join(named)}" for code, named in asking.items()}


def _scores() -> dict[str, str]:
    found: dict[str, str] = {}
    for each in instruments().values():
        for rule in each.scores:
            what = "" if rule.name == each.code else f": {rule.name.replace('_', ' ')}"
            found.setdefault(rule.name, f"{each.title['en']}{what}{_range(rule)}")
        found |= {given.name: f"{given.label['en']}, as given{_range(given)}" for given in each.given}
    return found | OF_THE_CALENDAR


def _range(score: ScoreRule | GivenScore) -> str:
    return f", {score.low:g} to {score.high:g}" if score.low is not None and score.high is not None else ""


# --- what happens when


def _sessions() -> dict[str, str]:
    of_plans = {each.code for plan in protocol().arms.values() for each in plan.sessions}
    codes = of_plans | {code for arm in ARMS for code in lessons(arm)}
    return {code: f"Session {code[1:]}" for code in sorted(codes, key=lambda code: int(code[1:]))}


def _session_parts() -> dict[str, str]:
    codes = dict.fromkeys(part.code for arm in ARMS for each in lessons(arm).values() for part in each.parts)
    parts = {code: f"Part of the session: {code.replace('_', ', number ')}" for code in sorted(codes)}
    return parts | {WHOLE: "The session was done as a whole"}


def _due_items() -> dict[str, str]:
    return due_items.meanings(iter(shelf_in_use().versions().values()))


def _talks() -> dict[str, str]:
    """Each talk under the name that the chat has for it."""
    texts = catalogue().texts
    return {key.removeprefix(TALK_NAME): texts[key].forms("en")["other"] for key in texts if key.startswith(TALK_NAME)}


# --- screening


def _criteria(*, unblinded: bool) -> dict[str, str]:
    """Blinded by kind and code alone: what people may not have learnt before names what the arms teach."""
    found = [one for every in screening_criteria.every() for one in every.criteria]
    neutral = {one.code: f"{one.kind.capitalize()}: {one.code.replace('_', ' ')}" for one in found}
    return _once((one.code, one.text if unblinded else neutral[one.code]) for one in found)


def _refusals() -> dict[str, str]:
    return _once((one.code, one.text) for every in screening_criteria.every() for one in every.refusals)


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, meaning in pairs:
        found.setdefault(code, meaning)
    return found


_LISTS = {
    "forms": _forms,
    "factor_sets": _factor_sets,
    "alert_rules": _alert_rules,
    "visits": _visits,
    "instruments": _instruments,
    "languages": _languages,
    "items": _items,
    "instrument_versions": _instrument_versions,
    "scores": _scores,
    "sessions": _sessions,
    "session_parts": _session_parts,
    "due_items": _due_items,
    "talks": _talks,
    "sites": _sites,
    "units": _units,
    "refusals": _refusals,
    "note_subjects": _note_subjects,
}


# --- limits


def _lowest_answer() -> float:
    return min(item.low for each in instruments().values() for item in each.items)


def _highest_answer() -> float:
    return max(item.high for each in instruments().values() for item in each.items)


_OF_QUESTIONS = {"lowest_answer": _lowest_answer, "highest_answer": _highest_answer}


def _bound(given: object) -> object:
    if not isinstance(given, str):
        return given
    if given in _OF_QUESTIONS:
        return _OF_QUESTIONS[given]()
    if given not in type(limits()).model_fields:
        raise ValueError(f"there is no limit {given}")
    return limit(given)


Bound = Annotated[float, BeforeValidator(_bound)]
"""A number, or the name of one: of `limits.toml`, or `lowest_answer` and `highest_answer` of all questions."""
