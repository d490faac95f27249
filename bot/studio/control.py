"""The people's side over HTTP: who there is, what they do, which faults come, what their chats show.

Everything is JSON. A POST must say `application/json`, which keeps other web pages from posting here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.studio.chats import Chat, Shown, StoredFile
from bot.studio.faults import Fate
from bot.studio.floods import FloodLimits
from bot.studio.markup import keyboard_rows
from bot.studio.params import Json
from bot.studio.people import NotPossible, Person
from bot.studio.telegram import PretendTelegram
from bot.studio.world import picture_mime

_LONGEST_WAIT_SECONDS = 25.0
_SHOWN_MESSAGES = 200
_PICTURE = b"\x89PNG\r\n\x1a\n"

Act = Callable[[Person, Json], Any]


def _tap(person: Person, told: Json) -> str:
    if "data" in told:
        return person.taps_data(told["message_id"], told["data"], told.get("chat_id"))
    return person.taps(told.get("message_id"), told["button"], told.get("chat_id"))


_ACTS: dict[str, Act] = {
    "say": lambda person, told: person.says(told["text"], told.get("chat_id")),
    "tap": _tap,
    "edit": lambda person, told: person.edits(told["message_id"], told["text"], told.get("chat_id")),
    "open": lambda person, told: person.opens(told["link"]),
    "forward": lambda person, told: person.forwards(told["text"]),
    "voice": lambda person, told: person.sends_voice(),
    "sticker": lambda person, told: person.sends_sticker(),
    "photo": lambda person, told: person.sends_photo(_PICTURE),
    "contact": lambda person, told: person.sends_contact(),
    "location": lambda person, told: person.sends_location(),
    "block": lambda person, told: person.blocks(),
    "unblock": lambda person, told: person.unblocks(),
    "rename": lambda person, told: person.rename(told["first_name"]),
}


def _file_json(file: StoredFile | None) -> Json | None:
    if file is None:
        return None
    return {
        "address": f"/control/files/{file.file_id}",
        "name": file.name,
        "width": file.width,
        "height": file.height,
    }


def shown_json(shown: Shown) -> Json:
    """One message for the page."""
    return {
        "message_id": shown.message_id,
        "from_bot": shown.from_bot,
        "sender": shown.sender,
        "kind": shown.kind,
        "text": shown.text,
        "entities": shown.entities,
        "buttons": [[button.as_json() for button in row] for row in shown.buttons],
        "file": _file_json(shown.file),
        "at": shown.at.isoformat(),
        "edited": shown.edited,
        "silent": shown.silent,
        "pinned": shown.pinned,
    }


def _commands(pretend: PretendTelegram, chat: Chat) -> list[Json]:
    known = pretend.world.profile.commands
    by_chat = known.get((f"chat:{chat.chat_id}", ""))
    kind = "all_private_chats" if chat.kind == "private" else "all_group_chats"
    return by_chat or known.get((kind, "")) or known.get(("default", "")) or []


def chat_json(pretend: PretendTelegram, chat: Chat) -> Json:
    """One chat for the page: its latest messages, keyboard, pins, commands and the latest notice."""
    notices = pretend.world.notices.get(chat.chat_id, ())
    return {
        "chat_id": chat.chat_id,
        "kind": chat.kind,
        "name": chat.name,
        "started": chat.started,
        "blocked": chat.blocked,
        "doing": chat.doing,
        "keyboard": keyboard_rows(chat.keyboard),
        "placeholder": (chat.keyboard or {}).get("input_field_placeholder", ""),
        "commands": _commands(pretend, chat),
        "messages": [shown_json(shown) for shown in chat.shown(_SHOWN_MESSAGES)],
        "notices": [{"text": notice.text, "alert": notice.alert} for notice in notices],
    }


def state_json(pretend: PretendTelegram) -> Json:
    """Everything the page shows of the chats."""
    return {
        "version": pretend.version,
        "bot": pretend.world.bot,
        "chats": [chat_json(pretend, chat) for chat in pretend.world.chats.values()],
        "people": [{"user_id": one.user_id, "first_name": one.first_name} for one in pretend.people],
        "faults": [fault.as_json() for fault in pretend.faults.waiting],
        "duplicates": pretend.world.updates.duplicates,
        "pending": pretend.pending(),
    }


async def json_body(request: Request) -> Json:
    """The object a POST brought. Raises NotPossible when it is none or not said to be JSON."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise NotPossible("the body must be application/json")
    with understood():
        told = json.loads(await request.body() or b"{}")
    if not isinstance(told, dict):
        raise NotPossible("a JSON object is expected")
    return told


