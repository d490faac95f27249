"""Alerts nobody takes go from one to the next; the monthly test and what it finds; the sign of life."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot import alert_test
from bot.heartbeat import Heartbeat
from bot.running import jobs_of
from bot.settings import Settings
from bot.studio.serving import serving
from coordinator import alert_tests, alerting
from records import alerts, escalations, roster
from records.roster import Reader
from tests.clinic import START, Clinic, clinic_over, fresh_sqlite
from tests.databases import Shelf

STAFF_CHAT, DANA_CHAT = -777, -801
LEGS = "my back went numb between the legs"
DYING = "i want to kill myself"


@asynccontextmanager
async def staffed(url: str, at: datetime = START) -> AsyncIterator[tuple[Clinic, list[dict[str, Any]]]]:
    """A clinic with a staff chat and mail; gives the letters that went by mail as well."""
    mails: list[dict[str, Any]] = []

    async def carry(body: dict[str, Any]) -> None:
        mails.append(body)

    async with clinic_over(url, {"staff_chat": STAFF_CHAT, "mail": True}, at) as clinic:
        for chat in (STAFF_CHAT, DANA_CHAT):
            clinic.pretend.group(chat, "Staff")
        clinic.node.sender.carriers["mail"] = carry
        yield clinic, mails


def reader(code: str, **ways: Any) -> Reader:
    return Reader(code, f"{code.title()}, nurse", "coordinator", "12345", "09:00", "17:00", "America/New_York", **ways)


def hires(clinic: Clinic, *readers: Reader) -> None:
    with clinic.database.write("staff") as tx:
        for each in readers:
            roster.add(tx, each)


def reads(clinic: Clinic, chat: int = STAFF_CHAT) -> list[str]:
    return [m.text for m in clinic.pretend.world.chats[chat].shown()]


def told(clinic: Clinic, alert: int = 1) -> list[str | None]:
    with clinic.database.read() as tx:
        return [row.staff_code for row in escalations.told(tx, alert)]


async def live(clinic: Clinic, minutes: int) -> None:
    """Time passes minute by minute, as the sweep sees it."""
    for _ in range(minutes):
        clinic.clock.move(minutes=1)
        clinic.node.last_poll_at = clinic.clock()
        await clinic.settle()


async def test_an_urgent_alert_goes_from_one_to_the_next_until_somebody_takes_it(kind: str, shelf: Shelf) -> None:
    async with staffed(shelf.url(kind)) as (clinic, mails):
        hires(clinic, reader("dana", chat=DANA_CHAT), reader("eli", mail="eli@example.org"), reader("fay"))
        ann = await clinic.enrolled()
        await ann.says(LEGS)
        assert told(clinic) == ["dana"]
        assert (len(reads(clinic)), len(reads(clinic, DANA_CHAT)), len(mails)) == (1, 1, 1)
        await live(clinic, 59)
        assert told(clinic) == ["dana"]
        await live(clinic, 1)
        assert told(clinic) == ["dana", "eli"]
        assert "Eli, nurse, this one is for you now. Participant P0001, tier 1." in reads(clinic)[-1]
        assert [mail.get("to") for mail in mails] == [None, "eli@example.org"]
        await live(clinic, 60)
        assert told(clinic) == ["dana", "eli", "fay"]
        await live(clinic, 60)
        assert told(clinic)[-1] == "dana"
        assert "Nobody has taken it yet" in reads(clinic, DANA_CHAT)[-1]
        assert not any(word in str([*reads(clinic), *mails]) for word in ("legs", "Ann", "back_red_flags"))
        alerting.acknowledge(clinic.database, 1, "dana")
        await live(clinic, 70)
        assert len(told(clinic)) == 4


async def test_an_urgent_alert_that_was_taken_is_open_again_when_it_happens_again(kind: str, shelf: Shelf) -> None:
    async with staffed(shelf.url(kind)) as (clinic, mails):
        ann = await clinic.enrolled()
        await ann.says(DYING)
        await ann.says(DYING)
        assert (len(reads(clinic)), len(mails)) == (1, 1)
        alerting.acknowledge(clinic.database, 1, "dana")
        clinic.clock.move(hours=5)
        clinic.node.last_poll_at = clinic.clock()
        await ann.says(DYING)
        assert (len(reads(clinic)), len(mails)) == (2, 2)
        (line,) = alerting.listed(clinic.database)
        assert (line.state, line.times, len(line.told)) == ("open", 3, 2)
        await live(clinic, 15)
        assert len(told(clinic)) == 3


async def test_a_restart_doubles_no_step_and_after_an_outage_one_late_step_goes_at_once(
    kind: str, shelf: Shelf
) -> None:
    url = shelf.url(kind)
    async with staffed(url) as (clinic, _):
        hires(clinic, reader("dana"), reader("eli"))
        await (await clinic.enrolled()).says(LEGS)
        await live(clinic, 60)
        assert told(clinic) == ["dana", "eli"]
    async with staffed(url, START + timedelta(minutes=61)) as (clinic, _):
        await clinic.settle()
        assert told(clinic) == ["dana", "eli"]
    async with staffed(url, START + timedelta(hours=9)) as (clinic, _):
        await clinic.settle()
        assert told(clinic) == ["dana", "eli", "dana"]
        assert len(reads(clinic)) == 1
        await live(clinic, 59)
        assert len(told(clinic)) == 3
        await live(clinic, 1)
        assert len(told(clinic)) == 4


async def test_an_emergency_goes_on_after_a_quarter_of_an_hour_and_less_urgent_ones_wait(tmp_path: Path) -> None:
    async with staffed(fresh_sqlite(tmp_path)) as (clinic, _):
        await (await clinic.enrolled()).says(DYING)
        await live(clinic, 15)
        assert told(clinic) == [None, None]
        assert "Nobody has taken it yet. Participant P0001, tier 0." in reads(clinic)[-1]
        alerting.close(clinic.database, 1, "dana", "called")
        await live(clinic, 30)
        assert told(clinic) == [None, None]


async def test_who_reads_now_is_told_before_who_is_at_home(tmp_path: Path) -> None:
    async with staffed(fresh_sqlite(tmp_path)) as (clinic, _):
        night = Reader("owl", "Owl", "on call", "1234567", "00:00", "23:59", "America/New_York")
        hires(clinic, reader("dana"), night)
        ann = await clinic.enrolled()
        clinic.clock.move(hours=8)
        clinic.node.last_poll_at = clinic.clock()
        await ann.says(LEGS)
        assert told(clinic) == ["owl"]
        await live(clinic, 60)
        assert told(clinic) == ["owl", "dana"]


# the test of the path


def test_the_test_is_due_on_the_second_at_ten_by_the_clock_of_the_site() -> None:
    assert alert_test.due_at(datetime(2026, 3, 20, tzinfo=UTC)) == datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    assert alert_test.due_at(datetime(2026, 7, 1, 3, 0, tzinfo=UTC)) == datetime(2026, 6, 2, 14, 0, tzinfo=UTC)


async def monthly(clinic: Clinic) -> int:
    clinic.node.sender.wake.clear()
    sent = await clinic.node.outside_a_turn(lambda tx: alert_test.due_test(clinic.node.world, tx))
    assert clinic.node.sender.wake.is_set()
    await clinic.settle()
    return sent


def failures(clinic: Clinic) -> tuple[str, ...]:
    with clinic.database.read() as tx:
        return alert_tests.failures(tx)


async def test_a_test_goes_every_way_once_a_month_and_says_what_failed(kind: str, shelf: Shelf) -> None:
    async with staffed(shelf.url(kind), START - timedelta(minutes=1)) as (clinic, mails):
        hires(clinic, reader("dana", chat=DANA_CHAT, mail="dana@example.org"))
        assert await monthly(clinic) == 0
        clinic.clock.move(minutes=1)
        assert await monthly(clinic) == 1
        assert await monthly(clinic) == 0
        assert [len(reads(clinic)), len(reads(clinic, DANA_CHAT)), len(mails)] == [1, 1, 2]
        assert "Monthly test alert: please acknowledge it" in reads(clinic)[-1]
        assert failures(clinic) == ()
        clinic.clock.move(hours=8, seconds=1)
        assert failures(clinic) == ("nobody acknowledged test alert 1 in time",)
        alerting.acknowledge(clinic.database, 1, "dana")
        assert failures(clinic) == ("nobody acknowledged test alert 1 in time",)


async def test_a_test_names_the_channel_that_refused_it_and_one_that_was_taken_in_time_is_well(tmp_path: Path) -> None:
    async with staffed(fresh_sqlite(tmp_path)) as (clinic, _):
        hires(clinic, reader("dana", chat=-999))  # a group the bot is not in
        assert await monthly(clinic) == 1
        alerting.acknowledge(clinic.database, 1, "dana")
        assert failures(clinic) == ("dana.chat: refused",)
        with clinic.database.write("staff") as tx:
            roster.disable(tx, "dana")
        clinic.clock.move(days=31)
        assert await monthly(clinic) == 1
        alerting.acknowledge(clinic.database, 2, "dana")
        assert failures(clinic) == ()
        with clinic.database.read() as tx:
            assert [text for _, _, text in alerts.notes_of(tx, 1)] == ["A new test begins."]


async def test_without_any_channel_the_test_says_so(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        await monthly(clinic)
        alerting.acknowledge(clinic.database, 1, "dana")
        assert failures(clinic) == ("there is no channel at all",)


# the sign of life


class Service:
    """An outside service that notes who called; `status` is what it answers."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.status = 200

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls.append(f"{scope['method']} {scope['path']}")
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def _logs_on() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    yield
    structlog.configure(**before)


