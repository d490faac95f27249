"""Oral morphine milligram equivalents (MME) of one participant's day, in mg.

The arithmetic is exact (fractions) and never rounded: a day at 49.96 is not a day at 50. A figure that cannot
be given is None with a reason, never zero. For staff and data files only: no participant is shown one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from content import factors as content

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from content.factors import Factor, FactorSet, Form, Mass, Names

Reason: TypeAlias = Literal[
    "no_entry", "unknown_medicine", "no_factor", "form_needed", "partial_agonist", "route", "unit", "oud"
]
Note: TypeAlias = Literal["assumed_wear", "printed_strength"]
Purpose: TypeAlias = Literal["pain", "oud", "both"]

MASS = re.compile(r"(mg|milligrams?|mcg|[µμu]g|micrograms?)", re.IGNORECASE)
UNIT = re.compile(
    MASS.pattern + r"\s*(?:(?:/|\bper\b)\s*(?:(h|hr|hour)|([0-9]{1,4}(?:\.[0-9]{1,3})?)?\s*ml))?",
    re.IGNORECASE,
)
LARGEST = 10_000_000
SOLID = ("tablet", "film", "lozenge")
COUNTED_ONE_BY_ONE = ("drops", "spray", "nasal_spray", "oral_spray")
IN_MCG = {"mg": 1000, "mcg": 1}


@dataclass(frozen=True)
class Unit:
    """What a strength is counted in: a mass, per hour (patches) or per so many mL (liquids)."""

    mass: Mass
    per_hour: bool = False
    per_ml: Decimal | None = None

    def __str__(self) -> str:
        """The way it is stored: `mg`, `mcg`, `mcg/h`, `mg/mL`, `mg/5mL`."""
        if self.per_hour:
            return f"{self.mass}/h"
        if self.per_ml is None:
            return self.mass
        return f"{self.mass}/{'' if self.per_ml == 1 else self.per_ml}mL"

    def fits(self, form: Form, *, count_is_ml: bool = False) -> bool:
        """Patches, and only they or a pump, are per hour and in mcg; what is solid is not per mL.

        Sprays and drops are counted one by one: per mL fits them only when the count is said to be mL.
        """
        if form.id == "patch":
            return self.per_hour and self.mass == "mcg"
        if self.per_hour:
            return form.parenteral
        if self.per_ml is None:
            return True
        return form.id not in SOLID and (count_is_ml or form.id not in COUNTED_ONE_BY_ONE)


def read_unit(text: str) -> Unit:
    """The unit a text names, in any usual spelling; `ValueError` when it names none."""
    match = UNIT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a unit: {text}")
    mass, hour, millilitres = match.groups()
    per_ml = Decimal(millilitres or 1) if text.casefold().rstrip().endswith("ml") else None
    if per_ml == 0:
        raise ValueError(f"not a unit: {text}")
    return Unit("mg" if mass.casefold().startswith(("mg", "milli")) else "mcg", hour is not None, per_ml)


class MmeInput(BaseModel):
    """One medicine on one day: `count` units of `strength`, or that many over `per_days` days.

    `count` is in tablets, sprays, patches on the skin, or mL when the unit is per mL; over several days a
    count of patches is patches used. `count_is_ml` says so of sprays and drops, else counted one by one.
    `strength` is the opioid's part of a combination. `hours_worn` is how long a patch was worn that day, when
    it is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    form: str | None = None
    strength: Decimal = Field(gt=0, lt=LARGEST)
    unit: str
    count: Decimal = Field(ge=0, lt=LARGEST)
    count_is_ml: bool = False
    per_days: int = Field(default=1, ge=1)
    hours_worn: Decimal | None = Field(default=None, ge=0, lt=LARGEST)
    purpose: Purpose = "pain"

    @field_validator("unit")
    @classmethod
    def _in_one_spelling(cls, unit: str) -> str:
        return str(read_unit(unit))


@dataclass(frozen=True)
class MmePart:
    """What one medicine adds: `mme` is None with a `reason` when it cannot be counted.

    `daily_amount` is in `unit` a day (for a patch mcg/h times days worn), the unit that `factor` is for.
    """

    name: str
    medicine: str | None
    form: str
    daily_amount: float | None
    unit: str
    factor: float | None
    mme: float | None
    reason: Reason | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class DailyMme:
    """A day's figure in mg, unrounded; None with a `reason`, and not complete, when it cannot be given.

    A part for opioid use disorder leaves the day complete.
    """

    value: float | None
    complete: bool
    factor_set: str
    factor_set_version: str
    parts: tuple[MmePart, ...]
    reason: Reason | None = None

    @property
    def on_buprenorphine(self) -> bool:
        """True when buprenorphine was among the medicines, whatever it was taken for."""
        return any(part.medicine == "buprenorphine" for part in self.parts)


@dataclass(frozen=True)
class _Found:
    """An input with what its names mean, and its exact daily amount in the factor's unit."""

    given: MmeInput
    medicine: str | None
    form: Form
    factor: Factor | None
    amount: Fraction | None
    reason: Reason | None
    notes: tuple[Note, ...]


def daily_mme(doses: Iterable[MmeInput] | None, factors: FactorSet) -> DailyMme:
    """Oral morphine milligram equivalents of one participant's local day, in mg.

    No doses is a said zero; None is a day without an entry. A medicine that cannot be counted makes the day
    incomplete (`value is None`). Doses for opioid use disorder are listed and left out of the figure; doses
    for both reasons are counted.
    Source: the factor set's own `source` (CDC 2022 by default).
    """
    if doses is None:
        return DailyMme(None, False, factors.id, factors.version, (), "no_entry")
    found = [_find(dose, factors) for dose in doses]
    counted = [(each, _mme(each, found)) for each in found]
    missing = [each.reason for each in found if each.reason not in (None, "oud")]
    total = None if missing else float(sum((mme for _, mme in counted if mme is not None), Fraction(0)))
    parts = tuple(_part(each, found, mme) for each, mme in counted)
    return DailyMme(total, not missing, factors.id, factors.version, parts, missing[0] if missing else None)


