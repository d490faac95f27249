"""The people's side over HTTP, as the page uses it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.studio.http import telegram_app
from bot.studio.people import Person
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import PNG

Web = httpx.AsyncClient


@pytest.fixture
async def web(pretend: PretendTelegram) -> AsyncIterator[Web]:
    transport = httpx.ASGITransport(telegram_app(pretend))
    async with httpx.AsyncClient(transport=transport, base_url="http://studio.invalid") as client:
        yield client


async def send(web: Web, method: str, **params: Any) -> Any:
    answer = await web.post(f"/bot1000000001:pretend/{method}", json=params)
    return answer.json()["result"]


async def state(web: Web) -> Any:
    return (await web.get("/control/state")).json()


async def test_people_are_added_talk_and_tap(web: Web, pretend: PretendTelegram) -> None:
    await web.post("/control/people", json={"user_id": 7, "first_name": "Cleo"})
    await web.post("/control/people/7/say", json={"text": "hello"})
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    message = await send(web, "sendMessage", chat_id=7, text="Well?", reply_markup=keyboard)
    tapped = await web.post("/control/people/7/tap", json={"message_id": message["message_id"], "button": "Yes"})
    assert tapped.status_code == 200
    (chat,) = (await state(web))["chats"]
    assert [shown["text"] for shown in chat["messages"]] == ["hello", "Well?"]
    assert chat["messages"][1]["buttons"][0][0]["text"] == "Yes"
    assert pretend.pending() == 2


async def test_every_act_works(web: Web, ann: Person) -> None:
    own = ann.messages[0].message_id
    for act, told in {
        "edit": {"message_id": own, "text": "/start again"},
        "open": {"link": "https://t.me/x?start=CODE"},
        "forward": {"text": "f"},
        "voice": {},
        "sticker": {},
        "photo": {},
        "contact": {},
        "location": {},
        "block": {},
        "unblock": {},
        "rename": {"first_name": "Anna"},
    }.items():
        answer = await web.post(f"/control/people/501/{act}", json=told)
        assert answer.status_code == 200, (act, answer.text)
    (chat,) = (await state(web))["chats"]
    assert chat["name"] == "Anna"
    assert len(chat["messages"]) == 8


async def test_wishes_that_cannot_be_are_refused_with_a_reason(web: Web, ann: Person) -> None:
    for path, told in {
        "501/tap": {"message_id": 1, "button": "no"},
        "501/say": {},
        "501/edit": {"message_id": 99, "text": "x"},
        "501/open": {"link": "https://t.me/x"},
    }.items():
        answer = await web.post(f"/control/people/{path}", json=told)
        assert answer.status_code == 400
        assert answer.json()["error"]
    assert (await web.post("/control/people/9/say", json={"text": "x"})).status_code == 404
    assert (await web.post("/control/people/501/fly", json={})).status_code == 404


async def test_a_form_from_another_page_is_refused(web: Web, ann: Person) -> None:
    answer = await web.post("/control/people/501/say", data={"text": "x"})
    assert answer.status_code == 400
    assert len(ann.messages) == 1


async def test_faults_are_asked_for_shown_and_cleared(web: Web, ann: Person, pretend: PretendTelegram) -> None:
    await web.post("/control/faults", json={"fate": "delay", "milliseconds": 100, "times": 3})
    await web.post("/control/faults", json={"fate": "lost", "method": "sendMessage"})
    await web.post("/control/faults", json={"fate": "duplicate", "times": 2})
    told = await state(web)
    assert [fault["fate"] for fault in told["faults"]] == ["delay", "lost"]
    assert told["duplicates"] == 2
    await web.delete("/control/faults")
    assert pretend.faults.waiting == []
    assert (await web.post("/control/faults", json={"fate": "earthquake"})).status_code == 400


async def test_flood_limits_are_switched(web: Web, pretend: PretendTelegram) -> None:
    await web.post("/control/floods", json={"chat_burst": 2})
    assert pretend.floods is not None
    assert pretend.floods.chat_burst == 2
    await web.post("/control/floods", json={})
    assert pretend.floods is None


async def test_the_state_is_held_until_something_changes(web: Web, ann: Person, pretend: PretendTelegram) -> None:
    asyncio.get_running_loop().call_later(0.01, ann.says, "news")
    told = (await web.get(f"/control/state?since={pretend.version}")).json()
    assert told["version"] == pretend.version
    unchanged = await web.get(f"/control/state?since={pretend.version}&wait=0.01")
    assert unchanged.json()["version"] == pretend.version


async def test_pictures_are_served_as_pictures_and_nothing_else_is(
    web: Web, ann: Person, pretend: PretendTelegram
) -> None:
    ann.sends_photo(PNG)
    ann.sends_photo(b"<script>alert(1)</script>")
    files = [shown["file"]["address"] for shown in (await state(web))["chats"][0]["messages"][1:]]
    kinds = [(await web.get(file)).headers["content-type"] for file in files]
    assert kinds == ["image/png", "application/octet-stream"]
    assert (await web.get("/control/files/none")).status_code == 404


async def test_calls_come_as_query_form_or_multipart(web: Web, ann: Person, pretend: PretendTelegram) -> None:
    address = f"/bot{pretend.token}/sendMessage"
    await web.get(address, params={"chat_id": 501, "text": "as query"})
    await web.post(address, data={"chat_id": 501, "text": "as form & more"})
    keyboard = '{"inline_keyboard":[[{"text":"x","callback_data":"y"}]]}'
    await web.post(
        f"/bot{pretend.token}/sendPhoto",
        data={"chat_id": 501, "caption": "zwei\r\n--Zeilen", "photo": "attach://p", "reply_markup": keyboard},
        files={"p": ("ü.png", PNG, "image/png")},
    )
    assert [shown.text for shown in ann.messages[1:]] == ["as query", "as form & more", "zwei\r\n--Zeilen"]
    assert ann.messages[-1].photo == PNG
    assert ann.messages[-1].button_texts == ("x",)


async def test_a_body_that_cannot_be_read_is_refused(web: Web, pretend: PretendTelegram) -> None:
    address = f"/bot{pretend.token}/sendMessage"
    for content, kind in (
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"x", "multipart/form-data"),
    ):
        answer = await web.post(address, content=content, headers={"content-type": kind})
        assert answer.status_code == 400
        assert answer.json()["ok"] is False


async def test_files_need_the_token(web: Web, ann: Person, pretend: PretendTelegram) -> None:
    ann.sends_photo(PNG)
    (file_id,) = pretend.world.files
    assert (await web.get(f"/file/bot{pretend.token}/files/{file_id}")).content == PNG
    assert (await web.get(f"/file/bot1:x/files/{file_id}")).status_code == 404
