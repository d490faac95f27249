"""The studio as one web app: the pretend Telegram, the page, its clock and what the coach has logged."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.studio.clock import StudioClock
from bot.studio.control import control_routes, json_body, spoken, understood
from bot.studio.http import telegram_routes, webhooks_of
from bot.studio.params import Json
from bot.studio.people import NotPossible
from bot.studio.telegram import PretendTelegram

ANN, BEN, STAFF_MEMBER = 1001, 1002, 1003
STAFF_CHAT = -1004

_PAGE = Path(__file__).parent / "page"
_MOST_STOPS = 500
_POLICY = b"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

Logged = Callable[[str], Awaitable[dict[str, Any]]]
Invitations = Callable[[], Awaitable[list[dict[str, Any]]]]


async def _nobody_invited() -> list[dict[str, Any]]:
    return []


def prepare_people(pretend: PretendTelegram) -> None:
    """Two people with phones, Ann and Ben, and a staff group with Dana in it."""
    pretend.person(ANN, "Ann")
    pretend.person(BEN, "Ben")
    pretend.group(STAFF_CHAT, "Staff")
    pretend.person(STAFF_MEMBER, "Dana")


class _Headers:
    """Adds what keeps other pages out of this one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start" and not scope["path"].startswith("/bot"):
                extra = [(b"content-security-policy", _POLICY), (b"cache-control", b"no-store")]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await self._app(scope, receive, with_policy)


def _ahead(told: Json) -> timedelta:
    with understood():
        ahead = timedelta(minutes=float(told["minutes"]))
    if ahead < timedelta(0):
        raise NotPossible("The clock never goes back.")
    return ahead


class _Studio:
    def __init__(self, pretend: PretendTelegram, clock: StudioClock, logged: Logged, invitations: Invitations) -> None:
        self._pretend = pretend
        self._clock = clock
        self._logged = logged
        self._invitations = invitations

    async def page(self, request: Request) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def panel(self, request: Request) -> Response:
        """What is logged about the person in view, the pretend time, and who is invited."""
        logged = await self._logged(request.query_params.get("person", ""))
        told = {"logged": logged, "invitations": await self._invitations(), "prepared": self._prepared()}
        return JSONResponse({**told, "now": self._clock.now().isoformat()})

    def _prepared(self) -> Json:
        return {
            "staff_chat": STAFF_CHAT,
            "staff_member": STAFF_MEMBER,
            "username": self._pretend.username,
        }

    async def move_clock(self, request: Request) -> Response:
        """Move by `minutes`, or `to_next` message due (of `person`, else of anybody)."""
        told = await json_body(request)
        if told.get("to_next"):
            due = await self._next_due(str(told.get("person", "")))
            if due is None:
                raise NotPossible("Nothing is waiting to be sent.")
            await self._clock.move_to(due)
        else:
            await self._live_through(self._clock.now() + _ahead(told))
        self._pretend.world.touch()
        return JSONResponse({"now": self._clock.now().isoformat()})

    async def _next_due(self, person: str) -> datetime | None:
        told = (await self._logged(person)).get("next_due_at")
        if told is None:
            return None
        due = told if isinstance(told, datetime) else datetime.fromisoformat(told)
        return due.astimezone(UTC)

    async def _live_through(self, until: datetime) -> None:
        # stopping at each due message: one long leap would look to the coach like an outage
        for _ in range(_MOST_STOPS):
            due = await self._next_due("")
            if due is None or not self._clock.now() < due < until:
                break
            await self._clock.move_to(due)
        await self._clock.move_to(until)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.page),
            Route("/studio/panel", self.panel),
            Route("/studio/clock", spoken(self.move_clock), methods=["POST"]),
            Mount("/page", StaticFiles(directory=_PAGE)),
        ]


def studio_app(
    pretend: PretendTelegram,
    clock: StudioClock,
    logged: Logged,
    invitations: Invitations = _nobody_invited,
) -> Starlette:
    """The app `coach demo` serves: the page at `/`, the Bot API at `/bot…`, people at `/control/`.

    `logged(person)` tells what is on record: `{"tables": {name: [row, …]}, "next_due_at": instant or None,
    "note": text}`, rows oldest first, and, if wished, `"zone"` (IANA) for the times shown. `person` is a
    Telegram user id as text, or empty for everybody.

    `invitations()` gives `[{"study_id", "arm", "link", "code"}, …]`: the first is offered to Ann, the
    second to Ben. `prepare_people` makes them; it is called by whoever makes `pretend`.
    """
    studio = _Studio(pretend, clock, logged, invitations)
    routes = [*telegram_routes(pretend), *control_routes(pretend), *studio.routes()]
    return Starlette(routes=routes, middleware=[Middleware(_Headers)], lifespan=webhooks_of(pretend))
