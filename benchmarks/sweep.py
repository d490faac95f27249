"""The sweep: an idle look over a million future items, and ten thousand items that come due at once.

The idle look is what runs every second for years: it is timed over a thousand and over a million rows. In the burst
ten thousand people's check-ins come due in the same moment while a few others go on talking with the bot; the letters
leave at the pace set for Telegram, and what is measured is how long those who write wait for their answers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from asyncio.subprocess import Process, create_subprocess_exec
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import bindparam, text

from benchmarks import people as crowd
from benchmarks.people import real_time
from benchmarks.places import KEY, Places
from bot.studio.http import telegram_app
from bot.studio.people import Person
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from records import due, facts, people
from records.database import Database, Tx
from records.facts import Where
from records.sealed import Keyring
from scheduler import planning
from study.facts import CheckInFinished, Enrolled

KINDS = ("sqlite", "postgresql")
FEW, MANY, LOOKS = 1_000, 1_000_000, 400
IDLE_GOAL_MS, IDLE_MORE_GOAL_MS, ANSWER_GOAL_MS = 2.0, 0.2, 200.0
TALKERS, FIRST_TALKER, FIRST_DUE = 10, 5000, 100_000
THINKS_SECONDS = 5.0
FEWEST_ANSWERS = 100

FUTURE = """
WITH RECURSIVE n(i) AS (SELECT {low} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {high})
INSERT INTO due_item
    (participant_id, item, occurrence, due_at, look_at, due_local, zone, payload, protocol_version, state)
SELECT 1, 'diary', 'f' || i, :due_at, :due_at, '2030-01-01T18:30:00', 'UTC', '{{}}', '1', 'pending' FROM n
"""
INVITED_NOW = text("UPDATE due_item SET look_at = :now_ WHERE item = 'visit.month_3.invite' AND state = 'pending'")


@contextmanager
def opened(places: Places, kind: str) -> Iterator[Database]:
    """A fresh database with the people of `Places` in it."""
    database = Database(places.new(kind), Keyring(KEY), real_time)
    try:
        yield database
    finally:
        database.close()


def idle(places: Places, kind: str) -> tuple[float, float]:
    """Milliseconds of an idle look (median) over a thousand and over a million future items."""
    with opened(places, kind) as database:
        _future(database, 0, FEW)
        few = _look(database)
        _future(database, FEW, MANY)
        return few, _look(database)


def _future(database: Database, low: int, high: int) -> None:
    later = text(FUTURE.format(low=low, high=high)).bindparams(bindparam("due_at", type_=due.due.c.due_at.type))
    with database.write() as tx:
        tx.conn.execute(later, {"due_at": real_time() + timedelta(days=400)})
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))


def _look(database: Database) -> float:
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        with database.read() as tx:
            assert not due.due_now(tx, 500)
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


# --- ten thousand at once ---------------------------------------------------------------------------------------------


def midday_zone(now: datetime) -> str:
    """A zone in which it is about noon, so that no quiet hours are in the way."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def three_months_before_soon(today: date) -> date:
    """An enrolment whose month 3 is tomorrow, or the first of next month where a month has no such day."""
    soon = today + timedelta(days=1)
    while soon.day > 28:
        soon += timedelta(days=1)
    year, month = divmod(soon.year * 12 + soon.month - 1 - 3, 12)
    return date(year, month + 1, soon.day)


def fill(database: Database, count: int, told: Callable[[str], None]) -> None:
    """People whose month 3 begins soon, their plans written."""
    now = real_time()
    zone, enrolled_on = midday_zone(now), three_months_before_soon(now.date())
    for begin in range(0, count, 250):
        with database.write("staff") as tx:
            for n in range(begin, min(begin + 250, count)):
                _in_their_third_month(tx, FIRST_DUE + n, zone, enrolled_on)
        told(f"{min(begin + 250, count)} of {count} people are enrolled")


def _in_their_third_month(tx: Tx, chat_id: int, zone: str, enrolled_on: date) -> None:
    study_id = people.add(tx, arm="mbt", test=False)
    person = people.by_study_id(tx, study_id)
    people.link(tx, person.id, chat_id)
    began = datetime.combine(enrolled_on, datetime.min.time(), UTC)
    known = {"status": "enrolled", "zone": zone, "enrolled_on": enrolled_on, "enrolled_at": began}
    people.change(tx, person.id, "participant:enrolled", **known)
    where = Where(person.id, study_id, "staff")
    facts.write(tx, f"{study_id}-e", Enrolled(on=enrolled_on), where)
    facts.write(tx, f"{study_id}-b", CheckInFinished(visit="baseline", complete=True, at=began), where)
    planning.replan(tx, person.id)


