"""The clock of the process: it wakes the sweep and the work of the night, and knows no date of the study."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.clockwork import Every, Nightly, clockwork

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "scheduler", "coordinator", "records", "study", "content")


async def test_a_job_that_comes_late_runs_once_and_is_never_dropped() -> None:
    runs: list[datetime] = []
    ran = asyncio.Event()

    async def work() -> None:
        runs.append(datetime.now(UTC))
        ran.set()

    clock = clockwork({"sweep": (Every(3600), work), "night": (Nightly(3), work)})
    clock.start(paused=True)
    for job in clock.get_jobs():
        assert (job.max_instances, job.coalesce, job.misfire_grace_time) == (1, True, None)
    clock.modify_job("sweep", next_run_time=datetime.now(UTC) - timedelta(days=3))
    clock.resume()
    async with asyncio.timeout(10):
        await ran.wait()
    clock.shutdown()
    assert len(runs) == 1, "three days of missed runs are one"


def test_no_date_of_the_study_is_a_job() -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    asking = {str(path.relative_to(ROOT)) for path in files if "apscheduler" in path.read_text(encoding="utf-8")}
    assert asking == {"scheduler/clockwork.py"}
    assert "DateTrigger" not in (ROOT / "scheduler/clockwork.py").read_text(encoding="utf-8")
