"""The test driver: people who talk with the real application, over a pretend Telegram in memory.

`await ann.says("/dose")`, `await ann.taps("7")`, `assert "how much" in ann.hears`, `await clinic.later(minutes=3)`.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel
from telegram import Bot

import records.fact_tables  # noqa: F401 - the tables must be known before they are made
from bot.node import Node
from bot.pacing import Pacer
from bot.parcels import parcel
from bot.storage import Storage
from bot.studio.chats import Shown
from bot.studio.memory import PretendRequest
from bot.studio.people import Person
from bot.studio.telegram import PretendTelegram
from bot.world import World
from records import facts, people
from records.database import Database
from records.sealed import Keyring
from study.facts import MedicineEpisode
from study.steps import Fact
from tests.compiled import sharing

KEY = "a test key of some length"
FIRST_WORDING: dict[str, Any] = {"draw": lambda below: 0}
"""Lines that come in several wordings come in the first one."""
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


class Patient:
    """A person with a phone: what they do, and what they read."""

    def __init__(self, clinic: Clinic, person: Person) -> None:
        self.clinic, self.person = clinic, person
        self.seen = person.count
        self.script: list[str] = []

    async def says(self, text: str) -> Patient:
        """Write something; the bot answers."""
        self._begin(f"> {text}")
        self.person.says(text)
        await self.clinic.settle()
        self._note()
        return self

    async def taps(self, button: str) -> Patient:
        """Tap a button of the newest message that has it, or a standing button below the chat."""
        self._begin(f"> [{button}]")
        standing = any(button in row for row in self.person.keyboard) and button not in self.last.button_texts
        shown = None if standing else self._with(button)
        if shown is None:
            assert any(button in row for row in self.person.keyboard), f"no button {button!r}; {self.buttons}"
            self.person.says(button)
        else:
            self.person.taps(shown.message_id, button)
        await self.clinic.settle()
        self._note()
        return self

    async def does(self, *acts: str) -> Patient:
        """Several taps or, with a leading `>`, messages, one after the other."""
        for act in acts:
            await (self.says(act[1:]) if act.startswith(">") else self.taps(act))
        return self

    def _with(self, button: str) -> Shown | None:
        return next((m for m in self.person.newest_first() if m.from_bot and button in m.button_texts), None)

    def _begin(self, line: str) -> None:
        self.seen = self.person.count
        self.script.append(line)

    def _note(self) -> None:
        for shown in self.heard:
            self.script.append(shown.text or f"({shown.kind})")
            if shown.button_texts:
                self.script.append("   " + " ".join(f"[{b}]" for b in shown.button_texts))

    @property
    def heard(self) -> list[Shown]:
        """The bot's messages since the person last did something."""
        return [m for m in self.person.since(self.seen) if m.from_bot]

    @property
    def hears(self) -> str:
        """The same, as one text."""
        return "\n".join(m.text for m in self.heard)

    @property
    def buttons(self) -> list[str]:
        """The buttons under the newest message of the bot that has any."""
        with_buttons = (m for m in self.person.newest_first() if m.from_bot and m.button_texts)
        return list(next((m.button_texts for m in with_buttons), ()))

    @property
    def last(self) -> Shown:
        """The newest message of the bot."""
        last = self.person.last
        assert last is not None, "the bot has written nothing"
        return last

    def transcript(self) -> str:
        """The whole talk, as a clinician can read it."""
        return "\n".join(self.script) + "\n"


