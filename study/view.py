"""What a conversation knows of its participant: reply 0 of every talk, a stored snapshot."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

Arm = Literal["mbt", "cbt"]
Schedule = Literal["scheduled", "as_needed"]


class MedicineView(BaseModel):
    """One medicine in force: what the label says, and what the person calls it.

    `usual_count` and `max_per_day` count units of the form (tablets, mL, sprays, patches); `times` are local `HH:MM`.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    nickname: str
    product: str
    form: str
    strength: float
    unit: str
    schedule: Schedule
    usual_count: float | None = None
    max_per_day: float | None = None
    times: tuple[str, ...] = ()

    @property
    def as_needed(self) -> bool:
        """True for a medicine taken when the person decides, never for a patch."""
        return self.schedule == "as_needed" and self.form != "patch"


class ParticipantView(BaseModel):
    """The participant as a talk sees them; `arm` is None before allocation."""

    model_config = ConfigDict(frozen=True)

    study_id: str
    arm: Arm | None = None
    language: str = "en"
    zone: str = "UTC"
    discreet: bool = False
    enrolled: bool = False
    quiet_from: str = "21:00"
    quiet_to: str = "08:00"
    medicines: tuple[MedicineView, ...] = ()
    last_minutes: int | None = None
    avoid_exercises: tuple[str, ...] = ()
    readers: str | None = None
    readers_when: str | None = None
    emergency: str = ""
    crisis: str = ""

    def medicine(self, medicine_id: str) -> MedicineView | None:
        """The medicine in force with this id."""
        return next((m for m in self.medicines if m.id == medicine_id), None)

    def local(self, instant: datetime) -> datetime:
        """The wall clock of this participant at `instant`, without a zone."""
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


class Opening(BaseModel):
    """Reply 0: the snapshot, what the talk was begun with, and the due item it answers (None: none)."""

    model_config = ConfigDict(frozen=True)

    me: ParticipantView
    args: dict[str, Any] = {}
    prompt: int | None = None


def instant_of(local: datetime, zone: str) -> datetime:
    """The instant (UTC) of a wall-clock time in `zone`.

    A time that a spring change skips becomes the first valid minute after the gap; one that comes twice means
    the first.
    """
    there = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    instant = there.astimezone(UTC)
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local:
        return instant
    return _end_of_gap(local, zone)


def _end_of_gap(local: datetime, zone: str) -> datetime:
    tz = ZoneInfo(zone)
    before = local.replace(tzinfo=tz, fold=0).utcoffset()
    after = local.replace(tzinfo=tz, fold=1).utcoffset()
    low = (local - (before or timedelta())).replace(tzinfo=UTC) - abs((before or timedelta()) - (after or timedelta()))
    high = (local - (before or timedelta())).replace(tzinfo=UTC)
    old = low.astimezone(tz).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(tz).utcoffset() == old else (low, middle)
    return high.replace(second=0, microsecond=0)


def study_day(local: datetime, ends_at: time) -> date:
    """The study day of a wall-clock time: hours before `ends_at` still belong to the day before."""
    return (local - timedelta(hours=ends_at.hour, minutes=ends_at.minute)).date()
