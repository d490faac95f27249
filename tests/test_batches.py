"""Several inputs in one commit: each stands or falls alone, and none goes by what an earlier one has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from bot.pacing import Pacer
from bot.storage import Storage
from records import people
from records.database import Tx
from records.tables import Inbox, Outbox, table
from study.facts import DoseTaken, Note
from tests.clinic import Clinic, Patient

inbox, outbox = table(Inbox), table(Outbox)
T = TypeVar("T")
PATIENCE_SECONDS = 10


def poison(patient: Patient) -> dict[str, Any]:
    """A tap no database takes: the number of its talk is far too large."""
    sender = {"id": patient.person.user_id, "is_bot": False, "first_name": "Ann"}
    return {
        "update_id": 999_999,
        "callback_query": {"id": "1", "from": sender, "chat_instance": "1", "data": "c." + "f" * 30 + ".1.x"},
    }


async def ready_to_say_how_much(clinic: Clinic, name: str) -> Patient:
    patient = await clinic.enrolled(name=name)
    return await patient.says("/dose")


async def test_a_poison_input_falls_alone_and_the_others_of_its_batch_count_once(clinic: Clinic) -> None:
    ann, bob, cleo = [await ready_to_say_how_much(clinic, name) for name in ("Ann", "Bob", "Cleo")]
    bob.person.says("1 tablet (usual)")
    bob.person.says("Now")
    await clinic.node.poll_once()
    await clinic.node.take_in([poison(ann)])
    cleo.person.says("1 tablet (usual)")
    cleo.person.says("Now")
    await clinic.settle()
    assert len(clinic.kept(DoseTaken)) == 2
    assert [row.update_id for row in clinic.rows(inbox.select().where(inbox.c.state == "set_aside"))] == [999_999]
    assert clinic.rows(inbox.select().where(inbox.c.state == "open")) == []


async def test_the_second_input_of_a_chat_goes_by_what_the_first_has_changed(clinic: Clinic) -> None:
    ann, bob = [await ready_to_say_how_much(clinic, name) for name in ("Ann", "Bob")]
    for words in ("1 tablet (usual)", "Now", "/pain"):
        ann.person.says(words)
        bob.person.says(words)
    await clinic.settle()
    assert len(clinic.kept(DoseTaken)) == 2
    assert clinic.kept(Note) == [], "nothing was an answer to the question before"
    assert "How strong" in ann.last.text
    assert ann.last.text == bob.last.text


async def test_a_phone_that_moves_within_a_batch_is_the_old_one_at_once(clinic: Clinic) -> None:
    ann = await ready_to_say_how_much(clinic, "Ann")
    await ann.says("1 tablet (usual)")
    with clinic.database.write("staff") as tx:
        code = people.invite(tx, "P0001", 14, relink=True).code
    new = clinic.stranger("Ann")
    new.person.says(f"/start {code}")
    ann.person.says("Now")
    await clinic.settle()
    assert clinic.kept(DoseTaken) == []
    with clinic.database.read() as tx:
        assert not people.by_chat(tx, ann.person.user_id).active  # type: ignore[union-attr]


async def test_letters_are_claimed_in_the_commit_of_their_turn_and_noted_even_when_the_next_one_breaks(
    clinic: Clinic,
) -> None:
    ann = await clinic.enrolled()
    ann._begin("> /help")
    ann.person.says("/help")
    await clinic.node.poll_once()
    await clinic.node.work()
    newest = outbox.select().order_by(outbox.c.id.desc()).limit(1)
    assert [row.state for row in clinic.rows(newest)] == ["sending"]
    await asyncio.wait(clinic.node.sender._busy.values())
    await clinic.node.take_in([poison(ann)])
    await clinic.node.work()
    await clinic.settle()
    states = {row.state for row in clinic.rows(outbox.select())}
    assert states == {"sent"}
    assert sum("/pause" in shown.text for shown in ann.heard) == 1


async def test_a_letter_that_waits_for_its_pace_goes_without_further_ado(clinic: Clinic) -> None:
    ann = await ready_to_say_how_much(clinic, "Ann")
    ann._begin("> /help, four times: eight letters, of which five may go at once")
    clinic.node.sender.pacer = Pacer(None, 50)
    going = asyncio.create_task(clinic.node.sender.run())
    for _ in range(4):
        ann.person.says("/help")
    await clinic.node.poll_once()
    await clinic.node.work()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(ann.heard) < 8:
            await clinic.pretend.changed.wait(PATIENCE_SECONDS)
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    assert len(ann.heard) == 8


class AnswerLost(Storage):
    """A database whose word that it has committed gets lost once."""

    lose_next = False

    async def write(self, work: Callable[[Tx], T], actor: str = "study") -> T:
        given = await super().write(work, actor)
        if self.lose_next:
            self.lose_next = False
            raise ConnectionError("the connection broke after the commit")
        return given


async def test_a_commit_whose_answer_was_lost_is_not_made_twice(clinic: Clinic) -> None:
    ann = await ready_to_say_how_much(clinic, "Ann")
    ann.person.says("1 tablet (usual)")
    ann.person.says("Now")
    await clinic.node.poll_once()
    clinic.node.storage = storage = AnswerLost(clinic.database)
    storage.lose_next = True
    assert await clinic.node.work() == 2
    await clinic.settle()
    assert len(clinic.kept(DoseTaken)) == 1
    assert clinic.kept(Note) == []
    assert clinic.rows(inbox.select().where(inbox.c.state == "set_aside")) == []
