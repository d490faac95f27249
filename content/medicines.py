"""Forms of medicines and the limits around logging a dose, as data."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from content import loading


class Form(BaseModel):
    """One form of a medicine: whether it may be halved, what is counted, and which amounts are offered.

    `unit_name` is the key under `dose.` of what is counted; `patch` forms are worn, not taken. `unit`: the only one its
    strength has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    halves: bool
    unit_name: str
    offers: tuple[float, ...]
    patch: bool = False
    unit: str | None = None
    source: str


class Unit(BaseModel):
    """A unit of a strength; `asked` where the form leaves it open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str
    asked: bool = False


class Limits(BaseModel):
    """Numbers of the study that the chat works with; each file entry names its source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    class Number(BaseModel):
        """One number and where it is from."""

        model_config = ConfigDict(extra="forbid", frozen=True)

        value: float
        source: str

    same_dose_within_minutes: Number
    patch_worn_hours: Number
    high_pain_from: Number
    very_high_pain_from: Number
    study_day_ends_at_hour: Number
    undo_list: Number
    invitation_days: Number
    wrong_codes: Number
    wrong_codes_within_hours: Number
    late_timer_seconds: Number
    idle_minutes: Number
    gap_minutes: Number
    practice_minutes_a_week: Number
    raw_updates_days: Number
    wordings_of_a_frequent_line: Number
    put_off_late_hours: Number
    longest_travel_days: Number
    old_button_seconds: Number
    longest_break_days: Number
    seconds_a_tap: Number
    button_letters: Number
    calendar_enough_days: Number
    mme_window_days: Number
    mme_caution_from: Number
    mme_high_from: Number
    most_strength: Number
    import_most_lines: Number
    paper_days_before_joining: Number
    import_text_days: Number
    highest_rating: Number
    most_units: Number
    most_minutes_a_day: Number
    most_minutes_a_week: Number


@cache
def forms() -> dict[str, Form]:
    """Forms by code, in the order they are offered."""
    data = loading.read_path("medicines.toml")["forms"]
    return {code: loading.checked(Form, table, f"medicines.toml [{code}]") for code, table in data.items()}


@cache
def units() -> dict[str, Unit]:
    """Units of a strength by the way they are written, in the order they are offered."""
    data = loading.read_path("medicines.toml")["units"]
    return {code: loading.checked(Unit, table, f"medicines.toml [{code}]") for code, table in data.items()}


@cache
def limits() -> Limits:
    """The numbers of `limits.toml`."""
    return loading.one(Limits, "limits.toml")


def limit(name: str) -> float:
    """One number of `limits.toml` by name."""
    number: Limits.Number = getattr(limits(), name)
    return number.value
