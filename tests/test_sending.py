"""The sender and the way in: pacing, refusals, doubt, poison inputs, gaps. Nothing lost, nothing doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.pacing import Pacer
from bot.studio.faults import Fate
from coordinator import alerting, ledger
from records.tables import DueItem, Inbox, Outbox, table
from study.facts import DoseTaken, Note
from tests.clinic import Clinic
from tests.living import joined

outbox, inbox, items = table(Outbox), table(Inbox), table(DueItem)


class Seconds:
    """A monotonic clock in hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def letters_sent(pacer: Pacer, clock: Seconds, chat: str, kind: str, seconds: float) -> int:
    """How many letters of a kind leave to one chat within so many seconds when one is always waiting."""
    end, count = clock.at + seconds, 0
    while clock.at < end:
        delay = pacer.delay(chat, kind)
        if delay <= 0:
            pacer.take(chat, kind)
            count += 1
        else:
            clock.at += delay
    return count


def test_prompts_and_steps_keep_one_a_second_in_a_chat() -> None:
    clock = Seconds()
    assert letters_sent(Pacer(25, 1, clock), clock, "a", "step", 10) == 10


def test_answers_may_come_in_a_burst_of_five() -> None:
    clock = Seconds()
    pacer = Pacer(25, 1, clock)
    for _ in range(5):
        assert pacer.delay("a", "answer") == 0
        pacer.take("a", "answer")
    assert pacer.delay("a", "answer") == pytest.approx(5.0)


def test_all_chats_together_keep_the_pace() -> None:
    clock, chats = Seconds(), [f"chat{n}" for n in range(60)]
    pacer = Pacer(25, None, clock)
    sent = 0
    for chat in chats:
        if pacer.delay(chat, "answer") == 0:
            pacer.take(chat, "answer")
            sent += 1
    assert sent == 25
    clock.at += 1.01
    assert pacer.delay("another", "answer") == 0


def test_prompts_to_many_chats_leave_evenly_and_an_answer_finds_room_in_a_moment() -> None:
    clock = Seconds()
    pacer = Pacer(25, 1, clock)
    clock.at = began = 100.0
    for n in range(250):
        # whoever sends looks a little later than it was told to
        clock.at += pacer.delay(f"chat{n}", "prompt") + 0.005
        assert pacer.delay(f"chat{n}", "prompt") == 0
        pacer.take(f"chat{n}", "prompt")
        if n > 50:
            assert pacer.delay("somebody who writes", "answer") <= 2 / 25 + 1e-9
    assert 250 / (clock.at - began) == pytest.approx(25, rel=0.03)


def test_one_chat_told_to_wait_does_not_hold_the_others() -> None:
    clock = Seconds()
    pacer = Pacer(25, 1, clock)
    pacer.told_to_wait("a", 30)
    assert pacer.delay("a", "answer") == pytest.approx(30)
    assert pacer.delay("b", "answer") == 0


def test_when_several_chats_are_told_to_wait_all_of_them_wait() -> None:
    clock = Seconds()
    pacer = Pacer(25, 1, clock)
    for chat in ("a", "b", "c"):
        pacer.told_to_wait(chat, 5)
    assert pacer.delay("d", "answer") == pytest.approx(5)


