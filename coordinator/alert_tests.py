"""What became of the last test of the alert path: whether each channel took it, and whether somebody answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from content.watching import watching
from records import alerts, post
from records.database import Tx

RULE = "test_alert"
ARRIVED = "sent"


class Channel(BaseModel):
    """One way the test went: `chat`, `mail`, or the same of one of the roster (`dana.chat`), and its letter's state."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: str


class Test(BaseModel):
    """The last test: when, how it went through each channel, who took it and when."""

    model_config = ConfigDict(frozen=True)

    number: int
    sent_at: datetime
    channels: tuple[Channel, ...]
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    over: bool

    @property
    def failures(self) -> tuple[str, ...]:
        """What failed, a line each; empty while there is still time to answer."""
        if not self.over:
            return ()
        lost = [f"{each.name}: {each.state}" for each in self.channels if each.state != ARRIVED]
        none = [] if self.channels else ["there is no channel at all"]
        late = [] if self.taken_in_time else [f"nobody acknowledged test alert {self.number} in time"]
        return tuple([*lost, *none, *late])

    @property
    def taken_in_time(self) -> bool:
        """True when somebody acknowledged it within the time of `safety/watching.toml`."""
        return self.acknowledged_at is not None and self.acknowledged_at <= ends_at(self.sent_at)


def ends_at(sent_at: datetime) -> datetime:
    """Until when a test can be answered."""
    return sent_at + timedelta(hours=watching().test.acknowledge_within_hours)


def last(tx: Tx) -> Test | None:
    """The last test, or None when there was none yet."""
    row = alerts.last_of(tx, RULE)
    if row is None:
        return None
    prefix = f"alert.{row.id}."
    letters = post.of_occurrences(tx, prefix)
    return Test(
        number=row.id,
        sent_at=row.aware_at,
        channels=tuple(Channel(name=each.occurrence.removeprefix(prefix), state=each.state) for each in letters),
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        over=row.acknowledged_at is not None or tx.now > ends_at(row.aware_at),
    )


def failures(tx: Tx) -> tuple[str, ...]:
    """What failed in the last test; nothing when it went well, is still running, or there was none."""
    test = last(tx)
    return () if test is None else test.failures
