"""The pretend Telegram over HTTP: what a bot's `base_url` points to."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.studio.control import control_routes
from bot.studio.faults import Fate
from bot.studio.multipart import parts
from bot.studio.params import Upload
from bot.studio.polling import settled
from bot.studio.telegram import PretendTelegram, Reply
from bot.studio.webhook import WebhookDelivery, posting_with

_LONGEST_SILENCE_SECONDS = 120.0
_Call = tuple[dict[str, Any], dict[str, Upload]]


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _read(body: bytes, content_type: str) -> _Call:
    """The parameters and files of a request body. Raises ValueError for one that cannot be read."""
    if not body:
        return {}, {}
    if content_type.startswith("multipart/form-data"):
        fields, files = parts(body, content_type)
        return dict(fields), files
    if content_type.startswith("application/json"):
        values = json.loads(body)
        if not isinstance(values, dict):
            raise ValueError("an object is expected")
        return values, {}
    return dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


class _BotMethods:
    """The endpoint of `/bot<token>/<method>`; plain ASGI, since benchmarks call it all the time."""

    def __init__(self, pretend: PretendTelegram) -> None:
        self._pretend = pretend

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await settled(self._pretend, self._reply(scope, await _body(receive)))
        if reply.delay_seconds:
            await asyncio.sleep(reply.delay_seconds)
        if reply.fate in {Fate.LOST, Fate.REFUSED}:
            await _break(send)
        elif reply.fate is Fate.TIMEOUT:
            await _say_nothing(receive, send)
        else:
            await _answer(send, reply.status, json.dumps(reply.body).encode())

    def _reply(self, scope: Scope, body: bytes) -> Reply:
        token, method = scope["path_params"]["token"], scope["path_params"]["method"]
        try:
            values, files = _read(body, _header(scope, b"content-type"))
        except ValueError as problem:
            return Reply(400, {"ok": False, "error_code": 400, "description": f"Bad Request: {problem}"})
        if query := scope["query_string"]:
            values = {**dict(parse_qsl(query.decode(), keep_blank_values=True)), **values}
        return self._pretend.call(unquote(token), method, values, files)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _break(send: Send) -> None:
    """Promise a body and end without it: the server must close the connection on the caller."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": True})


async def _say_nothing(receive: Receive, send: Send) -> None:
    """Keep the connection open until the caller has lost patience."""
    try:
        async with asyncio.timeout(_LONGEST_SILENCE_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        await _break(send)


def telegram_routes(pretend: PretendTelegram) -> list[BaseRoute]:
    """The Bot API's own routes: methods and files."""

    async def file(request: Request) -> Response:
        found = pretend.world.files.get(request.path_params["file_id"])
        if request.path_params["token"] != pretend.token or found is None:
            return Response(b'{"ok":false,"error_code":404,"description":"Not Found"}', 404)
        return Response(found.content, media_type="application/octet-stream")

    return [
        Route("/bot{token}/{method}", _BotMethods(pretend), methods=None),
        Route("/file/bot{token}/files/{file_id}", file),
    ]


def webhooks_of(pretend: PretendTelegram) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """A Starlette lifespan during which updates are delivered to the bot's webhook, if it sets one."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(WebhookDelivery(pretend, posting_with(session)).run())
            yield
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return lifespan


def telegram_app(pretend: PretendTelegram) -> Starlette:
    """A Bot API server for `pretend`, with the people's side under `/control/`.

    Faults: a lost answer and a refused connection both break the connection (only the first was carried
    out), a time-out keeps it open in silence.
    """
    routes = [*telegram_routes(pretend), *control_routes(pretend)]
    return Starlette(routes=routes, lifespan=webhooks_of(pretend))
