"""Killed at every boundary and at random: nothing that reached us is lost, nothing counts twice."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.studio.http import telegram_app
from bot.studio.people import Person
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from records import facts, people
from records.database import Database
from records.facts import Where
from records.sealed import Keyring
from records.upgrade import upgrade
from study.facts import DoseTaken, Note
from tests.clinic import KEY, OXYCODONE

BOUNDARIES = ("fetched", "inbox", "turn", "claimed", "accepted", "noted")
PATIENCE_SECONDS = 60.0


def real_time() -> datetime:
    return datetime.now(UTC)


class Drill:
    """Twenty people with phones, one database, and a process that is killed."""

    def __init__(self, folder: Path, chats: int) -> None:
        self.pretend = PretendTelegram(real_time)
        self.url = f"sqlite:///{folder / 'drill.sqlite3'}"
        self.database = Database(self.url, Keyring(KEY), real_time)
        upgrade(self.database)
        self.people = [self.enrolled(5000 + n) for n in range(chats)]
        self.process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def enrolled(self, chat_id: int) -> Person:
        with self.database.write("staff") as tx:
            study_id = people.add(tx, arm="mbt", test=False)
            person = people.by_study_id(tx, study_id)
            people.link(tx, person.id, chat_id)
            people.change(tx, person.id, "participant:enrolled", status="enrolled")
            unlimited = OXYCODONE.model_copy(update={"max_per_day": None})
            facts.write(tx, f"{study_id}-m", unlimited, Where(person.id, study_id, "staff"))
        phone = self.pretend.person(chat_id, f"P{chat_id}")
        self.pretend.world.chats[chat_id].started = True
        return phone

    def start(self, address: str, kill: str = "") -> None:
        env = os.environ | {
            "COACH_TELEGRAM_TOKEN": self.pretend.token,
            "COACH_TELEGRAM_API_URL": address,
            "COACH_DATABASE_URL": self.url,
            "COACH_SECRET_KEY": KEY,
            "COACH_PACING": "false",
            "COACH_LOG_LEVEL": "ERROR",
            "DRILL_KILL": kill,
            "PTB_TIMEDELTA": "1",
        }
        self.process = subprocess.Popen([sys.executable, "-m", "tests.drill.bot_process"], env=env)

    async def died(self) -> None:
        assert self.process is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            code = await asyncio.to_thread(self.process.wait)
        assert code == -9, f"the process ended with {code}, it was not killed"
        self.kills += 1

    async def killed(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.died()

    async def until(self, done: Callable[[], bool], step: Callable[[], None] = lambda: None) -> None:
        """Wait for the world to change until `done`; every change runs `step` (people answering)."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                seen = self.pretend.version
                step()
                if done():
                    return
                if self.pretend.version == seen:
                    await self.pretend.changed.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.database.close()


def words_of_the_bot(phone: Person) -> list[str]:
    return [m.text for m in phone.messages if m.from_bot]


def answers(phone: Person) -> int:
    return sum("I kept your words" in text for text in words_of_the_bot(phone))


async def with_drill(folder: Path, chats: int, run: Callable[[Drill, str], Awaitable[None]]) -> None:
    drill = Drill(folder, chats)
    try:
        async with serving(telegram_app(drill.pretend)) as address:
            await run(drill, address)
    finally:
        drill.end()


def write_notes(drill: Drill, first: int, count: int) -> list[str]:
    texts = [f"the words of note {n}" for n in range(first, first + count)]
    for n, text in enumerate(texts):
        drill.people[n % len(drill.people)].says(text)
    return texts


def assert_nothing_lost(drill: Drill, texts: list[str]) -> None:
    with drill.database.read() as tx:
        kept = Counter(k.fact.text for k in facts.in_force(tx, Note))
    assert kept == Counter(texts), "every note once: none lost, none twice"
    for phone in drill.people:
        written = written_by(phone)
        assert written <= answers(phone) <= written + drill.kills, "at most one repeat for each chat and kill"


