"""A protocol held against the rest of the content, and against the people who live by it; and two protocols compared.

`problems` names place and reason of everything that would go wrong in the year; nothing is sent under a protocol with
problems of its own. Those of a person are for staff: their hours and doses leave no room for what the protocol wants.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from content.catalogue import catalogue
from content.exercises import exercises
from content.instruments import instruments
from content.medicines import limit
from content.safety_data import alerts
from content.safety_texts import numbers_of, safety_texts, untranslated
from content.sessions import lessons
from study.checklist import BASELINE
from study.person import Person
from study.plan import Planned, diary_time, family_of, plan, unprompted
from study.prompting import cap_of, importance, messages_of, spacing_of
from study.windows import overlapping, windows

if TYPE_CHECKING:
    from content.protocol import ArmPlan, Protocol, Visit

ANCHORS = tuple(date(2024, 1, 1) + timedelta(days=n) for n in range(4 * 365 + 1))
"""Every day of four years, a leap year among them."""

NIGHT_AND_DAY = timedelta(days=1)
AFTERWARDS = timedelta(days=120)
URGENT_TIER = 1


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong: where in the protocol, or with whom, and why."""

    place: str
    reason: str


def problems(protocol: Protocol, people: Iterable[Person] = ()) -> list[Problem]:
    """Everything wrong with a protocol, and for each person what their hours and doses leave no room for."""
    found = [
        *_windows(protocol),
        *_ladders(protocol),
        *_forms(protocol),
        *_arms(protocol),
        *_safety(protocol),
        *_quiet_hours(protocol),
        *_items(protocol),
        *_keys(protocol),
    ]
    found += (problem for person in people for problem in of_person(protocol, person))
    return list(dict.fromkeys(found))


# --- check-ins


def _windows(protocol: Protocol) -> Iterator[Problem]:
    """One problem for each pair of check-ins whose windows share a day, with the first anchor date that shows it."""
    seen: set[tuple[str, str]] = set()
    for anchor_on in ANCHORS:
        for one, other in overlapping(windows(protocol, anchor_on)):
            if (one.visit, other.visit) not in seen:
                seen.add((one.visit, other.visit))
                reason = (
                    f"overlaps {other.visit} from {other.opens_on} to {one.closes_on} when counted from {anchor_on}"
                )
                yield Problem(f"visits.{one.visit}", reason)


def _ladders(protocol: Protocol) -> Iterator[Problem]:
    for visit in protocol.visits:
        steps = protocol.ladder(visit).steps
        for earlier, later in pairwise(steps):
            if later.day < earlier.day:
                yield Problem(f"visits.{visit.code}.{later.code}", f"day {later.day} comes before {earlier.code}")
        yield from _steps(visit, protocol)
        yield from _without_text(visit, protocol)
        if visit.code == BASELINE and protocol.has_short_form(visit):
            yield Problem(f"visits.{visit.code}", "has a short form: only the whole baseline begins the year")
        said = [step.at for step in steps if step.does == "message"]
        if len(set(said)) < len(said):
            yield Problem(f"ladders.{visit.ladder}", "two tries come at the same time of day")


def _steps(visit: Visit, protocol: Protocol) -> Iterator[Problem]:
    for step in protocol.ladder(visit).steps:
        place, last = f"visits.{visit.code}.{step.code}", visit.closes_after_days
        if step.does == "close" and step.day != last:
            yield Problem(place, f"closes on day {step.day}, the window on day {last}")
        for day in [] if step.does == "close" else [step.day, *(each.day for each in step.tries)]:
            if day >= last:
                yield Problem(place, f"day {day} is not before the close on day {last}")


def _without_text(visit: Visit, protocol: Protocol) -> Iterator[Problem]:
    """What the chat cannot say of a check-in: it names it, and has words of their own for each step."""
    said = [step.code for step in protocol.ladder(visit).steps if step.does == "message"]
    keys = [f"visit.name_{visit.code}", *(f"{file}{code}" for code in said for file in ("visit.", "why.visit_"))]
    for key in keys:
        if key not in catalogue().texts:
            file, _, name = key.partition(".")
            yield Problem(f"visits.{visit.code}", f"content/messages/{file}.toml has no text {name}")


