"""The parts of a REDCap project, as its files write them.

Source of headers and names: REDCap's own templates, fixtures and help texts, and exports (redcap-fhir.md 5.1 to 5.4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""The 18 columns of a data dictionary, exactly as REDCap names them."""

(
    VARIABLE,
    FORM,
    _,
    TYPE,
    _,
    CHOICES,
    _,
    VALIDATION,
    LOW,
    HIGH,
    IDENTIFIER,
    BRANCHING,
    REQUIRED,
    ALIGNMENT,
    _,
    GROUP,
    RANKING,
    _,
) = HEADER

ARMS_HEADER = ("arm_num", "name")
EVENTS_HEADER = ("event_name", "arm_num", "unique_event_name", "custom_event_label")
MAPPING_HEADER = ("arm_num", "unique_event_name", "form")
EVENT, REPEAT_INSTRUMENT, REPEAT_INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
RECORD_ID = "record_id"
ARM = 1
"""One arm in REDCap's sense, which is a schedule of events: ours are the same, and two would unblind every row."""

Row = Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a form."""

    name: str
    form: str
    type: str
    label: str
    choices: str = ""
    note: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    branching: str = ""
    matrix: str = ""

    def row(self) -> dict[str, str]:
        """Its row in the data dictionary."""
        cells = dict.fromkeys(HEADER, "")
        known = (self.name, self.form, "", self.type, self.label, self.choices, self.note, self.validation)
        cells |= dict(zip(HEADER, (*known, self.low, self.high, "", self.branching), strict=False))
        return cells | {"Matrix Group Name": self.matrix}


@dataclass(frozen=True)
class Event:
    """One event: its name as people read it, and the forms it has; `repeating`: each of them repeats by itself."""

    name: str
    forms: tuple[str, ...]
    repeating: bool = False

    @property
    def unique_name(self) -> str:
        """The name REDCap gives it."""
        return unique_event_name(self.name, ARM)


@dataclass(frozen=True)
class Project:
    """A project without its data."""

    fields: tuple[Field, ...]
    events: tuple[Event, ...]

    def dictionary(self) -> list[dict[str, str]]:
        """The rows of the data dictionary."""
        return [field.row() for field in self.fields]

    def arms(self) -> list[tuple[str, ...]]:
        """The rows of the arms."""
        return [(str(ARM), "All participants")]

    def event_rows(self) -> list[tuple[str, ...]]:
        """The rows of the events; REDCap makes the unique names itself."""
        return [(event.name, str(ARM), "", "") for event in self.events]

    def mapping(self) -> list[tuple[str, ...]]:
        """Which form stands at which event."""
        return [(str(ARM), event.unique_name, form) for event in self.events for form in event.forms]

    def columns(self) -> list[str]:
        """The columns of the data file, in their order."""
        first, *others = self.fields
        return [first.name, EVENT, REPEAT_INSTRUMENT, REPEAT_INSTANCE, *self._by_form(others)]

    def _by_form(self, fields: Sequence[Field]) -> Iterator[str]:
        for at, field in enumerate(fields):
            yield field.name
            if at + 1 == len(fields) or fields[at + 1].form != field.form:
                yield f"{field.form}_complete"


@cache
def codes_of(choices: str) -> tuple[str, ...]:
    """The codes of a list of choices."""
    return tuple(part.partition(",")[0].strip() for part in choices.split("|") if part.strip())


def unique_event_name(name: str, arm: int | str) -> str:
    """The unique name REDCap makes of an event's name: `Month 3` in arm 1 is `month_3_arm_1`."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower().replace("-", ""))
    return f"{plain[:18].strip('_')}_arm_{arm}"
