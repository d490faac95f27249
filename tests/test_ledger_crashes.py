"""Killed at every point of the sweep: each row gets the end it would have had, and no prompt is written twice.

A point is the end of a transaction that is not committed yet, the moment after it is, and every point of `Node.at`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from bot.node import Node, nothing_happens
from bot.storage import Storage
from records import due, facts, people
from records.database import Database, Tx
from records.facts import Where
from records.tables import DueItem, Outbox, table
from scheduler import planning
from study.facts import CheckInFinished, DosePrompts, Enrolled, MedicineEpisode
from tests.clinic import MORPHINE, Clinic, clinic_over
from tests.databases import Shelf, url_of
from tests.living import books

T = TypeVar("T")
items, letters = table(DueItem), table(Outbox)
SUNDAY_AFTERNOON = datetime(2026, 3, 8, 20, 50, tzinfo=UTC)  # 16:50 in New York
BASELINES = (date(2026, 3, 2), date(2025, 12, 5), date(2025, 11, 26), date(2025, 2, 8))
"""Of four people: their first Sunday, a check-in three days old, one ten days old, and the goodbye of tomorrow."""
LONG = timedelta(hours=5)
"""After so long between two moments the process had been off."""
EVENING = MORPHINE.model_copy(update={"times": "20:00"})


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class Mortal(Storage):
    """A storage whose process dies at the point of this number, and never writes again."""

    def __init__(self, database: Database, dies_at: int | None) -> None:
        super().__init__(database)
        self.passed, self.dies_at, self.dead = 0, dies_at, False

    def point(self, _: str = "") -> None:
        self.passed += 1
        self.dead |= self.passed == self.dies_at
        if self.dead:
            raise Killed

    async def write(self, work: Callable[[Tx], T], actor: str = "study") -> T:
        def uncommitted(tx: Tx) -> T:
            done = work(tx)
            self.point()
            return done

        done = await super().write(uncommitted, actor)
        self.point()
        return done


def four_people(database: Database) -> None:
    """Four people on a Sunday afternoon, to whom much comes this evening."""
    asyncio.run(_four_people(url_of(database)))


async def _four_people(url: str) -> None:
    async with clinic_over(url, at=SUNDAY_AFTERNOON - timedelta(hours=1)) as clinic:
        for number, baseline_on in enumerate(BASELINES):
            patient = await clinic.enrolled("mbt", f"P{number}", EVENING)
            await patient.says("/pain 4")
            with clinic.database.write("test") as tx:
                person = people.by_chat(tx, patient.person.user_id)
                assert person is not None
                where = Where(person.id, person.study_id, "test")
                name = person.study_id
                (medicine,) = facts.in_force(tx, MedicineEpisode, person.id)
                done = CheckInFinished(visit="baseline", complete=True, at=tx.now)
                facts.write(tx, f"{name}-joined", Enrolled(on=tx.now.date()), where)
                facts.write(tx, f"{name}-baseline", done, where)
                wanted = DosePrompts(medicine=medicine.entity, wanted=True, at=tx.now)
                facts.write(tx, f"{name}-wants", wanted, where)
                people.change(tx, person.id, "test", enrolled_on=baseline_on, allocated_on=date(2026, 2, 20))
                planning.replan(tx, person.id)
                for row in due.pending_of(tx, person.id):
                    if row.payload.get("visit") == "baseline":
                        due.close(tx, row.id, "answered")


class Evening:
    """The evening of the four, lived by a process that may die on the way."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.phones = [clinic.stranger(f"P{number}") for number in range(len(BASELINES))]
        for phone in self.phones:
            clinic.pretend.world.chats[phone.person.user_id].started = True

    async def lived(self, moments: tuple[datetime, ...], dies_at: int | None) -> int:
        """Live from moment to moment, and once more where the process died; gives the points that were passed."""
        mortal = Mortal(self.clinic.database, dies_at)
        await self._turns(mortal, mortal.point)
        for earlier, at in pairwise(moments):
            self.clinic.clock.at = at
            off = at - earlier > LONG
            if mortal.dead:
                await self._turns(Storage(self.clinic.database) if off else None)
            else:
                await self._turns(mortal if off else None, mortal.point)
        return mortal.passed

    async def _turns(self, storage: Storage | None, at: Callable[[str], None] = nothing_happens) -> None:
        """Everything that is due, by a process started with `storage` or going on; when it dies, by the next."""
        try:
            if storage is not None:
                await self._started(storage, at)
            else:
                self.clinic.node.last_poll_at = self.clinic.clock()
            await self.clinic.settle()
        except Killed:
            busy = self.clinic.node.sender._busy.values() if hasattr(self.clinic.node, "sender") else ()
            await asyncio.gather(*busy, return_exceptions=True)
            await self._turns(Storage(self.clinic.database))

    async def _started(self, storage: Storage, at: Callable[[str], None]) -> None:
        old = self.clinic.node
        self.clinic.node = Node(storage, old.bot, old.world, old.pacer, parcels=old.parcels, at=at)
        self.clinic.node.offset = old.offset
        await self.clinic.node.start()

    def ends(self) -> dict[tuple[int, str, str], tuple[str, str | None]]:
        """Every row whose time has come, with its state and reason."""
        rows = self.clinic.rows(items.select().where(items.c.state != "pending"))
        return {(r.participant_id, r.item, r.occurrence): (r.state, r.reason) for r in rows}

    def written(self) -> list[Any]:
        """The prompts in the outbox."""
        return self.clinic.rows(letters.select().where(letters.c.kind == "prompt").order_by(letters.c.id))

    def heard(self) -> list[Counter[str]]:
        """What each of the four read, with how often."""
        return [Counter(m.text for m in phone.person.messages if m.from_bot) for phone in self.phones]


