"""Branching logic, read as a sentence: what in it REDCap would not take, or would never find true; pure.

A sentence is `[field] = '1'`, joined by `and` and `or`, with parentheses. A field can stand behind an event,
`[baseline_arm_1][field]`; a checkbox has its code, `[field(2)]`, and no other field has one. What it is compared with
is a value in single quotes or another field. REDCap knows more (functions, smart variables, bare numbers): the rules
of this house do not. Source: redcap-fhir.md 5.2, D9.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from coordinator.redcap.shape import CHOICES, FORM, TYPE, Row, codes_of

TOKEN = re.compile(
    r"""\s*(?:
        (?P<field>\[[^\[\]'"]*\](?:\[[^\[\]'"]*\])?)
      | (?P<value>'[^']*')
      | (?P<sign><=|>=|<>|!=|=|<|>)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<join>(?:and|or)\b)
      | (?P<other>[^\s\[\]()'<>=!]+|\S)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
NEXT = {
    ("field", "open"): "field",
    ("field", "field"): "sign",
    ("sign", "sign"): "value",
    ("value", "value"): "join",
    ("value", "field"): "join",
    ("join", "close"): "join",
    ("join", "join"): "field",
}
"""What belongs at a place and the kind of word found there → what belongs after it."""

BELONGS = {
    "field": "a field in square brackets",
    "sign": "a comparison (= <> < > <= >=)",
    "value": "a value in single quotes, or a field",
    "join": "and, or, or the end",
}
DEEPER = {"open": 1, "close": -1}
YES_OR_NO = frozenset(("checkbox", "yesno", "truefalse"))
LISTED = frozenset(("radio", "dropdown"))
SAME_OR_NOT = frozenset(("=", "<>", "!="))


@dataclass(frozen=True)
class Known:
    """What logic may name: the fields of the dictionary, and the events (unique names) with the forms at each."""

    fields: Mapping[str, Row]
    events: Mapping[str, Collection[str]]

    def faults(self, logic: str) -> Iterator[str]:
        """What is wrong with a sentence, in its order; nothing after the first word that is out of place."""
        place, depth, seen = "field", 0, list[str]()
        for found in TOKEN.finditer(logic):
            kind = found.lastgroup or ""
            word = found[kind]
            depth += DEEPER.get(kind, 0)
            if (place, kind) not in NEXT or depth < 0:
                yield f"{word!r} stands where {BELONGS[place]} belongs" if depth >= 0 else "a ) without its ("
                return
            if kind == "field":
                yield from self._field(word)
            elif kind == "value":
                yield from self._value(seen[-2], seen[-1], word)
            place = NEXT[place, kind]
            seen.append(word)
        if seen and place != "join":
            yield f"it ends where {BELONGS[place]} belongs"
        elif depth:
            yield "a ( without its )"

    def _field(self, word: str) -> Iterator[str]:
        *before, named = word[1:-1].split("][")
        name, bracket, code = named.partition("(")
        yield from (f"{event!r} is no event" for event in before if event not in self.events)
        field = self.fields.get(name)
        if field is None:
            yield (
                f"{name!r} is an event, and no field follows" if name in self.events else f"there is no field {name!r}"
            )
            return
        for event in before:
            if event in self.events and field[FORM] not in self.events[event]:
                yield f"{name!r} is not at {event}"
        if (field[TYPE] == "checkbox") != bool(bracket):
            yield f"{name!r}: a checkbox, and nothing else, is written [field(code)]"
        elif bracket and (code[-1:] != ")" or code[:-1] not in codes_of(field[CHOICES])):
            yield f"{name!r} has no choice {code.removesuffix(')')!r}"

    def _value(self, word: str, sign: str, quoted: str) -> Iterator[str]:
        """A choice that is asked for is one of the field's; a blank one asks whether anything is chosen."""
        name = word[1:-1].rpartition("][")[2].partition("(")[0]
        field, value = self.fields.get(name), quoted[1:-1]
        if field is None or sign not in SAME_OR_NOT or not value:
            return
        if field[TYPE] in LISTED and value not in codes_of(field[CHOICES]):
            yield f"{name!r} has no choice {value!r}"
        elif field[TYPE] in YES_OR_NO and value not in ("0", "1"):
            yield f"{name!r} is 0 or 1, never {value!r}"
