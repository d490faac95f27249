"""A study of a million doses exported as CSV: the table of doses beside a bare `csv.writer` loop, and `coach export`.

The bare loop writes the same columns, as they lie in the table, in the order of the same key; it knows nothing of
participants, revisions, medicine codes, instants or formulas. Each side runs in a process of its own; rounds are
interleaved and the ratio is the median of the pairs. `coach export` is the command itself, as a coordinator runs it:
every table, codebook and manifest; its memory is the most the whole process has had, interpreter and imports with it.
A snapshot is consistent by test (tests/test_export_cut.py).
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from content.exports import exported
from coordinator.csv_files import write_table
from coordinator.projections import rows_of
from coordinator.projections.cut import Cut
from records import people
from records.database import Database
from records.fact_tables import TABLE_OF
from records.sealed import Keyring
from records.tables import table
from records.upgrade import upgrade
from study.facts import DoseTaken

ROWS, PEOPLE, ROUNDS = 1_000_000, 500, 5
GOAL_RATIO, GOAL_MB = 1.5, 100.0
KEY = "a key for benchmarks, of some length"
FIRST = datetime(2025, 1, 1, 8, 0, tzinfo=UTC)
BATCH = 20_000
BARE = (
    "entity, participant_id, pause, medicine, product, form, strength, unit, count, taken_at, taken_local, zone, "
    "recorded_at, source, time_quality, status"
)


def _database(path: Path) -> Database:
    return Database(f"sqlite:///{path}", Keyring(KEY), lambda: datetime.now(UTC))


def fill(path: Path, rows: int) -> None:
    """A database with so many doses of five hundred people."""
    database = _database(path)
    upgrade(database)
    with database.write() as tx:
        ids = [people.by_study_id(tx, people.add(tx, arm=None, test=False)).id for _ in range(PEOPLE)]
        numbers = iter(range(rows))
        while batch := list(itertools.islice(numbers, BATCH)):
            tx.conn.execute(insert(table(TABLE_OF[DoseTaken])), [_dose(n, ids) for n in batch])
    database.close()


def _dose(number: int, ids: list[int]) -> dict[str, object]:
    at = FIRST + timedelta(minutes=number % 500_000)
    fact = DoseTaken(
        medicine="m1",
        product="oxycodone",
        form="tablet",
        strength=5.0,
        unit="mg",
        count=1.0,
        status="taken",
        taken_at=at,
        taken_local=at.replace(tzinfo=None).isoformat(),
        zone="America/New_York",
        time_quality="now",
    )
    kept = {"revision": 1, "state": "recorded", "step": "dose", "recorded_at": at, "recorded_by": "participant"}
    place = {"entity": f"{number * 2_654_435_761 % 2**64:016x}", "participant_id": ids[number % len(ids)]}
    return fact.model_dump() | kept | place | {"salt": "0" * 16}


def ours(path: Path, out: Path) -> int:
    """Write the table as an export does; gives the rows."""
    doses = next(each for each in exported() if each.name == "doses")
    database = _database(path)
    with database.read() as tx:
        return write_table(out, doses, rows_of(tx, Cut(tx.now), doses), Counter(), lambda _: None)


def bare(path: Path, out: Path) -> int:
    """Write the same columns with nothing but the standard library; gives the rows."""
    with sqlite3.connect(path) as connection, out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(BARE.split(", "))
        rows = connection.execute(f"SELECT {BARE} FROM dose ORDER BY entity")  # noqa: S608
        counted = itertools.count()
        writer.writerows(row for row, _ in zip(rows, counted, strict=False))
        return next(counted)


SIDES = {"ours": ours, "bare": bare}


@dataclass(frozen=True)
class Run:
    """What one process took: CPU seconds, and the most memory it had, in MB (of 1024 x 1024 bytes)."""

    seconds: float
    peak_mb: float


def one(side: str, path: Path) -> Run:
    """One table, written by a process of its own."""
    return _run("benchmarks.export", "--side", side, "--database", str(path))


def whole(path: Path) -> Run:
    """The command, writing everything."""
    settings = {"COACH_DATABASE_URL": f"sqlite:///{path}", "COACH_SECRET_KEY": KEY}
    return _run("bot", "export", "--out", str(path.with_name("whole")), **settings)


def _run(*words: str, **settings: str) -> Run:
    command = [sys.executable, "-m", "benchmarks.watched", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | settings)
    return Run(*map(float, done.stdout.splitlines()[-1].split()))


def main() -> int:
    """Measure both sides in turn; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--database", type=Path)
    asked = parser.parse_args()
    if asked.side:
        SIDES[asked.side](asked.database, asked.database.with_name(f"{asked.side}.csv"))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coach.sqlite3"
        fill(path, asked.rows)
        pairs = [(one("ours", path), one("bare", path)) for _ in range(asked.rounds)]
        everything = whole(path)
    ratio = statistics.median(mine.seconds / theirs.seconds for mine, theirs in pairs)
    print(f"{asked.rows} doses as CSV, median of {asked.rounds} pairs, each in a process of its own")
    print(f"  doses.csv      {statistics.median(mine.seconds for mine, _ in pairs):6.1f} s")
    print(f"  csv + sqlite3  {statistics.median(theirs.seconds for _, theirs in pairs):6.1f} s")
    print(f"  ratio {ratio:.2f} (goal: at most {GOAL_RATIO})")
    print(f"  coach export   {everything.seconds:6.1f} s, {everything.peak_mb:.0f} MB (goal: at most {GOAL_MB:.0f})")
    return int(ratio > GOAL_RATIO or everything.peak_mb > GOAL_MB)


if __name__ == "__main__":
    sys.exit(main())