Handler = Callable[[Request], Awaitable[Response]]


def spoken(handler: Handler) -> Handler:
    """The handler, answering 400 with a reason where a wish is not possible."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except NotPossible as problem:
            return JSONResponse({"error": problem.reason}, 400)

    return answer


@contextmanager
def understood() -> Iterator[None]:
    """Turns a field that is missing or makes no sense, met inside, into NotPossible."""
    try:
        yield
    except KeyError as missing:
        raise NotPossible(f"missing: {missing.args[0]}") from None
    except (TypeError, ValueError, OverflowError) as problem:
        raise NotPossible(str(problem)) from None


class _Control:
    def __init__(self, pretend: PretendTelegram) -> None:
        self.pretend = pretend

    async def state(self, request: Request) -> Response:
        """The state; with `since`, as soon as it is newer than that version (or after `wait` seconds)."""
        since = request.query_params.get("since")
        with understood():
            wait = float(request.query_params.get("wait", _LONGEST_WAIT_SECONDS))
        if since == str(self.pretend.version):
            await self.pretend.changed.wait(min(wait, _LONGEST_WAIT_SECONDS))
            # several changes come together: a moment's patience saves the page many redraws
            await asyncio.sleep(0.02)
        return JSONResponse(state_json(self.pretend))

    async def add_person(self, request: Request) -> Response:
        told = await json_body(request)
        with understood():
            user_id, name = int(told["user_id"]), str(told["first_name"])
        person = self.pretend.person(user_id, name, told.get("language", "en"))
        return JSONResponse({"user_id": person.user_id})

    async def act(self, request: Request) -> Response:
        user_id, name = request.path_params["user_id"], request.path_params["act"]
        person = next((one for one in self.pretend.people if one.user_id == user_id), None)
        if person is None or name not in _ACTS:
            return JSONResponse({"error": "no such person or act"}, 404)
        told = await json_body(request)
        with understood():
            return JSONResponse({"result": _ACTS[name](person, told)})

    async def add_fault(self, request: Request) -> Response:
        told = await json_body(request)
        with understood():
            times = int(told.pop("times", 1))
            if told.get("fate") == "duplicate":
                self.pretend.duplicate_updates(times)
            else:
                self.pretend.faults.next(Fate(told.pop("fate")), times, told.pop("method", None), **told)
        self.pretend.world.touch()
        return JSONResponse({"faults": [fault.as_json() for fault in self.pretend.faults.waiting]})

    async def clear_faults(self, request: Request) -> Response:
        self.pretend.faults.clear()
        self.pretend.world.updates.duplicates = 0
        self.pretend.world.touch()
        return JSONResponse({"faults": []})

    async def floods(self, request: Request) -> Response:
        told = await json_body(request)
        with understood():
            self.pretend.floods = FloodLimits(**told) if told else None
        return JSONResponse({"on": self.pretend.floods is not None})

    async def file(self, request: Request) -> Response:
        file = self.pretend.world.files.get(request.path_params["file_id"])
        if file is None:
            return Response(status_code=404)
        mime = picture_mime(file.content) or "application/octet-stream"
        return Response(file.content, media_type=mime, headers={"X-Content-Type-Options": "nosniff"})


def control_routes(pretend: PretendTelegram) -> list[BaseRoute]:
    """The routes under `/control/`.

    `GET state?since=&wait=`, `POST people`, `POST people/<id>/<act>` (say, tap, edit, open, forward, voice,
    sticker, photo, contact, location, block, unblock, rename), `POST`/`DELETE faults`, `POST floods`,
    `GET files/<id>`.
    """
    control = _Control(pretend)
    return [
        Route("/control/state", spoken(control.state)),
        Route("/control/people", spoken(control.add_person), methods=["POST"]),
        Route("/control/people/{user_id:int}/{act}", spoken(control.act), methods=["POST"]),
        Route("/control/faults", spoken(control.add_fault), methods=["POST"]),
        Route("/control/faults", spoken(control.clear_faults), methods=["DELETE"]),
        Route("/control/floods", spoken(control.floods), methods=["POST"]),
        Route("/control/files/{file_id}", control.file),
    ]
