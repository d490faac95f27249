"""The studio's own part of the app: the page's files, the panel, the clock."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.studio.app import ANN, STAFF_CHAT, prepare_people, studio_app
from bot.studio.clock import StudioClock
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import StandingClock

Web = httpx.AsyncClient


class Coach:
    """What a coach has on record: doses due every six hours, noted when the clock passes them."""

    def __init__(self, clock: StudioClock) -> None:
        self.clock = clock
        self.due: datetime | None = clock.now() + timedelta(hours=6)
        self.sent_at: list[datetime] = []
        self.asked: list[str] = []
        clock.on_move(self.sweep)

    async def sweep(self) -> None:
        if self.due is not None and self.clock.now() >= self.due:
            self.sent_at.append(self.clock.now())
            self.due += timedelta(hours=6)

    async def logged(self, person: str) -> dict[str, Any]:
        self.asked.append(person)
        return {"tables": {"doses": []}, "next_due_at": self.due and self.due.isoformat(), "note": ""}


async def invitations() -> list[dict[str, Any]]:
    return [{"study_id": "P-001", "arm": "mbt", "link": "https://t.me/x?start=A1", "code": "A1"}]


@pytest.fixture
def studio_clock(clock: StandingClock) -> StudioClock:
    return StudioClock(clock)


@pytest.fixture
def coach(studio_clock: StudioClock) -> Coach:
    return Coach(studio_clock)


@pytest.fixture
async def web(studio_clock: StudioClock, coach: Coach) -> AsyncIterator[Web]:
    pretend = PretendTelegram(studio_clock.now)
    prepare_people(pretend)
    app = studio_app(pretend, studio_clock, coach.logged, invitations)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio.invalid") as client:
        yield client


async def test_the_page_and_all_it_names_are_served(web: Web) -> None:
    page = await web.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for name in ("page.css", "page.js", "chat.js", "panel.js", "wire.js", "dom.js"):
        assert (await web.get(f"/page/{name}")).status_code == 200


async def test_the_page_asks_nobody_else_for_anything(web: Web) -> None:
    for name in ("", "page/page.css", "page/page.js", "page/chat.js", "page/panel.js", "page/wire.js", "page/dom.js"):
        text = (await web.get(f"/{name}")).text
        foreign = [word for word in text.split() if "//" in word and "://" in word and "t.me/" not in word]
        assert foreign == [], name


async def test_the_panel_tells_what_is_logged_the_time_and_who_is_invited(web: Web, studio_clock: StudioClock) -> None:
    told = (await web.get(f"/studio/panel?person={ANN}")).json()
    assert told["logged"]["tables"] == {"doses": []}
    assert told["now"] == studio_clock.now().isoformat()
    assert told["invitations"][0]["study_id"] == "P-001"
    assert told["prepared"]["staff_chat"] == STAFF_CHAT


async def test_two_people_and_a_staff_chat_are_prepared(web: Web) -> None:
    chats = (await web.get("/control/state")).json()["chats"]
    assert [chat["name"] for chat in chats] == ["Ann", "Ben", "Staff", "Dana"]
    assert [chat["started"] for chat in chats] == [False, False, True, False]


async def test_the_clock_moves_by_minutes(web: Web, studio_clock: StudioClock, clock: StandingClock) -> None:
    told = (await web.post("/studio/clock", json={"minutes": 60})).json()
    assert datetime.fromisoformat(told["now"]) == studio_clock.now() == clock() + timedelta(hours=1)


async def test_a_day_is_lived_through_message_by_message(web: Web, coach: Coach, clock: StandingClock) -> None:
    await web.post("/studio/clock", json={"minutes": 1440})
    assert coach.sent_at == [clock() + timedelta(hours=hours) for hours in (6, 12, 18, 24)]


async def test_the_clock_goes_to_the_next_message_of_the_person_in_view(
    web: Web, coach: Coach, studio_clock: StudioClock, clock: StandingClock
) -> None:
    await web.post("/studio/clock", json={"to_next": True, "person": str(ANN)})
    assert studio_clock.now() == clock() + timedelta(hours=6)
    assert coach.asked == [str(ANN)]


async def test_with_nothing_due_there_is_no_next_message(web: Web, coach: Coach) -> None:
    coach.due = None
    answer = await web.post("/studio/clock", json={"to_next": True})
    assert (answer.status_code, answer.json()["error"]) == (400, "Nothing is waiting to be sent.")
    assert (await web.post("/studio/clock", json={"minutes": 60})).status_code == 200


@pytest.mark.parametrize("told", [{}, {"minutes": "soon"}, {"minutes": -5}])
async def test_a_move_that_makes_no_sense_is_refused(
    web: Web, told: dict[str, Any], studio_clock: StudioClock, clock: StandingClock
) -> None:
    assert (await web.post("/studio/clock", json=told)).status_code == 400
    assert studio_clock.now() == clock()