def _forms(protocol: Protocol) -> Iterator[Problem]:
    for visit in protocol.visits:
        place = f"visits.{visit.code}"
        for name in dict.fromkeys((*visit.instruments, *visit.core)):
            yield from (Problem(place, f"{name}: {reason}") for reason in _wrong_with(protocol, name, visit.code))
        asked = {name.split(".")[0] for name in visit.instruments}
        for name in visit.core:
            if name.split(".")[0] not in asked:
                yield Problem(place, f"{name}: in the core and not in the full form")
    for name in protocol.weekly.instruments:
        yield from (Problem("weekly", f"{name}: {reason}") for reason in _wrong_with(protocol, name, "weekly"))


def _wrong_with(protocol: Protocol, name: str, visit: str) -> Iterator[str]:
    code, _, item = name.partition(".")
    if code in protocol.forms:
        if item and item not in protocol.forms[code].items:
            yield f"the form has no item {item}"
        return
    instrument = instruments().get(code)
    if instrument is None:
        yield "no such instrument"
        return
    if item and item not in {each.code for each in instrument.items}:
        yield f"the instrument has no item {item}"
    if not instrument.text_included:
        yield "its text is not there; the site has to bring it"
    if visit in instrument.not_at:
        yield "is not asked at this check-in"


# --- arms and safety


def _arms(protocol: Protocol) -> Iterator[Problem]:
    """One arm's content is not reachable from the other, and no calendar tells the arm."""
    for arm, planned in protocol.arms.items():
        for session in planned.sessions:
            for code in session.exercises:
                if code not in exercises():
                    yield Problem(f"arms.{arm}.{session.code}", f"no exercise is called {code}")
                elif exercises()[code].arm != arm:
                    yield Problem(f"arms.{arm}.{session.code}", f"{code} is content of the other arm")
            known = all(code in exercises() and exercises()[code].arm == arm for code in session.exercises)
            lesson = lessons(arm).get(session.code)
            if known and session.way != "group" and (lesson is None or lesson.exercises != session.exercises):
                yield Problem(f"arms.{arm}.{session.code}", "what it leads is not what its texts lead")
    calendars = {arm: _calendar(planned) for arm, planned in protocol.arms.items()}
    for (one, first), (other, second) in pairwise(sorted(calendars.items())):
        if first != second:
            yield Problem("arms", f"codes, weeks, ways or hours of the sessions tell {one} from {other}")


def _calendar(arm: ArmPlan) -> list[tuple[str, int, str, time]]:
    return [(each.code, each.unlock_week, each.way, each.at) for each in arm.sessions]


def _safety(protocol: Protocol) -> Iterator[Problem]:
    rules = alerts().rules
    for name in protocol.alerts:
        if name not in rules:
            yield Problem("alerts", f"no alert rule is called {name}")
    for name in protocol.safety_texts:
        if name not in safety_texts():
            yield Problem("safety_texts", f"there is no text {name}")
    urgent = {rule.text for rule in rules.values() if rule.tier <= URGENT_TIER and rule.text is not None}
    for name in sorted(urgent - set(protocol.safety_texts)):
        yield Problem("safety_texts", f"the crisis text {name} is missing")
    yield from _languages(protocol)


def _languages(protocol: Protocol) -> Iterator[Problem]:
    places = [("languages", protocol.languages), *((f"sites.{site.code}", site.languages) for site in protocol.sites)]
    for place, languages in places:
        for language in languages:
            for name in sorted(set(untranslated(language)) & set(protocol.safety_texts)):
                yield Problem(place, f"the crisis text {name} is missing in {language}")
    for site in protocol.sites:
        if numbers_of(site.country).crisis is None:
            yield Problem(f"sites.{site.code}", f"no crisis line is known for {site.country}")


