"""The webhook: committed before it is acknowledged, from Telegram only, in order, and counted once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select, text

from bot.web import SECRET_HEADER, web_app
from records.tables import Inbox, table
from study.facts import DoseTaken, Note
from tests.clinic import Clinic, clinic_over, fresh_sqlite
from tests.journeys.live import EXERCISE, HOOK, SECRET, Line, Running, heard_texts, running_with_webhook

inbox = table(Inbox)


@pytest.fixture(autouse=True)
def _retry_after_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Running]:
    async with running_with_webhook(tmp_path) as clinic:
        yield clinic


# the route alone: nothing takes a turn here


@pytest.fixture
async def still(tmp_path: Path) -> AsyncIterator[Clinic]:
    """A clinic in which nothing runs by itself."""
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def posted(clinic: Clinic, body: Any, secret: str | None = SECRET) -> int:
    """The status with which the route answers a POST."""
    headers = {} if secret is None else {SECRET_HEADER: secret}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        Line(web_app(clinic.node, HOOK, SECRET)) as web,
        aiohttp.ClientSession() as session,
        session.post(web.address + HOOK, data=raw, headers=headers) as answer,
    ):
        return answer.status


def inbox_rows(clinic: Clinic) -> list[Any]:
    return clinic.rows(select(inbox).order_by(inbox.c.seq))


def update(number: int) -> dict[str, Any]:
    chat = {"id": 77, "type": "private", "first_name": "Ann"}
    user = {"id": 77, "is_bot": False, "first_name": "Ann"}
    message = {"message_id": number, "date": 1772463600, "chat": chat, "from": user, "text": f"word {number}"}
    return {"update_id": number, "message": message}


async def test_a_200_means_that_the_update_is_in_the_records(still: Clinic) -> None:
    assert await posted(still, update(5)) == 200
    (row,) = inbox_rows(still)
    assert (row.update_id, row.state) == (5, "open")


async def test_what_cannot_be_committed_is_not_acknowledged(still: Clinic) -> None:
    with still.database.write() as tx:
        tx.conn.execute(text("ALTER TABLE inbox RENAME TO gone"))
    assert await posted(still, update(5)) == 500
    with still.database.write() as tx:
        tx.conn.execute(text("ALTER TABLE gone RENAME TO inbox"))
    assert await posted(still, update(5)) == 200
    assert len(inbox_rows(still)) == 1


@pytest.mark.parametrize("secret", [None, "", "another", SECRET + "x", SECRET.upper(), "sécret"])
async def test_without_the_secret_nothing_is_taken(still: Clinic, secret: str | None) -> None:
    assert await posted(still, update(5), secret) == 403
    assert inbox_rows(still) == []


@pytest.mark.parametrize(
    "body", [b"", b"not json", b"[1]", b"null", b"{}", b'{"update_id": null}', b'{"update_id": "x"}', b"\xff\xfe"]
)
async def test_a_body_that_is_no_update_is_a_bad_request(still: Clinic, body: bytes) -> None:
    assert await posted(still, body) == 400
    assert inbox_rows(still) == []


async def test_a_webhook_without_a_secret_cannot_even_be_made(still: Clinic) -> None:
    with pytest.raises(ValueError, match="secret"):
        web_app(still.node, HOOK, "")


# with Telegram's own delivery, and all loops running


async def test_a_pause_from_the_first_tap_to_the_dose(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", *EXERCISE, "Take my dose now", "1 tablet (usual)")
    assert "1 tablet of oxy" in ann.hears
    assert len(clinic.kept(DoseTaken)) == 1
    assert clinic.pretend.world.calls["getupdates"] == 0


async def test_words_written_while_we_are_down_come_in_their_order_when_we_are_back(clinic: Running) -> None:
    ann, ben = await clinic.enrolled("mbt", "Ann"), await clinic.enrolled("cbt", "Ben")
    await clinic.web.down()
    for word in ("one", "two", "three"):
        ann.person.says(f"{word} more word")
        ben.person.says(f"{word} by Ben")
    await clinic.until(lambda: bool(clinic.pretend.world.webhook.last_error_message))
    await clinic.web.up()
    await clinic.later(minutes=3)
    notes = [note.text for note in clinic.kept(Note)]
    assert [note for note in notes if "more" in note] == ["one more word", "two more word", "three more word"]
    assert [note for note in notes if "Ben" in note] == ["one by Ben", "two by Ben", "three by Ben"]


async def test_an_update_whose_200_was_lost_comes_again_and_counts_once(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    clinic.pretend.duplicate_updates(10)
    await ann.does(">/dose", "1 tablet (usual)", "Now", ">a word for the team")
    assert len(clinic.kept(DoseTaken)) == len(clinic.kept(Note)) == 1
    assert len(heard_texts(ann)) == len(set(heard_texts(ann)))


async def test_dying_between_the_commit_and_the_200_costs_nothing(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    deaths = iter([True])

    def dies_once(point: str) -> None:
        if point == "inbox" and next(deaths, False):
            raise RuntimeError("the process ends here")

    clinic.node.at = dies_once
    ann.person.says("a word for the team")
    await clinic.until(lambda: bool(clinic.pretend.world.webhook.last_error_message))
    await clinic.later(minutes=3)
    assert len(clinic.kept(Note)) == 1
    assert sum("I kept your words" in text for text in heard_texts(ann)) == 1


async def test_hours_in_which_nobody_writes_make_no_tap_late(clinic: Running) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/dose", "1 tablet (usual)")
    clinic.clock.move(minutes=50)
    await clinic.node.check_webhook()
    await ann.taps("Now")
    (dose,) = clinic.kept(DoseTaken)
    assert dose.time_quality == "now"


async def test_taps_that_waited_while_we_were_down_are_late_until_telegram_has_nothing_left(clinic: Running) -> None:
    ann, ben = await clinic.enrolled("mbt", "Ann"), await clinic.enrolled("cbt", "Ben")
    await clinic.node.check_webhook()
    for patient in (ann, ben):
        await patient.does(">/dose", "1 tablet (usual)")
    await clinic.web.down()
    ann.person.taps(None, "Now")
    ben.person.taps(None, "Now")
    await clinic.until(lambda: bool(clinic.pretend.world.webhook.last_error_message))
    clinic.clock.move(minutes=30)
    await clinic.node.check_webhook()
    await clinic.web.up()
    await clinic.settle()
    assert "I do not know when you tapped" in ann.last.text
    assert "I do not know when you tapped" in ben.last.text
    await clinic.node.check_webhook()
    await ann.says("/dose")
    assert not inbox_rows(clinic)[-1].delayed
