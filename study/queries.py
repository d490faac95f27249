"""What a conversation may ask the records for: each query says what comes back."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from study.diary import Sheet
from study.responses import Given
from study.steps import Look, Query
from study.view import MedicineView


class Entry(BaseModel):
    """One thing a participant logged, as `/fix` and `/undo` list it."""

    model_config = ConfigDict(frozen=True)

    entity: str
    kind: str
    at: datetime
    fact: dict[str, Any]
    pause: str | None = None


class Travelling(BaseModel):
    """The travel that is on or to come: `away` once it has begun, `home` the zone at home, dates local."""

    model_config = ConfigDict(frozen=True)

    entity: str
    zone: str
    from_on: date
    back_on: date | None
    away: bool
    home: str


class Standing(BaseModel):
    """Where a participant stands: status, hold, end of a break (UTC), what stopped the messages, and a travel."""

    model_config = ConfigDict(frozen=True)

    status: str
    hold: str | None = None
    break_until: datetime | None = None
    stopped: str | None = None
    travel: Travelling | None = None

    @property
    def left(self) -> bool:
        """True once the person has left the study."""
        return self.status not in ("invited", "enrolled", "prompts_stopped")


class Span(BaseModel):
    """One medicine and the days of a calendar on which it was on the list."""

    model_config = ConfigDict(frozen=True)

    medicine: MedicineView
    days: tuple[date, ...]


class Calendar(BaseModel):
    """The days a visit looks back on, the medicines of that time, and what has been answered already.

    `unlisted` are the days on which no medicine was on the list, none in talks begun before these were asked about.
    `looks_to` is `last` as it is kept with each day; None in talks begun before it was.
    """

    model_config = ConfigDict(frozen=True)

    first: date
    last: date
    spans: tuple[Span, ...]
    unlisted: tuple[date, ...] = ()
    answered: tuple[tuple[str, date], ...] = ()
    looks_to: date | None = None


class SessionOpen(BaseModel):
    """A weekly session that is open: how it is given, which parts are done, and whether it is done as a whole.

    `attended`: a meeting of the group about it was.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    way: Literal["chat", "group", "both"]
    parts: tuple[str, ...] = ()
    done: bool = False
    attended: bool = False

    @property
    def over(self) -> bool:
        """True when nothing of it is left to do, in the chat or with the group."""
        return self.done or self.attended


class Plan(BaseModel):
    """What a person planned in a session: codes of what was offered, or their own words."""

    model_config = ConfigDict(frozen=True)

    entity: str
    session: str
    what: str
    moment: str
    often: str


class KeptWeek(BaseModel):
    """What is kept of seven study days: ratings, minutes of practice outside sessions by day, the days with a diary."""

    model_config = ConfigDict(frozen=True)

    days: tuple[date, ...]
    ratings: tuple[Entry, ...] = ()
    led_minutes: tuple[int, ...] = ()
    reported_minutes: tuple[int, ...] = ()
    diary_on: tuple[date, ...] = ()

    @property
    def minutes(self) -> tuple[int, ...]:
        """Minutes of practice by day, led and reported."""
        return tuple(led + said for led, said in zip(self.led_minutes, self.reported_minutes, strict=True))


class PreDose(BaseModel):
    """How prompts before a dose come: minutes before, and from which week of the course."""

    model_config = ConfigDict(frozen=True)

    minutes_before: int
    from_week: int


class NoPrompt(BaseModel):
    """The times (`HH:MM`) before which no prompt will come, by what is in its way; `a_day` is the cap of a day."""

    model_config = ConfigDict(frozen=True)

    quiet: tuple[str, ...] = ()
    cap: tuple[str, ...] = ()
    spacing: tuple[str, ...] = ()
    a_day: int


