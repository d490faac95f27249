"""Screening by rule: what an answer to a criterion means, and where a screening stands."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from content.screening_criteria import Criteria, Criterion

Status = Literal["open", "ineligible", "eligible", "refused", "joined"]
YES_NO = {"yes": "yes", "y": "yes", "no": "no", "n": "no"}


class AnswerRefused(ValueError):
    """An answer that a criterion does not take; the text says which it does."""


@dataclass(frozen=True)
class Decided:
    """What was decided on one criterion: the answer as it is kept, and whether the criterion is met by it."""

    answer: str
    met: bool


@dataclass(frozen=True)
class SignedOff:
    """A sign-off: as what, by whom, and the digest of the decisions it was about."""

    outcome: str
    digest: str
    by: str


@dataclass(frozen=True)
class Standing:
    """Where a screening stands; `signed` only while nothing was decided anew since."""

    status: Status
    unanswered: tuple[str, ...]
    not_met: tuple[str, ...]
    signed: bool


def decided(criterion: Criterion, said: str) -> Decided:
    """What somebody said about a criterion, and whether it is met; `AnswerRefused`."""
    if criterion.answer == "yes_no":
        answer = YES_NO.get(said.strip().lower())
        if answer is None:
            raise AnswerRefused(f"{criterion.code}: yes or no")
        return Decided(answer, (answer == "yes") == (criterion.kind == "inclusion"))
    number = _number(said)
    if number is None or not 0 <= number <= (criterion.most_possible or math.inf):
        raise AnswerRefused(f"{criterion.code}: a number from 0 to {criterion.most_possible:g} ({criterion.unit})")
    low = criterion.at_least if criterion.at_least is not None else -math.inf
    high = criterion.at_most if criterion.at_most is not None else math.inf
    return Decided(f"{number:g}", low <= number <= high)


def _number(said: str) -> float | None:
    try:
        number = float(said.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def standing(
    rules: Criteria,
    decisions: Mapping[str, Decided],
    *,
    refused: bool = False,
    joined: bool = False,
    sign_off: SignedOff | None = None,
) -> Standing:
    """Where a screening stands, from the decisions in force."""
    unanswered = tuple(each.code for each in rules.criteria if each.code not in decisions)
    not_met = tuple(each.code for each in rules.criteria if each.code in decisions and not decisions[each.code].met)
    signed = sign_off is not None and sign_off.digest == digest(decisions)
    status: Status = "ineligible" if not_met else "open" if unanswered else "eligible"
    if refused or joined:
        status = "joined" if joined else "refused"
    return Standing(status, unanswered, not_met, signed)


def digest(decisions: Mapping[str, Decided]) -> str:
    """A short hash of the decisions: what a sign-off is about."""
    body = json.dumps({code: [each.answer, each.met] for code, each in sorted(decisions.items())})
    return hashlib.sha256(body.encode()).hexdigest()[:16]