MINUTES = (0, 10, 70, 100, 126, 185, 240)
EVENING_LIVED = tuple(SUNDAY_AFTERNOON + timedelta(minutes=m) for m in MINUTES)
NIGHT_AWAY = (SUNDAY_AFTERNOON, *(SUNDAY_AFTERNOON + timedelta(hours=h) for h in (18, 19, 20, 23)))


async def one_life(url: str, moments: tuple[datetime, ...], dies_at: int | None) -> tuple[Evening, int]:
    async with clinic_over(url, at=moments[0]) as clinic:
        evening = Evening(clinic)
        passed = await evening.lived(moments, dies_at)
        assert books(clinic) == []
        for result in (evening.ends, evening.written, evening.heard):
            setattr(evening, result.__name__, (lambda kept: lambda: kept)(result()))
        return evening, passed


def killed_everywhere(shelf: Shelf, kind: str, moments: tuple[datetime, ...], every: int) -> None:
    expected = "diary" if moments == EVENING_LIVED else "closing"

    def lived(dies_at: int | None) -> tuple[Evening, int]:
        url = shelf.url(kind, filled=four_people)
        try:
            return asyncio.run(one_life(url, moments, dies_at))
        finally:
            shelf.drop(url)

    spared, points = lived(None)
    assert points > 60
    assert {row.message_key.split(".")[0] for row in spared.written()} >= {"visit", expected}
    for dies_at in range(1, points + 1, every):
        killed, _ = lived(dies_at)
        assert killed.ends() == spared.ends(), dies_at
        assert [row.occurrence for row in killed.written()] == [row.occurrence for row in spared.written()], dies_at
        for told, said in zip(killed.heard(), spared.heard(), strict=True):
            assert (told - said).total() <= 1, "at most one repeat for each chat and kill"
            assert (said - told).total() <= 1, "what may not be repeated is left in doubt, one for each chat and kill"


LIVES = pytest.mark.parametrize("moments", [EVENING_LIVED, NIGHT_AWAY], ids=["an evening", "after a night away"])


@LIVES
def test_killed_in_the_sweep_every_row_has_the_end_it_would_have_had(
    shelf: Shelf, moments: tuple[datetime, ...]
) -> None:
    killed_everywhere(shelf, "sqlite", moments, 29)


@pytest.mark.slow
@LIVES
def test_killed_at_any_point_of_the_sweep_every_row_has_the_end_it_would_have_had(
    kind: str, shelf: Shelf, moments: tuple[datetime, ...]
) -> None:
    killed_everywhere(shelf, kind, moments, 1 if kind == "sqlite" else 5)