# --- hours and keys


def _quiet_hours(protocol: Protocol) -> Iterator[Problem]:
    prompts = protocol.prompts
    person = Person("default", "UTC", prompts.quiet_from, prompts.quiet_to)
    yield from (
        Problem(place, f"{at:%H:%M} lies in the quiet hours") for place, at in _hours(protocol) if person.quiet(at)
    )


def _hours(protocol: Protocol) -> Iterator[tuple[str, time]]:
    for code, ladder in protocol.ladders.items():
        steps = [(step.code, step.at) for step in ladder.steps if step.at is not None]
        calls = [(step.code, each.at) for step in ladder.steps for each in step.tries]
        yield from ((f"ladders.{code}.{step}", at) for step, at in (*steps, *calls))
    for arm, planned in protocol.arms.items():
        yield from ((f"arms.{arm}.{session.code}", session.at) for session in planned.sessions)
    for number, nudges in enumerate(protocol.practice.nudges):
        yield f"practice.nudges.{number}", nudges.at
    yield from (("diary", protocol.diary.at), ("closing", protocol.closing.at))


def _items(protocol: Protocol) -> Iterator[Problem]:
    windowed = {"visit", "visit_call", "meeting"}
    for family, rule in protocol.items.items():
        if (rule.until == "window") != (family in windowed):
            yield Problem(f"items.{family}", "until = window goes with a check-in or a meeting, and they with it")
        if (rule.until == "dose") != (family == "pre_dose"):
            yield Problem(f"items.{family}", "until = dose goes with the prompt before a dose, and only with it")
    asked, known = protocol.practice.minutes_a_day * protocol.practice.days_a_week, limit("practice_minutes_a_week")
    if asked != known:
        yield Problem("practice", f"{asked} minutes a week here, {known:.0f} in limits.toml")


def _keys(protocol: Protocol) -> Iterator[Problem]:
    """The year of somebody without a medicine: every key once, and no day over the cap by the protocol alone."""
    person = _nobody(protocol)
    planned = year_of(protocol, person)
    for (item, occurrence), times in Counter(each.key for each in planned).items():
        if times > 1:
            yield Problem(item, f"{occurrence} is planned {times} times")
    yield from _over_cap(protocol, person, planned)


def _nobody(protocol: Protocol) -> Person:
    """Somebody who finished the baseline at the end of its window, with the hours everybody begins with."""
    enrolled_on = ANCHORS[0] + timedelta(days=31)
    return Person(
        study_id="prompts",
        zone="UTC",
        quiet_from=protocol.prompts.quiet_from,
        quiet_to=protocol.prompts.quiet_to,
        arm=next(iter(protocol.arms)),
        consented_on=ANCHORS[0],
        enrolled_on=enrolled_on,
        allocated_on=enrolled_on,
        first_session_on=enrolled_on,
    )


# --- people


def year_of(protocol: Protocol, person: Person) -> tuple[Planned, ...]:
    """Everything that is ever due for a person."""
    anchors = (person.consented_on, person.enrolled_on, person.allocated_on, person.first_session_on)
    known = [anchor for anchor in anchors if anchor is not None]
    if not known:
        return ()
    begin = datetime.combine(min(known), time(), UTC) - NIGHT_AND_DAY
    months = max(visit.months for visit in protocol.visits)
    last = datetime.combine(max(known), time(), UTC) + timedelta(days=31 * months)
    return plan(protocol, person, begin, last + AFTERWARDS)


def of_person(protocol: Protocol, person: Person) -> list[Problem]:
    """What the hours, doses and choices of one person leave no room for; the place is their study id."""
    planned = year_of(protocol, person)
    return [
        *_own_quiet_hours(protocol, person),
        *_over_cap(protocol, person, planned),
        *_too_close(protocol, person, planned),
    ]