class Chosen(BaseModel):
    """What a person chose of how messages come, and what the study offers; times of day as `HH:MM`."""

    model_config = ConfigDict(frozen=True)

    contact_at: str | None
    diary_at: str
    fewer_messages: bool
    diary_earliest: str
    diary_latest: str
    fewer_a_day: int
    quiet_from: str
    quiet_to: str

    def is_quiet(self, at: str) -> bool:
        """True for a time of day in the quiet hours, which may go over midnight."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to


class YearInNumbers(BaseModel):
    """What a person gave: doses logged, pauses, minutes of practice, check-ins answered."""

    model_config = ConfigDict(frozen=True)

    doses: int
    pauses: int
    minutes: int
    visits: int


class Reason(BaseModel):
    """Why a prompt came: its kind, and what is said of it; days, times and clocks are local."""

    model_config = ConfigDict(frozen=True)

    kind: str
    visit: str | None = None
    days: dict[str, date] = {}
    times: dict[str, datetime] = {}
    clocks: dict[str, time] = {}
    numbers: dict[str, int] = {}


class Now(Query[datetime]):
    """The instant of this turn (UTC)."""


class Draw(Query[int]):
    """A number from 0 to `below` - 1, drawn once."""

    below: int


class LastDoseOf(Query[Entry | None]):
    """The latest dose of a medicine that stands, by the time it was taken."""

    medicine: str


class CountOnDay(Query[float]):
    """Units of a medicine logged as taken on the study day of `at`, leaving out the entry `without`."""

    medicine: str
    at: datetime
    without: str | None = None


class SheetOf(Query[Sheet]):
    """What the diary of a study day stands on; of the present one when no day is named."""

    on: date | None = None


class WeekKept(Query[KeptWeek]):
    """What is kept of the seven study days that end with `on`."""

    on: date


class PatchesWorn(Query[tuple[Entry, ...]]):
    """Patches put on and not taken off."""


class LastEntries(Query[tuple[Entry, ...]]):
    """The last things logged that can be corrected, newest first."""

    limit: int = 10


class EntryNow(Query[Entry | None]):
    """An entry as it stands now, or None when it was taken back."""

    entity: str


class PauseParts(Query[tuple[Entry, ...]]):
    """What belongs to a pause and stands: how it began, its exercises, doses and patches, how it ended."""

    pause: str


class EverythingKept(Query[dict[str, Any]]):
    """All that is kept on the participant: settings, every revision of every fact, alerts; in a form JSON can carry."""


class PauseOf(Query[Entry | None]):
    """The decision (pause ended) that belongs to a pause."""

    pause: str


class PracticeMinutes(Query[int]):
    """Minutes of practice outside sessions in the last `days` study days, led and reported."""

    days: int = 7


class RatingsSince(Query[tuple[Entry, ...]]):
    """Pain ratings (before, after and on their own) of the last `days` study days, oldest first."""

    days: int = 28


class StandingNow(Query[Standing]):
    """Where the participant stands at this turn; a break that is over is None, as is a stop taken back."""


class EpisodeOf(Query[Entry | None]):
    """The medicine episode with this id, if it stands and is the participant's own."""

    medicine: str


class DayBegins(Query[datetime]):
    """The instant (UTC) at which this study day begins, or one so many days later."""

    days_later: int = 0


class Staffed(Query[bool]):
    """True when the roster names somebody who reads alerts, and both ways to reach them are set."""


class ZoneNow(Query[str]):
    """The participant's IANA zone at this turn: a talk may be gone on with days later, somewhere else."""


class AnsweredItems(Query[tuple[str, ...]]):
    """What has an answer of any kind at a visit, in any talk or by staff: `instrument.item`."""

    visit: str


class AnsweredSoFar(Query[dict[str, Given]]):
    """What has been answered at a visit to one version of an instrument, by item."""

    visit: str
    instrument: str
    version: str


class AnsweredBefore(Query[tuple[dict[str, Given], ...]]):
    """The same at every other visit, the one answered longest ago first."""

    visit: str
    instrument: str
    version: str


class LastAnswered(Query[date | None]):
    """The local date on which an instrument was last answered at another visit; None when it never was."""

    visit: str
    instrument: str


class CalendarOf(Query[Calendar]):
    """The calendar of a visit: the days before it was first asked."""

    visit: str


class ConsentText(Query[dict[str, str]]):
    """The consent text in force: `version`, `sha256`, `text`."""


class ZoneOf(Query[str | None]):
    """The IANA zone of a place name as typed, or None."""

    place: str


class PreDoseRules(Query[PreDose]):
    """The rules of prompts before a dose."""


class WithoutPrompt(Query[NoPrompt]):
    """Which of these times (`HH:MM`) will get no prompt, as far as it is known now.

    They are those chosen of the medicines in `asked`; prompts chosen for other medicines count beside them.
    """

    asked: tuple[str, ...]
    times: tuple[str, ...]


class MedicinesNow(Query[tuple[MedicineView, ...]]):
    """The medicines on the list as they stand at the beginning of this turn."""


class PreferencesNow(Query[Chosen]):
    """What the person chose of how messages come."""


class TravelNow(Query[Travelling | None]):
    """The travel that is on, or else the next one to come."""


class VisitDueUntil(Query[str | None]):
    """The check-in a message of which is due from now until an instant (UTC), and can still come after it."""

    until: datetime


class VisitClosingBy(Query[dict[str, str] | None]):
    """The open check-in nothing was answered of and whose window ends before an instant (UTC): `visit`, `closes_at`."""

    until: datetime


class YearGiven(Query[YearInNumbers]):
    """What the person gave since they joined."""


class PromptsWanted(Query[dict[str, bool]]):
    """By medicine, whether prompts before its usual times are wanted; one nobody asked about is not there."""


class OpenVisit(Query[dict[str, Any] | None]):
    """The check-in whose window is open and that was not finished, as `check_in` is begun with it."""


class SessionsOpen(Query[tuple[SessionOpen, ...]]):
    """The weekly sessions that are open today, in their order; none before allocation or the first week."""


class PartDone(Query[bool]):
    """True when a part of a session has been gone through, in any talk."""

    session: str
    part: str


class WhyThis(Query[Reason]):
    """Why the prompt came that the person answers in this talk."""


class LastPlan(Query[Plan | None]):
    """The plan made last, in any session."""


def now(key: str = "now") -> Look:
    """A step that reads the clock of this turn."""
    return Look(key, Now(), datetime)


def look(key: str, query: Query[Any]) -> Look:
    """A step that asks the records; the answer type is the one the query declares."""
    return Look(key, query, _answer_of(type(query)))


def _answer_of(kind: type[Query[Any]]) -> Any:
    return kind.__mro__[1].__pydantic_generic_metadata__["args"][0]  # type: ignore[attr-defined]
