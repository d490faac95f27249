"""The clock of the process: APScheduler with a handful of jobs in memory that wake the sweep and the nightly work.

No study date is ever a job: those are rows (docs/adr/0004). A job that comes late still runs, once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger


@dataclass(frozen=True)
class Every:
    """A job that runs every so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Nightly:
    """A job that runs once a day, at an hour and minute of UTC."""

    hour: int
    minute: int = 0


When = Every | Nightly
Job = Callable[[], Awaitable[Any]]


def clockwork(jobs: Mapping[str, tuple[When, Job]]) -> AsyncIOScheduler:
    """A scheduler with these jobs, not started: none runs twice at once, missed runs become one, none is dropped."""
    scheduler = AsyncIOScheduler(timezone=UTC)
    for name, (when, job) in jobs.items():
        scheduler.add_job(job, _trigger(when), id=name, max_instances=1, coalesce=True, misfire_grace_time=None)
    return scheduler


def _trigger(when: When) -> Any:
    if isinstance(when, Every):
        return IntervalTrigger(seconds=when.seconds, timezone=UTC)
    return CronTrigger(hour=when.hour, minute=when.minute, timezone=UTC)