@pytest.mark.usefixtures("_logs_on")
async def test_the_sign_of_life_is_given_only_while_everything_works(tmp_path: Path) -> None:
    service = Service()
    async with (
        clinic_over(fresh_sqlite(tmp_path)) as clinic,
        serving(service) as address,
    ):
        heart = Heartbeat(clinic.node, f"{address}/ping/secret")
        with capture_logs() as logs:
            assert await heart.beat() is False
        assert logs[0]["problems"] == ["sweep: not fresh", "telegram: nothing heard"]
        await clinic.settle()
        assert await heart.beat() is True
        assert service.calls == ["GET /ping/secret"]
        clinic.clock.move(minutes=3)
        assert await heart.beat() is False
        assert len(service.calls) == 1
        await clinic.settle()
        service.status = 500
        with capture_logs() as logs:
            assert await heart.beat() is False
        assert (len(service.calls), logs[0]["status"]) == (2, 500)
        assert "secret" not in str(logs)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://"])
async def test_a_service_that_is_not_there_harms_nobody(tmp_path: Path, url: str) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        await clinic.settle()
        assert await Heartbeat(clinic.node, url).beat() is False


async def test_only_a_real_bot_tests_its_path_and_shows_that_it_lives(tmp_path: Path) -> None:
    settings = Settings(heartbeat_url=SecretStr("http://127.0.0.1:1/"))
    async with clinic_over(fresh_sqlite(tmp_path), {"live": True}) as clinic:
        await clinic.settle()
        jobs = jobs_of(clinic.node, settings)
        assert list(jobs) == ["sweep", "roll", "books", "purge", "watch", "alert_test", "heartbeat"]
        for _, job in jobs.values():
            await job()
        assert [line.rule for line in alerting.listed(clinic.database)] == ["test_alert"]
        assert "heartbeat" not in jobs_of(clinic.node, Settings())
        clinic.node.world = replace(clinic.node.world, live=False)
        assert list(jobs_of(clinic.node, settings)) == ["sweep", "roll", "books", "purge", "watch"]
