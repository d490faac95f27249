"""python-telegram-bot's way out, into the pretend Telegram's memory: no sockets, no server."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.studio.faults import Fate
from bot.studio.params import Upload
from bot.studio.polling import settled
from bot.studio.telegram import PretendTelegram, Reply

_READ_TIMEOUT_SECONDS = 20.0


class PretendRequest(BaseRequest):
    """A `BaseRequest` for `telegram.Bot` that calls `pretend` directly.

    A lost answer raises NetworkError from ConnectionResetError, a missing one TimedOut from TimeoutError
    (in both the call was carried out), a refused connection NetworkError from ConnectionRefusedError.
    """

    def __init__(
        self,
        pretend: PretendTelegram,
        *,
        holds_polls: bool = False,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        """Talk to `pretend`; an empty getUpdates answers at once unless `holds_polls`.

        `sleep` waits out delays (seconds).
        """
        self._pretend = pretend
        self._holds_polls = holds_polls
        self._sleep = sleep

    @property
    def read_timeout(self) -> float:
        """Seconds after which an answer counts as missing."""
        return _READ_TIMEOUT_SECONDS

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of one call, or of one file."""
        if "/file/bot" in url:
            return self._file(url)
        token, name = url.rsplit("/bot", 1)[1].split("/", 1)
        reply = self._pretend.call(token, name, *_unpacked(request_data))
        if self._holds_polls:
            reply = await settled(self._pretend, reply)
        patience = read_timeout if isinstance(read_timeout, int | float) else self.read_timeout
        await self._meet(reply, patience)
        return reply.status, json.dumps(reply.body).encode()

    async def _meet(self, reply: Reply, patience: float) -> None:
        if reply.fate is Fate.REFUSED:
            raise NetworkError("connection refused") from ConnectionRefusedError()
        if reply.fate is Fate.LOST:
            raise NetworkError("connection lost before the answer") from ConnectionResetError()
        if reply.fate is Fate.TIMEOUT or reply.delay_seconds > patience:
            raise TimedOut("no answer in time") from TimeoutError()
        await self._sleep(reply.delay_seconds)

    def _file(self, url: str) -> tuple[int, bytes]:
        file = self._pretend.world.files.get(url.rsplit("/", 1)[1])
        return (404, b'{"ok":false,"error_code":404}') if file is None else (200, file.content)


def _unpacked(data: RequestData | None) -> tuple[dict[str, Any], dict[str, Upload]]:
    if data is None:
        return {}, {}
    files = data.multipart_data if data.contains_files else {}
    return data.parameters, {name: _upload(part) for name, part in files.items()}


def _upload(part: Any) -> Upload:
    name, content, mime = part
    return Upload(name, content if isinstance(content, bytes) else content.read(), mime)