def patch_mme(strength_mcg_h: float, hours_worn: float, factors: FactorSet) -> float | None:
    """MME that wearing one fentanyl patch for so many hours of a day adds, in mg: by hours / 24.

    None when the set has no factor for the patch.
    """
    worn = MmeInput(
        name="fentanyl", form="patch", strength=strength_mcg_h, unit="mcg/h", count=1, hours_worn=hours_worn
    )
    return daily_mme([worn], factors).value


def _find(given: MmeInput, factors: FactorSet) -> _Found:
    names, unit = content.names(), read_unit(given.unit)
    medicine, form = what_it_is(given.name, given.form, unit)
    factor = factors.find(medicine, form) if medicine else None
    reason = _reason(given, medicine, form, factor, factors)
    if factor is None or not unit.fits(form, count_is_ml=given.count_is_ml):
        return _Found(given, medicine, form, None, None, reason, ())
    amount, notes = _daily_amount(given, unit, form, factor, names)
    return _Found(given, medicine, form, factor, amount, reason, notes)


def what_it_is(name: str, form: str | None, unit: Unit) -> tuple[str | None, Form]:
    """The opioid a name stands for (None when it is not known) and its form.

    The form is the product's own, else the one said with it or in its name; mcg/h alone means a patch.
    """
    names = content.names()
    bare, in_name = names.split_form(name)
    left_over, said = names.split_form(form or "")
    product = names.product(bare)
    medicine = next((part for part in product.parts if names.medicine(part)), None) if product else None
    by_unit = names.form("patch" if unit.per_hour else "unspecified")
    own = names.form(product.form) if product and product.form else None
    strange = names.form("unknown") if left_over else None
    return medicine, own or strange or said or in_name or by_unit


def _reason(
    given: MmeInput, medicine: str | None, form: Form, factor: Factor | None, factors: FactorSet
) -> Reason | None:
    known = content.names().medicine(medicine) if medicine else None
    if given.purpose == "oud":
        return "oud"
    if known is None:
        return "unknown_medicine"
    if not read_unit(given.unit).fits(form, count_is_ml=given.count_is_ml):
        return "unit"
    if factor is not None:
        return None
    if known.partial_agonist:
        return "partial_agonist"
    if form.parenteral:
        return "route"
    return "form_needed" if form.vague and factors.holds(known.id) else "no_factor"


def _daily_amount(
    given: MmeInput, unit: Unit, form: Form, factor: Factor, names: Names
) -> tuple[Fraction, tuple[Note, ...]]:
    strength = names.delivered(factor.medicine, form.id, given.strength)
    notes: tuple[Note, ...] = () if strength == given.strength else ("printed_strength",)
    if factor.wear_hours is not None:
        days, assumed = _days_worn(given, factor.wear_hours)
        return Fraction(strength) * days, (*notes, "assumed_wear") if assumed else notes
    each = Fraction(strength) / Fraction(unit.per_ml or 1)
    in_factors_unit = Fraction(IN_MCG[unit.mass], IN_MCG[factor.unit])
    return each * Fraction(given.count) / given.per_days * in_factors_unit, notes


def _days_worn(given: MmeInput, wear_hours: int) -> tuple[Fraction, bool]:
    """Patch-days for each day, and whether the wear is assumed.

    A count over several days is patches used: each is taken as worn its usual time, at most all those days.
    """
    if given.hours_worn is not None:
        return Fraction(given.count) * Fraction(given.hours_worn) / 24, False
    hours = min(wear_hours, 24 * given.per_days)
    return Fraction(given.count) * hours / 24 / given.per_days, given.per_days > 1


def _factor_used(each: _Found, found: Sequence[_Found]) -> Fraction | None:
    """The factor per unit and day; a tiered one goes by all that was taken of the medicine that day."""
    if each.factor is None or each.reason is not None:
        return None
    if each.factor.factor is None:
        return _tier(each.factor, _whole_amount(each.factor, found))
    whole = Fraction(each.factor.factor)
    if each.factor.per == "patch_applied" and each.factor.wear_hours is not None:
        return whole * 24 / each.factor.wear_hours
    return whole


def _whole_amount(factor: Factor, found: Sequence[_Found]) -> Fraction:
    amounts = (each.amount for each in found if each.factor == factor and each.reason is None)
    return sum((amount for amount in amounts if amount is not None), Fraction(0))


def _tier(factor: Factor, whole_amount: Fraction) -> Fraction:
    for tier in factor.tiers:
        if tier.up_to is None or whole_amount <= Fraction(tier.up_to):
            return Fraction(tier.factor)
    raise AssertionError("the loader lets no set pass whose last tier has an end")


def _mme(each: _Found, found: Sequence[_Found]) -> Fraction | None:
    used = _factor_used(each, found)
    return None if used is None or each.amount is None else each.amount * used


def _part(each: _Found, found: Sequence[_Found], mme: Fraction | None) -> MmePart:
    used = _factor_used(each, found)
    return MmePart(
        name=each.given.name,
        medicine=each.medicine,
        form=each.form.id,
        daily_amount=None if each.amount is None else float(each.amount),
        unit=each.factor.unit if each.factor else each.given.unit,
        factor=None if used is None else float(used),
        mme=None if mme is None else float(mme),
        reason=each.reason,
        notes=each.notes,
    )