class Clinic:
    """The real application around one database, with Telegram and the clock in hand."""

    def __init__(self, node: Node, pretend: PretendTelegram, clock: Clock) -> None:
        self.node, self.pretend, self.clock = node, pretend, clock
        self.database = node.storage.database
        self._numbers = itertools.count(1001)

    async def settle(self) -> None:
        """Everything that waits: updates fetched, turns taken, due items, letters sent."""
        while True:
            new = await self.node.poll_once()
            turns = await self.node.work()
            swept = await self.node.sweep()
            await self.node.sender.drain()
            await self.node.settle_background()
            if not (new or turns or swept or self.pretend.pending()):
                return

    async def later(self, **by: float) -> None:
        """Time passes, in one go: what fell due in it comes late."""
        self.clock.move(**by)
        self.node.last_poll_at = self.clock()
        await self._with_patients_listening()

    async def passes(self, **by: float) -> None:
        """Time passes second by second where something is due: nothing comes late."""
        from records import due

        until = self.clock() + timedelta(**by)
        while True:
            with self.database.read() as tx:
                next_at = due.next_due_at(tx)
            if next_at is None or next_at > until:
                break
            self.clock.at = max(self.clock(), next_at)
            self.node.last_poll_at = self.clock()
            await self._with_patients_listening()
        self.clock.at = until
        self.node.last_poll_at = until
        await self._with_patients_listening()

    patients: list[Patient]

    async def _with_patients_listening(self) -> None:
        for patient in getattr(self, "patients", []):
            patient.seen = patient.person.count
        await self.settle()
        for patient in getattr(self, "patients", []):
            patient._note()

    def stranger(self, name: str = "Ann") -> Patient:
        """Somebody with Telegram who is in no study."""
        patient = Patient(self, self.pretend.person(next(self._numbers), name))
        self.patients = [*getattr(self, "patients", []), patient]
        return patient

    def invited(self, arm: str | None = "mbt", *, test: bool = False) -> people.Invited:
        """A new participant with an invitation."""
        with self.database.write("staff") as tx:
            return people.invite(tx, people.add(tx, arm=arm, test=test), 14)

    async def enrolled(self, arm: str | None = "mbt", name: str = "Ann", *medicines: MedicineEpisode) -> Patient:
        """A person who has joined, in New York, with the medicines given (oxycodone as needed when none is).

        The talk of enrolment has tests of its own; here its outcome is written down at once.
        """
        invited, patient = self.invited(arm), self.stranger(name)
        with self.database.write("staff") as tx:
            person = people.by_study_id(tx, invited.study_id)
            people.link(tx, person.id, patient.person.user_id)
            joined = {"status": "enrolled", "enrolled_on": tx.now.date(), "enrolled_at": tx.now}
            joined |= {"allocated_on": tx.now.date()} if arm is not None else {}
            people.change(tx, person.id, "participant:enrolled", zone="America/New_York", **joined)
        self.give_medicines(invited.study_id, *(medicines or (OXYCODONE,)))
        await patient.says("/start")
        patient.script.clear()
        return patient

    def give_medicines(self, study_id: str, *medicines: MedicineEpisode) -> None:
        """Put medicines on the list, as the coordinator does."""
        with self.database.write("staff") as tx:
            person = people.by_study_id(tx, study_id)
            for place, medicine in enumerate(medicines):
                facts.write(tx, f"{study_id}-m{place}", medicine, facts.Where(person.id, study_id, "staff"))

    def kept(self, kind: type[Fact]) -> list[Any]:
        """The facts of a kind that stand."""
        with self.database.read() as tx:
            return [k.fact for k in facts.in_force(tx, kind)]

    def rows(self, statement: Any) -> list[Any]:
        """Rows of a statement."""
        with self.database.read() as tx:
            return tx.rows(statement)


OXYCODONE = MedicineEpisode(
    nickname="oxy",
    product="oxycodone",
    form="tablet",
    strength=5,
    unit="mg",
    schedule="as_needed",
    usual_count=1,
    max_per_day=4,
    starts_on=START.date(),
    change="started",
    confirmed=True,
    source="staff",
)
MORPHINE = OXYCODONE.model_copy(
    update={
        "nickname": "morning tablet",
        "product": "morphine",
        "form": "er_tablet",
        "strength": 15,
        "schedule": "scheduled",
        "max_per_day": 2,
        "times": "08:00,20:00",
    }
)
FENTANYL = OXYCODONE.model_copy(
    update={
        "nickname": "patch",
        "product": "fentanyl",
        "form": "patch",
        "strength": 25,
        "unit": "mcg/h",
        "schedule": "scheduled",
        "max_per_day": None,
    }
)


@asynccontextmanager
async def clinic_over(url: str, world: dict[str, Any] | None = None, at: datetime = START) -> AsyncIterator[Clinic]:
    """The application over a database, started."""
    clock = Clock(at)
    pretend = PretendTelegram(clock)
    request = PretendRequest(pretend)
    bot = Bot(pretend.token, request=request, get_updates_request=request)
    database = sharing(Database(url, Keyring(KEY), clock))
    node = Node(
        Storage(database), bot, World(bot="1", **(FIRST_WORDING | (world or {}))), Pacer(None, None), parcels=parcel
    )
    async with bot:
        await node.start()
        try:
            yield Clinic(node, pretend, clock)
        finally:
            await node.close()


def fresh_sqlite(folder: Path) -> str:
    """A new SQLite database with its tables."""
    path = folder / "clinic.sqlite3"
    path.write_bytes(_blank())
    return f"sqlite:///{path}"


@cache
def _blank() -> bytes:
    """An empty database with its tables, made once a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.sqlite3"
        database = Database(f"sqlite:///{path}", Keyring(KEY), Clock())
        SQLModel.metadata.create_all(database.engine)
        database.close()
        return path.read_bytes()