async def test_a_letter_whose_answer_was_lost_is_asked_once_more_and_no_more(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann._begin("> /pause")
    clinic.pretend.faults.next(Fate.LOST, 2, "sendmessage")
    ann.person.says("/pause")
    await clinic.settle()
    assert [m.text for m in ann.heard].count(ann.heard[0].text) == 2, "twice in the chat: accepted both times"
    states = [r.state for r in clinic.rows(outbox.select().order_by(outbox.c.id))]
    assert states[-1] == "unknown"
    await ann.taps("6")
    assert "How strong is the wish" in ann.hears


async def test_a_refused_connection_is_surely_not_sent_and_tried_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann._begin("> /pause")
    clinic.pretend.faults.next(Fate.REFUSED, 1, "sendmessage")
    ann.person.says("/pause")
    await clinic.settle()
    assert ann.heard == []
    clinic.clock.move(seconds=4)
    await clinic.settle()
    assert len(ann.heard) == 1


async def test_retry_after_is_honoured(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann._begin("> /pause")
    clinic.pretend.faults.next(Fate.FLOOD, 1, "sendmessage", retry_after=7)
    ann.person.says("/pause")
    await clinic.settle()
    assert ann.heard == []
    (row,) = clinic.rows(outbox.select().where(outbox.c.state == "waiting"))
    assert row.not_before == clinic.clock() + timedelta(seconds=7)


async def test_a_blocked_bot_is_unreachable_and_staff_get_a_task(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/pause", "5", "4", "Both", "No exercise, log only", "4", "3", "Later", "In 15 minutes")
    ann.person.blocks()
    await clinic.settle()
    await clinic.passes(minutes=20)
    due_states = [r.state for r in clinic.rows(items.select()) if r.item == "check_back"]
    assert due_states == ["undeliverable"]
    ann.person.unblocks()
    shown = len(ann.person.messages)
    await clinic.settle()
    assert len(ann.person.messages) == shown, "unblocking brings no burst"
    await ann.says("/help")
    assert "/pause" in ann.hears


async def test_a_block_found_while_sending_raises_the_task(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann.person.says("/pause")
    await clinic.node.poll_once()
    await clinic.node.work()
    ann.person.blocks()
    await clinic.settle()
    assert [a.rule for a in alerting.listed(clinic.database)] == ["bot_blocked"]


async def test_a_prompt_that_a_blocked_chat_refuses_is_undeliverable(clinic: Clinic) -> None:
    await joined(clinic, since=45)
    faults = clinic.pretend.faults
    faults.next(Fate.ERROR, 1, "sendmessage", status=403, description="Forbidden: user is deactivated")
    await clinic.passes(hours=12)
    refused = clinic.rows(outbox.select().where(outbox.c.state == "refused"))
    assert [row.kind for row in refused] == ["prompt"]
    (item,) = clinic.rows(items.select().where(items.c.id == refused[0].due_item_id))
    assert (item.state, item.reason) == ("undeliverable", "Telegram refused it: blocked")
    assert not clinic.rows(items.select().where(items.c.state == "sent"))
    assert ledger.check(clinic.database) == []


async def test_a_letter_that_breaks_the_sender_does_not_keep_its_chat_busy(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    good = clinic.node.sender.parcels

    async def broken(_: dict[str, Any]) -> None:
        raise ValueError("a picture that cannot be drawn")

    clinic.node.sender.parcels = broken
    await ann.says("/help")
    assert ann.heard == []
    clinic.node.sender.parcels = good
    await ann.says("/help")
    assert len(ann.heard) == 1
    assert "unknown" in [r.state for r in clinic.rows(outbox.select())]


async def test_an_update_that_comes_twice_counts_once(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    clinic.pretend.duplicate_updates(3)
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    assert len(clinic.kept(DoseTaken)) == 1
    ids = [r.update_id for r in clinic.rows(inbox.select())]
    assert len(ids) == len(set(ids))


async def test_a_poison_input_is_set_aside_and_the_next_ones_go_on(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann._begin("(something no code expects)")
    update = {"update_id": 999_999, "callback_query": {"id": "1", "from": {"id": ann.person.user_id, "is_bot": False,
              "first_name": "Ann"}, "chat_instance": "1", "data": "c." + "f" * 30 + ".1.x"}}  # fmt: skip
    await clinic.node.take_in([update])
    ann.person.says("/help")
    await clinic.settle()
    assert "/pause" in ann.hears
    set_aside = clinic.rows(inbox.select().where(inbox.c.state == "set_aside"))
    for row in set_aside:
        assert "Traceback" in clinic.database.keys.open(row.sealed_error)
    if set_aside:
        assert "Something went wrong on my side" in ann.hears
        assert "turn_failed" in [a.rule for a in alerting.listed(clinic.database)]


async def test_after_more_than_a_day_away_each_active_person_is_told_once(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    clinic.clock.move(hours=30)
    ann._begin("> /help, after we were away for thirty hours")
    ann.person.says("/help")
    await clinic.settle()
    assert sum("I was away for a while" in m.text for m in ann.heard) == 1
    await ann.says("/help")
    assert "I was away" not in ann.hears


async def test_words_kept_as_a_note_are_sealed_in_every_table(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("the red umbrella of my aunt")
    assert [n.text for n in clinic.kept(Note)] == ["the red umbrella of my aunt"]
    with clinic.database.read() as tx:
        for name in ("inbox", "outbox", "note", "conversation", "chat"):
            from sqlalchemy import text

            for row in tx.conn.execute(text(f"SELECT * FROM {name}")):  # noqa: S608 - names of our own tables
                assert b"umbrella" not in b"|".join(str(v).encode() for v in row)
                assert str(ann.person.user_id) not in [str(v) for v in row]