async def killed_at_each_boundary(drill: Drill, address: str, notes: int, rounds: int) -> None:
    texts: list[str] = []
    portion = notes // (rounds * len(BOUNDARIES))
    for n in range(rounds):
        for point in BOUNDARIES:
            texts += write_notes(drill, len(texts), portion)
            once_is_sure = point in ("fetched", "inbox")
            drill.start(address, f"{point}:{1 if once_is_sure else 1 + n * 3}")
            await drill.died()
    texts += write_notes(drill, len(texts), notes - len(texts))
    drill.start(address)
    await drill.until(lambda: all(answers(p) >= written_by(p) for p in drill.people))
    await drill.killed()
    assert_nothing_lost(drill, texts)


def written_by(phone: Person) -> int:
    return sum(not m.from_bot for m in phone.messages)


async def test_killed_at_every_boundary_nothing_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    await with_drill(tmp_path, 6, lambda drill, address: killed_at_each_boundary(drill, address, 240, 1))


@pytest.mark.slow
async def test_a_thousand_inputs_and_a_kill_at_every_boundary_again_and_again(tmp_path: Path) -> None:
    await with_drill(tmp_path, 20, lambda drill, address: killed_at_each_boundary(drill, address, 1000, 4))


class Tapper:
    """Somebody who logs one dose after the other, tapping as soon as there is something new to tap."""

    def __init__(self, phone: Person, doses: int) -> None:
        self.phone, self.left, self.acted_on, self.taps = phone, doses, "", 0

    def step(self) -> None:
        last = self.phone.last
        if not self.acted_on:
            self.acted_on = "begun"
            self.phone.says("/dose")
        elif last is not None and last.text != self.acted_on:
            # the same words again are a repeat after a kill: a person would not answer them twice
            self.acted_on = last.text
            self._answer(last.button_texts)

    def _answer(self, buttons: tuple[str, ...]) -> None:
        for wanted in ("1 tablet (usual)", "Now", "Another one"):
            if wanted in buttons:
                self.phone.taps(None, wanted)
                self.taps += 1
                return
        self.left -= 1
        if self.left > 0:
            self.phone.says("/dose")


async def taps_under_fire(drill: Drill, address: str, doses: int, kills: int) -> None:
    rng = random.Random(7)  # noqa: S311 - the same marks every time
    tappers = [Tapper(phone, doses) for phone in drill.people]

    def everybody_acts() -> None:
        for tapper in tappers:
            tapper.step()

    def tapped() -> int:
        return sum(t.taps for t in tappers)

    whole = len(tappers) * doses * 3
    for _ in range(kills):
        mark = tapped() + rng.randrange(1, max(whole // kills, 2))
        drill.start(address)
        await drill.until(lambda mark=mark: tapped() >= mark or all(t.left == 0 for t in tappers), everybody_acts)  # type: ignore[misc]
        await drill.killed()
    drill.start(address)
    await drill.until(lambda: all(t.left == 0 for t in tappers), everybody_acts)
    await drill.killed()
    assert_every_dose_once(drill, tappers, doses)


def assert_every_dose_once(drill: Drill, tappers: list[Tapper], doses: int) -> None:
    with drill.database.read() as tx:
        for tapper in tappers:
            person = people.by_chat(tx, tapper.phone.user_id)
            assert person is not None
            logged = len(list(facts.in_force(tx, DoseTaken, person.id)))
            confirmed = sum("/undo" in text for text in words_of_the_bot(tapper.phone))
            assert logged == doses, "every dose once: none lost, none counted twice"
            assert logged <= confirmed <= logged + drill.kills, "at most one repeat for each chat and kill"


@pytest.mark.slow
async def test_taps_while_the_process_is_killed_at_random(tmp_path: Path) -> None:
    await with_drill(tmp_path, 5, lambda drill, address: taps_under_fire(drill, address, 6, 3))


@pytest.mark.slow
async def test_a_thousand_taps_while_the_process_is_killed_at_random(tmp_path: Path) -> None:
    await with_drill(tmp_path, 20, lambda drill, address: taps_under_fire(drill, address, 17, 10))
