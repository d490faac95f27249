"""What can go wrong between Telegram and us: nothing is lost, nothing counts twice, nobody gets a burst."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.running import bot_of, started
from bot.studio.faults import Fate
from bot.studio.http import telegram_app
from bot.studio.telegram import PretendTelegram
from coordinator import alerting
from records.database import Database
from records.sealed import Keyring
from records.tables import Inbox, table
from study.facts import DoseTaken, Note, PainRated, PauseBegun, PauseEnded
from tests.clinic import KEY, Clock, fresh_sqlite
from tests.journeys.live import (
    EXERCISE,
    GUARD_SECONDS,
    Line,
    Running,
    heard_texts,
    later_in_15_minutes,
    running,
    settings_for,
)
from tests.ports import free_port


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path) as clinic:
        yield clinic


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.TIMEOUT])
async def test_when_answers_get_lost_a_question_comes_twice_at_most_and_nothing_is_recorded_twice(
    clinic: Running, fate: Fate
) -> None:
    ann = await clinic.enrolled("mbt")
    for said in (">/pause", "6", "4", "Both", "No exercise, log only", "5", "3", "I took it, or take it now"):
        clinic.pretend.faults.next(fate, method="sendMessage")
        await ann.does(said)
    clinic.pretend.faults.next(fate, method="sendMessage")
    await ann.taps("1 tablet (usual)")
    assert max(Counter(heard_texts(ann)).values()) == 2
    assert len(clinic.kept(PauseBegun)) == len(clinic.kept(PauseEnded)) == len(clinic.kept(DoseTaken)) == 1
    assert not clinic.letters("unknown")


async def test_a_letter_whose_answer_is_lost_again_and_again_is_not_sent_for_ever(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    clinic.pretend.faults.next(Fate.LOST, 5, method="sendMessage")
    await ann.says("/dose")
    assert Counter(heard_texts(ann))[ann.last.text] == 2
    assert clinic.letters("unknown") == 1


async def test_told_to_wait_we_wait_that_long_and_send_once(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    before = clinic.pretend.world.calls["sendmessage"]
    clinic.pretend.faults.next(Fate.FLOOD, method="sendMessage", retry_after=7)
    await ann.says("/dose")
    assert not ann.heard
    await clinic.later(seconds=6)
    assert clinic.pretend.world.calls["sendmessage"] == before + 1, "not a single call before its time"
    clinic.clock.move(seconds=2)
    await clinic.settle()
    assert [text for text in heard_texts(ann) if text.startswith("How much")] == [ann.last.text]


async def test_somebody_who_blocks_the_bot_gets_nothing_and_staff_are_told(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await later_in_15_minutes(ann)
    before = len(ann.person.messages)
    ann.person.blocks()
    await clinic.settle()
    assert clinic.alerts() == ["bot_blocked"]
    await clinic.passes(hours=2)
    ann.person.unblocks()
    await clinic.settle()
    assert len(ann.person.messages) == before, "no burst after coming back"
    assert clinic.due_states("check_back") == ["undeliverable"]
    await ann.says("/dose")
    assert "How much" in ann.hears


async def test_a_letter_refused_with_403_makes_the_person_unreachable_once(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    ann.person.says("/dose")
    ann.person.says("/pain")
    ann.person.blocks()
    await clinic.settle()
    assert clinic.alerts() == ["bot_blocked"]
    assert clinic.person_of(ann).unreachable_at is not None
    ann.person.unblocks()
    await clinic.settle()
    assert clinic.person_of(ann).unreachable_at is None


async def test_updates_that_come_twice_count_once(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    clinic.pretend.duplicate_updates(20)
    await ann.does(">/dose", "1 tablet (usual)", "Now", ">/pain", "6", ">a word for the team")
    assert len(clinic.kept(DoseTaken)) == len(clinic.kept(PainRated)) == len(clinic.kept(Note)) == 1
    assert max(Counter(heard_texts(ann)).values()) == 1


async def test_while_telegram_is_away_people_write_and_get_their_answers_when_it_is_back(clinic: Running) -> None:
    ann, ben = await clinic.enrolled("mbt", "Ann"), await clinic.enrolled("cbt", "Ben")
    await clinic.line.down()
    ann.person.says("the first word")
    ben.person.says("/dose")
    ann.person.says("the second word")
    await clinic.line.up()
    await clinic.settle()
    assert [note.text for note in clinic.kept(Note)] == ["the first word", "the second word"]
    assert sum("I kept your words" in text for text in heard_texts(ann)) == 2
    assert "How much" in ben.last.text


async def test_a_step_that_finds_no_connection_goes_out_once_when_there_is_one_again(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", *EXERCISE)
    await clinic.line.down()
    clinic.clock.move(seconds=12)
    await clinic.node.sweep()
    await clinic.until(lambda: clinic.letters("waiting") == 1 and not clinic.unfinished())
    await clinic.line.up()
    await clinic.later(seconds=5)
    assert sum("Let one slow breath in" in text for text in heard_texts(ann)) == 1
    assert not clinic.letters("unknown")


async def test_a_backlog_longer_than_one_fetch_is_late_as_a_whole(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await clinic.line.down()
    for _ in range(130):
        ann.person.sends_sticker()
    clinic.clock.move(minutes=10)
    await clinic.line.up()
    await clinic.settle()
    await ann.says("hello")
    inbox = table(Inbox)
    late = clinic.rows(select(inbox.c.delayed, func.count()).group_by(inbox.c.delayed).order_by(inbox.c.delayed))
    assert [tuple(row) for row in late] == [(False, 2), (True, 130)]


async def test_a_second_program_with_our_token_loses_nobody_an_answer(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    other = bot_of(settings_for(clinic.pretend, clinic.line.address))
    async with other:
        poll = asyncio.create_task(other.do_api_request("getupdates", api_kwargs={"timeout": 5}))
        await clinic.until(poll.done)
    await asyncio.gather(poll, return_exceptions=True)
    await ann.says("a word for the team")
    assert [note.text for note in clinic.kept(Note)] == ["a word for the team"]


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.TIMEOUT, Fate.REFUSED, Fate.FLOOD, Fate.ERROR, Fate.DELAY])
async def test_urgent_help_reaches_the_person_whatever_the_line_does(clinic: Running, fate: Fate) -> None:
    ann = await clinic.enrolled("mbt")
    clinic.pretend.faults.next(fate, 3, retry_after=4, milliseconds=100)
    await ann.says("/urgent")
    for _ in range(3):
        clinic.clock.move(seconds=4)
        await clinic.settle()
    assert "911" in "\n".join(heard_texts(ann))
    assert clinic.letters("unknown") == clinic.letters("waiting") == 0


async def test_a_tap_from_before_an_outage_is_late_and_the_dose_asks_when(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/dose", "1 tablet (usual)")
    await clinic.line.down()
    ann.person.taps(None, "Now")
    clinic.clock.move(minutes=40)
    await clinic.line.up()
    await clinic.settle()
    assert "I do not know when you tapped" in ann.last.text
    await ann.does("Earlier today", ">9:30 am")
    (dose,) = clinic.kept(DoseTaken)
    assert dose.time_quality == "said"


async def test_after_more_than_a_day_without_telegram_everybody_in_the_study_is_told_once(clinic: Running) -> None:
    ann, ben = await clinic.enrolled("mbt", "Ann"), await clinic.enrolled("cbt", "Ben")
    await clinic.line.down()
    clinic.clock.move(hours=30)
    await clinic.line.up()
    await clinic.until(lambda: bool(clinic.alerts()))
    await clinic.settle()
    for patient in (ann, ben):
        assert sum("I was away for a while" in text for text in heard_texts(patient)) == 1
    assert clinic.alerts() == ["outage"]
    (line,) = alerting.listed(clinic.database)
    assert line.notes[0].endswith("UTC on: P0001, P0002")


async def test_started_while_telegram_is_away_it_waits_and_works_when_telegram_is_back(tmp_path: Path) -> None:
    clock = Clock()
    pretend = PretendTelegram(clock)
    line = Line(telegram_app(pretend))
    line.address = f"http://127.0.0.1:{free_port()}"
    database = Database(fresh_sqlite(tmp_path), Keyring(KEY), clock)
    async with AsyncExitStack() as stack:
        node = started(settings_for(pretend, line.address), database, live=False)
        starting = asyncio.create_task(stack.enter_async_context(node))
        stack.push_async_callback(line.down)
        pretend.person(77).says("/start")
        await line.up()
        async with asyncio.timeout(GUARD_SECONDS):
            assert await (await starting).poll_once() == 1
