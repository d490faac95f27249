"""Screening as coordinators do it: criterion by criterion, signed off by an investigator, joined at enrolment."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from content.protocol import protocol
from content.screening_criteria import Criteria, criteria
from records import people, roster
from records import screening as kept
from records.database import Tx
from records.roster import INVESTIGATOR, NoSuchStaff
from study import screening as rules
from study.screening import Standing


class ScreeningRefused(Exception):
    """Something about a screening that is refused; the text says why and what to do."""


class Line(BaseModel):
    """One screening in a list; `because` names the criteria not met, or why the person refused."""

    model_config = ConfigDict(frozen=True)

    number: str
    site: str
    status: str
    unanswered: int
    because: str
    signed_by: str | None
    study_id: str | None
    added_at: str


class Decision(BaseModel):
    """One criterion of one screening: what was decided, by whom and when; blank while it is open."""

    model_config = ConfigDict(frozen=True)

    criterion: str
    kind: str
    text: str
    takes: str
    answer: str | None = None
    met: bool | None = None
    by: str | None = None
    at: str | None = None


def add(tx: Tx, site: str | None, *, test: bool) -> str:
    """A new screening at a site of the protocol; gives its number. Raises ScreeningRefused."""
    in_use = protocol()
    codes = [each.code for each in in_use.sites]
    place = codes[0] if site is None and len(codes) == 1 else site
    if place not in codes:
        raise ScreeningRefused(f"which site? --site {' | '.join(codes)}")
    rule = criteria(in_use.screening.criteria)
    return kept.add(tx, site=str(place), test=test, criteria=rule.name, version=rule.version)


def decide(tx: Tx, number: str, answers: dict[str, str], why: str | None) -> Line:
    """Write answers to criteria; another answer than before needs a reason. Raises ScreeningRefused."""
    screening = _open(tx, number)
    before, known = kept.criteria_of(kept.decisions(tx, screening)), _criteria(screening)
    for code, said in answers.items():
        try:
            criterion = known.criterion(code)
            now = rules.decided(criterion, said)
        except KeyError:
            codes = ", ".join(each.code for each in known.criteria)
            raise ScreeningRefused(f"there is no criterion {code}: {codes}") from None
        except rules.AnswerRefused as error:
            raise ScreeningRefused(str(error)) from None
        if code in before and before[code] != now and not why:
            raise ScreeningRefused(f"{code} was decided as {before[code].answer}: say with --why why it changes")
        if before.get(code) != now:
            kept.write(tx, screening, "criterion", code, now.answer, met=now.met, why=why)
    return _line(tx, screening)


def refuse(tx: Tx, number: str, reason: str, why: str | None) -> Line:
    """The person does not want to take part, for a reason of the list; `none` takes that back."""
    screening = _open(tx, number)
    codes = [each.code for each in _criteria(screening).refusals]
    if reason not in (*codes, kept.NO_REFUSAL):
        raise ScreeningRefused(f"there is no reason {reason}: {', '.join(codes)}, {kept.NO_REFUSAL}")
    kept.write(tx, screening, "refusal", reason, "refused" if reason != kept.NO_REFUSAL else "taken back", why=why)
    return _line(tx, screening)


def sign(tx: Tx, number: str) -> Line:
    """The investigator (the actor of the transaction) signs as what the decisions say. Raises ScreeningRefused."""
    screening = _open(tx, number)
    _refuse_who_may_not_sign(tx, screening)
    stands = standing_of(tx, screening)
    if stands.unanswered:
        raise ScreeningRefused(f"{number} is not decided yet: {', '.join(stands.unanswered)}")
    decisions = kept.criteria_of(kept.decisions(tx, screening))
    outcome = "ineligible" if stands.not_met else "eligible"
    kept.write(tx, screening, "sign_off", outcome, rules.digest(decisions))
    return _line(tx, screening)


def _refuse_who_may_not_sign(tx: Tx, screening: Row[Any]) -> None:
    """Only an investigator of the roster signs, and not what they decided themselves."""
    who, number = tx.actor, screening.number
    try:
        role = roster.role_of(tx, who)
    except NoSuchStaff:
        raise ScreeningRefused(
            f"nobody on the roster has the code '{who}': coach staff add {who} --name … --role {INVESTIGATOR}"
        ) from None
    if role != INVESTIGATOR:
        raise ScreeningRefused(
            f"{who} is {role}, and an investigator signs: --by one of role {INVESTIGATOR} (coach staff list), "
            f"or coach staff add CODE --name … --role {INVESTIGATOR}"
        )
    own = [each.code for each in kept.decisions(tx, screening) if each.by == who and each.kind != "sign_off"]
    if own:
        raise ScreeningRefused(f"{who} decided {', '.join(own)} of {number}: another investigator signs it")


def may_join(tx: Tx, number: str, *, test: bool) -> Row[Any]:
    """The screening of somebody who is about to be added. Raises ScreeningRefused when they may not."""
    screening = kept.by_number(tx, number)
    stands = standing_of(tx, screening)
    if screening.test != test:
        raise ScreeningRefused(f"{number} is {'' if screening.test else 'not '}a test screening")
    if stands.status == "joined":
        raise ScreeningRefused(f"{number} has joined already, as {_study_id(tx, screening)}")
    if stands.status != "eligible":
        because = ", ".join(stands.not_met or stands.unanswered) or "refused to take part"
        raise ScreeningRefused(f"{number} is not eligible ({stands.status}): {because}")
    if not stands.signed:
        raise ScreeningRefused(f"{number} is not signed: coach screening sign {number} --by …")
    return screening


def listed(tx: Tx) -> list[Line]:
    """Every screening, by number."""
    return [_line(tx, screening) for screening in kept.everyone(tx)]


def shown(tx: Tx, number: str) -> tuple[Line, list[Decision]]:
    """One screening, and every criterion with what was decided."""
    screening = kept.by_number(tx, number)
    found = {each.code: each for each in kept.decisions(tx, screening) if each.kind == "criterion"}
    lines = []
    for criterion in _criteria(screening).criteria:
        takes = "yes or no" if criterion.answer == "yes_no" else str(criterion.unit)
        about: dict[str, Any] = {
            "criterion": criterion.code,
            "kind": criterion.kind,
            "text": criterion.text,
            "takes": takes,
        }
        if (entry := found.get(criterion.code)) is not None:
            at = entry.at.isoformat(timespec="minutes")
            about |= {"answer": entry.answer, "met": entry.met, "by": entry.by, "at": at}
        lines.append(Decision.model_validate(about))
    return _line(tx, screening), lines


def standing_of(tx: Tx, screening: Row[Any]) -> Standing:
    """Where a screening stands."""
    found = kept.decisions(tx, screening)
    signed = kept.sign_off_of(found)
    return rules.standing(
        _criteria(screening),
        kept.criteria_of(found),
        refused=kept.refusal_of(found) is not None,
        joined=screening.participant_id is not None,
        sign_off=signed[0] if signed is not None else None,
    )


def _criteria(screening: Row[Any]) -> Criteria:
    return criteria(screening.criteria, screening.criteria_version)


def _open(tx: Tx, number: str) -> Row[Any]:
    screening = kept.by_number(tx, number)
    if screening.participant_id is not None:
        raise ScreeningRefused(f"{number} has joined as {_study_id(tx, screening)}: nothing is decided any more")
    return screening


def _study_id(tx: Tx, screening: Row[Any]) -> str | None:
    joined = screening.participant_id
    return str(people.by_id(tx, joined).study_id) if joined is not None else None


def _line(tx: Tx, screening: Row[Any]) -> Line:
    screening = kept.by_number(tx, screening.number)
    found, stands = kept.decisions(tx, screening), standing_of(tx, screening)
    refusal, signed = kept.refusal_of(found), kept.sign_off_of(found)
    return Line(
        number=screening.number,
        site=screening.site,
        status=stands.status,
        unanswered=len(stands.unanswered),
        because=refusal.code if refusal is not None else ", ".join(stands.not_met),
        signed_by=signed[0].by if signed is not None and stands.signed else None,
        study_id=_study_id(tx, screening),
        added_at=screening.added_at.isoformat(timespec="minutes"),
    )
