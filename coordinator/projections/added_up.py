"""Morphine equivalents of one day added up, and remembered for the next day on which the same was taken.

A study holds many days and few ways to spend them: what is added up once is not added up again.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pydantic import ValidationError

from content.factors import factor_set
from study.days import HOURS_A_DAY
from study.mme import MmeInput, daily_mme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from content.factors import FactorSet

REMEMBERED = 4096


class Figure(NamedTuple):
    """Morphine equivalents of one day in mg: what is `known` of them, and why that is not the whole day or nothing."""

    known: float | None
    reason: str | None = None

    @property
    def mme(self) -> float | None:
        """The figure of the day; None when it is not known to be of the whole day."""
        return self.known if self.reason is None else None

    @property
    def complete(self) -> bool:
        """True when there is a figure of the whole day."""
        return self.mme is not None


class Use(NamedTuple):
    """An amount of a medicine on one day; `hours` (of 24) how long a patch was worn, None for any other form."""

    product: str
    form: str
    strength: float
    unit: str
    amount: float
    hours: Decimal | None = None


class Medicine(Protocol):
    """What a medicine episode says of itself."""

    product: str
    form: str
    strength: float
    unit: str


def used(count: float, medicine: Medicine) -> Use:
    """An amount that was said of a whole day; a patch counts as worn all day."""
    hours = Decimal(HOURS_A_DAY) if medicine.form == "patch" else None
    return Use(medicine.product, medicine.form, medicine.strength, medicine.unit, count, hours)


def added_up(uses: Sequence[Use], factors: FactorSet) -> Figure:
    """The figure of a day on which all this was taken; its reason when it cannot be given."""
    return _added_up(tuple(uses), factors.id)


@lru_cache(REMEMBERED)
def _added_up(uses: tuple[Use, ...], factors: str) -> Figure:
    try:
        result = daily_mme([_input(use) for use in uses], factor_set(factors))
    except ValidationError:
        return Figure(None, "not_usable")
    return Figure(result.value, result.reason)


@lru_cache(REMEMBERED)
def _input(use: Use) -> MmeInput:
    return MmeInput(
        name=use.product,
        form=use.form,
        strength=Decimal(str(use.strength)),
        unit=use.unit,
        count=Decimal(str(use.amount)),
        hours_worn=use.hours,
    )
