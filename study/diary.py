"""The evening diary: what a study day's answer stands on, and whether log and diary of the day are whole.

Log and diary are two accounts of the same day. They are held against each other and never added up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from content.medicines import limit
from study.facts import DiaryAnswer
from study.person import local_at
from study.view import instant_of, study_day

LogReason: TypeAlias = Literal["no_diary", "rather_not_say", "diary_unclear", "not_all_logged", "log_has_more"]
DiaryReason: TypeAlias = Literal["rather_not_say", "diary_unclear", "logged_later", "log_changed"]


class Logged(BaseModel):
    """What the log holds of one medicine on a study day, in units of the form; of a patch those on the skin.

    `unclear`: there is an entry without an amount, or one the person was not sure of.
    """

    model_config = ConfigDict(frozen=True)

    medicine: str
    count: float = 0
    unclear: bool = False


class Sheet(BaseModel):
    """A study day as the diary begins with it; `answer` is what was said already, `ends_at` (UTC) when it is over."""

    model_config = ConfigDict(frozen=True)

    on: date
    ends_at: datetime
    logged: tuple[Logged, ...] = ()
    answer: DiaryAnswer | None = None

    def of(self, medicine: str) -> Logged:
        """What is logged of one medicine; nothing when there is no entry."""
        return next((each for each in self.logged if each.medicine == medicine), Logged(medicine=medicine))


@dataclass(frozen=True)
class Account:
    """One medicine on one day: units said in the diary, logged at that moment, and logged by now.

    None: not known, or an entry without a clear amount.
    """

    said: float | None
    logged_then: float | None
    logged_now: float | None


def ends_at() -> time:
    """The hour at which a study day ends."""
    return time(int(limit("study_day_ends_at_hour")))


def day_of(at: datetime, zone: str) -> date:
    """The study day of an instant, by the wall clock of a zone."""
    return study_day(local_at(at, zone), ends_at())


def span_of(on: date, zone: str) -> tuple[datetime, datetime]:
    """When a study day begins and ends (UTC), in a zone."""
    first, last = (instant_of(datetime.combine(day, ends_at()), zone) for day in (on, on + timedelta(days=1)))
    return first.astimezone(UTC), last.astimezone(UTC)


def log_is_short(answer: DiaryAnswer | None, accounts: Iterable[Account]) -> LogReason | None:
    """Why the log of a day is not known to be whole, None when it is.

    Only the diary can say so: "that was all", or amounts that the log holds too. What is logged after it counts.
    """
    if answer is None:
        return "no_diary"
    if answer == "rather_not_say":
        return "rather_not_say"
    if answer == "all_logged":
        return None
    reasons = [reason for each in accounts if (reason := _short(each)) is not None]
    return reasons[0] if reasons else None


def _short(each: Account) -> LogReason | None:
    if each.said is None or each.logged_now is None:
        return "diary_unclear"
    if each.logged_now < each.said:
        return "not_all_logged"
    disputed = each.logged_then is not None and each.logged_then > each.said
    return "log_has_more" if disputed and each.logged_now != each.said else None


def diary_is_short(answer: DiaryAnswer, accounts: Iterable[Account]) -> DiaryReason | None:
    """Why the amounts of a diary are not the whole of the day, None when they are.

    An amount that is not known, a dose logged after the answer that it does not hold, or a log that was changed after
    the person had called it all.
    """
    if answer == "rather_not_say":
        return "rather_not_say"
    reasons = [reason for each in accounts if (reason := _outdated(answer, each)) is not None]
    return reasons[0] if reasons else None


def _outdated(answer: DiaryAnswer, each: Account) -> DiaryReason | None:
    if each.said is None:
        return "diary_unclear"
    now, then = each.logged_now, each.logged_then
    if now is not None and now > each.said and (then is None or now > then):
        return "logged_later"
    return "log_changed" if answer == "all_logged" and now != each.said else None


def accounts_of(said: Mapping[str, tuple[float | None, float | None]], now: Mapping[str, Logged]) -> list[Account]:
    """By medicine what was said, logged then and logged by now; a medicine only the log knows was not said."""
    every = [*said, *(medicine for medicine in now if medicine not in said)]
    return [_account(said.get(medicine, (0.0, 0.0)), now.get(medicine)) for medicine in every]


def _account(said: tuple[float | None, float | None], now: Logged | None) -> Account:
    logged = 0.0 if now is None else None if now.unclear else now.count
    return Account(said[0], said[1], logged)
