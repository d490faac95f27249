"""The rules of arms, events and the mapping of forms to them, as a judge that names row, column and rule; pure.

E1 events, E2 and E3 the mapping, E4 arms. Rows are counted as a spreadsheet does. Source: redcap-fhir.md 5.1.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from coordinator.redcap.lint import Fault
from coordinator.redcap.shape import unique_event_name

ARM_NUMBER = re.compile("[1-9][0-9]*")
EVENT_NAME = re.compile("[A-Za-z0-9]+( [A-Za-z0-9]+)*")
LONGEST_EVENT = 18

Cells = Sequence[str]


def arm_faults(arms: Sequence[Cells]) -> Iterator[Fault]:
    """E4 over the rows of the arms: number and name."""
    if not arms:
        yield Fault("E4", 2, "arm_num", "there is no arm")
    seen: set[str] = set()
    for number, (arm, name) in enumerate(arms, start=2):
        if not ARM_NUMBER.fullmatch(arm):
            yield Fault("E4", number, "arm_num", f"{arm!r} is no number of an arm: 1, 2 ...")
        if arm in seen:
            yield Fault("E4", number, "arm_num", f"the arm {arm!r} comes twice")
        if not name.strip():
            yield Fault("E4", number, "name", "an arm has a name")
        seen.add(arm)


def arms_of(events: Sequence[Cells]) -> dict[str, str]:
    """Unique name of each event, in their order, → the number of its arm as the file has it."""
    return {unique_event_name(name, arm): arm for name, arm, *_ in events}


def event_faults(events: Sequence[Cells], arms: Collection[str]) -> Iterator[Fault]:
    """E1 over the rows of the events: name, arm, unique name and label; `arms` are the numbers of the arms."""
    if not events:
        yield Fault("E1", 2, "event_name", "there is no event")
    known: set[str] = set()
    for number, (name, arm, unique, _) in enumerate(events, start=2):
        if len(name) > LONGEST_EVENT or not EVENT_NAME.fullmatch(name):
            yield Fault("E1", number, "event_name", f"{name!r}: up to {LONGEST_EVENT} letters, digits, single spaces")
        if arm not in arms:
            yield Fault("E1", number, "arm_num", f"there is no arm {arm!r}")
        if unique:
            yield Fault("E1", number, "unique_event_name", "REDCap makes this name itself; it is blank in an upload")
        if unique_event_name(name, arm) in known:
            yield Fault("E1", number, "event_name", f"{name!r} comes twice")
        known.add(unique_event_name(name, arm))


def mapping_faults(mapping: Sequence[Cells], events: Mapping[str, str], forms: Sequence[str]) -> Iterator[Fault]:
    """E2 and E3 over the rows of the mapping: arm, unique name of an event, form.

    `events` are unique names with their arms, `forms` those of the dictionary, both in their order.
    """
    pairs = [(event, form) for _, event, form in mapping]
    if forms and events and pairs[:1] != [(first := next(iter(events)), forms[0])]:
        yield Fault("E2", 2, "form", f"the map begins with the first form, {forms[0]!r}, at the first event, {first}")
    seen: set[tuple[str, str]] = set()
    for number, (arm, event, form) in enumerate(mapping, start=2):
        if event not in events:
            yield Fault("E3", number, "unique_event_name", f"there is no event {event!r}")
        elif events[event] != arm:
            yield Fault("E3", number, "arm_num", f"{event} is of arm {events[event]}, not of {arm!r}")
        if form not in forms:
            yield Fault("E3", number, "form", f"there is no form {form!r}")
        if (event, form) in seen:
            yield Fault("E3", number, "form", f"{form!r} stands at {event} twice")
        seen.add((event, form))
    used = {form for _, form in pairs}
    for form in forms:
        if form not in used:
            yield Fault("E3", len(mapping) + 2, "form", f"{form!r} stands at no event, so nothing of it can be taken")