async def burst(places: Places, kind: str, count: int) -> None:
    """Everybody's invitation comes due at once; prints how fast they leave and how long answers take meanwhile."""
    url = places.new(kind)
    database = Database(url, Keyring(KEY), real_time)
    fill(database, count, progress)
    pretend = PretendTelegram(real_time, keep_messages=3)
    talkers = [pretend.person(FIRST_TALKER + n, f"T{n}") for n in range(TALKERS)]
    invited = [pretend.person(FIRST_DUE + n, f"D{n}") for n in range(count)]
    for person in (*talkers, *invited):
        pretend.world.chats[person.user_id].started = True
    async with serving(telegram_app(pretend)) as address:
        process = await _coach(pretend.token, address, url)
        try:
            await _lived(pretend, talkers, invited, database)
        finally:
            process.kill()
            await process.wait()
            database.close()


async def _coach(token: str, address: str, url: str) -> Process:
    env = os.environ | {
        "COACH_TELEGRAM_TOKEN": token,
        "COACH_TELEGRAM_API_URL": address,
        "COACH_SECRET_KEY": KEY,
        "COACH_LOG_LEVEL": "ERROR",
        "COACH_DATABASE_URL": url,
        "PTB_TIMEDELTA": "1",
    }
    return await create_subprocess_exec(sys.executable, "-m", "benchmarks.bots", "coach", env=env)


async def _lived(pretend: PretendTelegram, talkers: list[Person], invited: list[Person], database: Database) -> None:
    stop = asyncio.Event()
    waits: list[float] = []
    await asyncio.gather(*(_answered(pretend, talker) for talker in talkers))
    with database.write() as tx:
        tx.conn.execute(INVITED_NOW.bindparams(bindparam("now_", type_=due.due.c.look_at.type)), {"now_": tx.now})
    began = time.perf_counter()
    talking = [asyncio.ensure_future(_talks(pretend, each, stop, waits)) for each in talkers]
    while (there := sum(_newest(each) > 0 for each in invited)) < len(invited):
        progress(f"{there} of {len(invited)} invitations are there, {len(waits)} answers")
        await asyncio.sleep(1.0)
    seconds = time.perf_counter() - began
    stop.set()
    await asyncio.gather(*talking)
    if len(waits) < FEWEST_ANSWERS:
        print(f"  only {len(waits)} answers were timed: the figure says little")
    p99 = 1000 * statistics.quantiles(waits, n=100)[98]
    verdict = "met" if p99 <= ANSWER_GOAL_MS else "MISSED"
    every = len(invited) + len(waits)
    print(f"  {len(invited)} invitations and {len(waits)} answers in {seconds:.0f} s: {every / seconds:.1f} letters/s")
    print(
        f"  answers: median {1000 * statistics.median(waits):.0f} ms, 99th percentile "
        f"{p99:.0f} ms   goal {ANSWER_GOAL_MS:.0f} ms {verdict}",
        flush=True,
    )


def _newest(person: Person) -> int:
    last = person.last
    return last.message_id if last is not None else 0


async def _answered(pretend: PretendTelegram, person: Person) -> float:
    """Write the next thing, and give the seconds until the answer is there."""
    shown = person.last
    buttons = tuple(button for button in shown.button_texts) if shown is not None else ()
    before, began = _newest(person), time.perf_counter()
    crowd.typed(person, buttons)
    while _newest(person) <= before:
        await pretend.changed.wait(60.0)
    return time.perf_counter() - began


async def _talks(pretend: PretendTelegram, person: Person, stop: asyncio.Event, waits: list[float]) -> None:
    await asyncio.sleep(THINKS_SECONDS * (person.user_id - FIRST_TALKER) / TALKERS)
    while not stop.is_set():
        waits.append(await _answered(pretend, person))
        await asyncio.sleep(THINKS_SECONDS)


def progress(words: str) -> None:
    """Say on a terminal how far it is."""
    if sys.stderr.isatty():
        print(f"\r  {words}\x1b[K", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Both, on both databases."""
    parser = argparse.ArgumentParser(description="An idle sweep over a million items; ten thousand due at once.")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--burst", type=int, default=10_000, help="items that come due at once; 0 leaves it out")
    parser.add_argument("--no-idle", action="store_true")
    told = parser.parse_args()
    places = Places(TALKERS)
    try:
        for kind in told.kinds:
            if not told.no_idle:
                few, many = idle(places, kind)
                met = many <= IDLE_GOAL_MS and many - few <= IDLE_MORE_GOAL_MS
                print(
                    f"{kind}: an idle look over {FEW:,} items {few:.3f} ms, over {MANY:,} items {many:.3f} ms", end=""
                )
                goal = f"at most {IDLE_GOAL_MS} ms, and {IDLE_MORE_GOAL_MS} ms more"
                print(f"   goal {goal} {'met' if met else 'MISSED'}", flush=True)
            if told.burst:
                print(f"{kind}: {told.burst:,} check-ins due at once, {TALKERS} people talk meanwhile", flush=True)
                asyncio.run(burst(places, kind, told.burst))
    finally:
        places.close()


if __name__ == "__main__":
    main()