def _own_quiet_hours(protocol: Protocol, person: Person) -> Iterator[Problem]:
    for medicine, at in unprompted(protocol, person):
        yield Problem(person.study_id, f"no prompt before the dose of {medicine} at {at:%H:%M}: quiet hours")
    for what, chosen in (("diary", diary_time(protocol, person)), ("contact hour", person.preferences.contact_at)):
        if chosen is not None and person.quiet(chosen):
            yield Problem(person.study_id, f"the {what}, {chosen:%H:%M}, lies in quiet hours and is moved")


def _by_day(protocol: Protocol, planned: Sequence[Planned]) -> dict[date, tuple[Planned, ...]]:
    days: dict[date, list[Planned]] = defaultdict(list)
    for each in planned:
        days[each.due_local.date()].append(each)
    return {day: messages_of(protocol, items) for day, items in days.items()}


def _over_cap(protocol: Protocol, person: Person, planned: Sequence[Planned]) -> Iterator[Problem]:
    """By what is left out: how often the day is too full, and since when."""
    cap = cap_of(protocol, person)
    without = protocol.prompts.fewer.without if person.preferences.fewer_messages else ()
    wanted = [each for each in planned if family_of(protocol, each.item) not in without]
    full: dict[str, list[date]] = defaultdict(list)
    for day, messages in _by_day(protocol, wanted).items():
        for name in sorted({_family(protocol, each) for each in sorted(messages, key=importance)[cap:]}):
            full[name].append(day)
    for name, days in sorted(full.items()):
        reason = f"{name} is over the cap of {cap} messages on {_days(days)}"
        yield Problem(person.study_id, reason)


def _family(protocol: Protocol, planned: Planned) -> str:
    return family_of(protocol, planned.item)


def _too_close(protocol: Protocol, person: Person, planned: Sequence[Planned]) -> Iterator[Problem]:
    close: dict[str, list[date]] = defaultdict(list)
    for day, messages in _by_day(protocol, planned).items():
        for one, other in pairwise(sorted(messages, key=lambda each: each.due_at)):
            between = other.due_at - one.due_at
            if between < spacing_of(protocol, family_of(protocol, other.item)):
                close[
                    f"{_named(protocol, other)} comes {between.seconds // 60} min after {_named(protocol, one)}"
                ].append(day)
    for what, days in sorted(close.items()):
        yield Problem(person.study_id, f"{what} on {_days(days)}")


def _named(protocol: Protocol, planned: Planned) -> str:
    return f"{family_of(protocol, planned.item)} {planned.due_local:%H:%M}"


def _days(days: Sequence[date]) -> str:
    first = min(days)
    return f"{first}" if len(days) == 1 else f"{len(days)} days from {first}"


# --- two protocols


def diff(old: Protocol, new: Protocol) -> list[str]:
    """What changed from one protocol to another, one plain line each, in the order of the file; empty for no change."""
    return list(_compared("", old.model_dump(mode="json"), new.model_dump(mode="json")))


def _compared(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _tables(place, old, new)
    elif _are_named(old) and _are_named(new):
        yield from _tables(place, _by_code(old), _by_code(new))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(place, old, new)
    elif old != new:
        yield f"{place}: was {_said(old)}, is now {_said(new)}"


def _tables(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        inside = f"{place}, {_words(key)}" if place else _words(key)
        if key not in new:
            yield f"{inside}: taken out"
        elif key not in old:
            yield f"{inside}: added"
        else:
            yield from _compared(inside, old[key], new[key])


def _lists(place: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
    yield from (f"{place}: {_said(each)} added" for each in come)
    yield from (f"{place}: {_said(each)} taken out" for each in gone)
    if old != new and not gone and not come:
        yield f"{place}: another order, now {_said(new)}"


def _are_named(value: Any) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) and "code" in each for each in value)
    )


def _by_code(tables: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(table["code"]): {k: v for k, v in table.items() if k != "code"} for table in tables}


def _words(key: str) -> str:
    return key.replace("_", " ") if not key.startswith("month_") else key


def _said(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "(" + ", ".join(f"{_words(str(k))} {_said(v)}" for k, v in value.items() if v is not None) + ")"
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)
