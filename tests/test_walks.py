"""Random walks over every talk: taps, words, backs, restarts, old buttons, late timers, parked talks.

Each walk ends in a question or a goodbye, never in silence or an exception; undo and back leave no orphan.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.node import Node
from records import audit, facts
from records.tables import ConversationRow, Inbox, Outbox, table
from study.facts import DoseTaken, ExerciseLed, PauseBegun, PauseEnded
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite

COMMANDS = ("/pause", "/dose", "/pain", "/practice", "/medicines", "/undo", "/fix", "/settings", "/stop", "/mydata",
            "/progress", "/team", "/break", "/help", "/urgent", "/start", "/nonsense")  # fmt: skip
WORDS = ("7", "about 6", "1,5", "8:30", "yes", "no", "back", "stop", "11", "-1", "20", "my dog came to say hello",
         "killing me", "🙂", "oxycodone", "Boston", "skip")  # fmt: skip

act = st.one_of(
    st.tuples(st.just("tap"), st.integers(0, 40)),
    st.tuples(st.just("tap"), st.integers(0, 40)),
    st.tuples(st.just("tap"), st.integers(0, 40)),
    st.tuples(st.just("old"), st.integers(0, 400)),
    st.tuples(st.just("says"), st.sampled_from(WORDS)),
    st.tuples(st.just("says"), st.sampled_from(COMMANDS)),
    st.tuples(st.just("back"), st.none()),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("passes"), st.sampled_from((3, 20, 90, 4000))),
    st.tuples(st.just("late"), st.sampled_from((90, 8000, 90000))),
    st.tuples(st.just("sends"), st.sampled_from(("photo", "voice", "sticker", "contact", "forward"))),
    st.tuples(st.just("edits"), st.sampled_from(WORDS)),
)


class Walker:
    """One person who does anything at all."""

    def __init__(self, clinic: Clinic, patient: Patient) -> None:
        self.clinic, self.patient = clinic, patient

    async def does(self, kind: str, what: Any) -> None:
        spoke = await getattr(self, f"_{kind}")(what)
        await self.clinic.settle()
        if spoke:
            assert self.patient.heard, f"silence after {kind} {what!r}\n{self.patient.transcript()[-2000:]}"
        self._no_input_broke()

    def _no_input_broke(self) -> None:
        inbox = table(Inbox)
        broken = self.clinic.rows(inbox.select().where(inbox.c.state == "set_aside"))
        if broken:
            raise AssertionError(self.clinic.database.keys.open(broken[0].sealed_error))

    def _looks_away(self) -> None:
        self.patient.seen = len(self.patient.person.messages)

    async def _tap(self, number: int) -> bool:
        self._looks_away()
        buttons = self.patient.buttons
        if not buttons:
            return False
        before = self._settled()
        wanted = buttons[number % len(buttons)]
        shown = next(m for m in reversed(self.patient.person.messages) if m.from_bot and wanted in m.button_texts)
        self.patient.person.taps(shown.message_id, wanted)
        await self.clinic.settle()
        return before != self._settled() and not self._hasty(wanted)

    def _settled(self) -> tuple[int, str]:
        return len(self.patient.person.messages), str(self.patient.buttons)

    def _hasty(self, label: str) -> bool:
        return label.startswith("✓")

    async def _old(self, number: int) -> bool:
        with_buttons = [m for m in self.patient.person.messages if m.from_bot and m.button_texts]
        if not with_buttons:
            return False
        self.clinic.clock.move(seconds=30)
        self.clinic.node.last_poll_at = self.clinic.clock()
        await self.clinic.settle()
        self._looks_away()
        shown = with_buttons[number % len(with_buttons)]
        label = shown.button_texts[number % len(shown.button_texts)]
        self.patient.person.taps(shown.message_id, label)
        before = len(self.patient.person.messages)
        ticked = str([m.button_texts for m in with_buttons])
        await self.clinic.settle()
        after = str([m.button_texts for m in self.patient.person.messages if m.from_bot and m.button_texts])
        return len(self.patient.person.messages) == before and ticked == after[: len(ticked)]

    async def _says(self, text: str) -> bool:
        self._looks_away()
        self.patient.person.says(text)
        return True

    async def _back(self, _: None) -> bool:
        self._looks_away()
        if "« Back" not in self.patient.buttons:
            return False
        return await self._tap(self.patient.buttons.index("« Back"))

    async def _restart(self, _: None) -> bool:
        old = self.clinic.node
        node = Node(old.storage, old.bot, old.world, old.pacer, parcels=old.parcels)
        node.offset = old.offset
        await node.start()
        self.clinic.node = node
        return False

    async def _passes(self, seconds: int) -> bool:
        await self.clinic.passes(seconds=seconds)
        return False

    async def _late(self, seconds: int) -> bool:
        self.clinic.clock.move(seconds=seconds)
        return False

    async def _sends(self, what: str) -> bool:
        self._looks_away()
        person = self.patient.person
        sends: dict[str, Callable[[], int]] = {
            "photo": lambda: person.sends_photo(b"x"),
            "voice": person.sends_voice,
            "sticker": person.sends_sticker,
            "contact": person.sends_contact,
            "forward": lambda: person.forwards("words of somebody else"),
        }
        sends[what]()
        return True

    async def _edits(self, text: str) -> bool:
        mine = [m for m in self.patient.person.messages if not m.from_bot and m.kind == "text" and m.text != text]
        self._looks_away()
        if not mine:
            return False
        self.patient.person.edits(mine[-1].message_id, text)
        return True

    async def ends_well(self) -> None:
        """At the end of a walk: a talk in front has a question on the screen, nothing waits, nothing is orphaned."""
        await self.says_help()
        talks, outbox = table(ConversationRow), table(Outbox)
        front = self.clinic.rows(talks.select().where(talks.c.state == "front"))
        assert all(row.ask_key for row in front)
        assert not self.clinic.rows(outbox.select().where(outbox.c.state.in_(("waiting", "sending"))))
        self._no_orphans()
        with self.clinic.database.read() as tx:
            assert list(audit.broken_links(tx)) == []
            assert list(facts.altered(tx)) == []

    async def says_help(self) -> None:
        self._looks_away()
        self.patient.person.says("/help")
        await self.clinic.settle()
        assert self.patient.heard

    def _no_orphans(self) -> None:
        with self.clinic.database.read() as tx:
            pauses = {k.entity for k in facts.in_force(tx, PauseBegun)}
            for kind in (ExerciseLed, PauseEnded, DoseTaken):
                for kept in facts.in_force(tx, kind):
                    pause = kept.fact.pause  # type: ignore[attr-defined]
                    assert pause is None or pause in pauses, f"{kind.__name__} without its pause"


async def walk(acts: list[tuple[str, Any]], arm: str, joining: bool) -> None:
    with tempfile.TemporaryDirectory(dir=_fast()) as folder:
        async with clinic_over(fresh_sqlite(Path(folder))) as clinic:
            if joining:
                patient = clinic.stranger()
                await patient.says(f"/start {clinic.invited(arm).code}")
            else:
                patient = await clinic.enrolled(arm, "Ann", OXYCODONE, MORPHINE, FENTANYL)
            walker = Walker(clinic, patient)
            for kind, what in acts:
                await walker.does(kind, what)
            await walker.ends_well()


def _fast() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder in memory, made for this test


COMMON = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
}


@settings(max_examples=25, **COMMON)  # type: ignore[arg-type]
@given(acts=st.lists(act, min_size=10, max_size=30), arm=st.sampled_from(("mbt", "cbt")), joining=st.booleans())
def test_no_walk_gets_stuck(acts: list[tuple[str, Any]], arm: str, joining: bool) -> None:
    asyncio.run(walk(acts, arm, joining))


@pytest.mark.slow
@settings(max_examples=300, **COMMON)  # type: ignore[arg-type]
@given(acts=st.lists(act, min_size=30, max_size=80), arm=st.sampled_from(("mbt", "cbt")), joining=st.booleans())
def test_no_long_walk_gets_stuck(acts: list[tuple[str, Any]], arm: str, joining: bool) -> None:
    asyncio.run(walk(acts, arm, joining))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_answered(command: str) -> None:
    asyncio.run(walk([("says", command), ("tap", 0), ("tap", 1), ("says", "7"), ("back", None)], "mbt", False))
