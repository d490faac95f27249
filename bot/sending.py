"""The sender: the outbox on its way to Telegram, paced, in order within a chat, and never sure to be done twice.

Telegram takes no idempotency key. A letter that was surely not sent is tried again; one refused for good is final; one
whose fate nobody can know goes by its kind: emergency help until it is sure, a question once more, a prompt or receipt
never.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from sqlalchemy import Row
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot import unreachable
from bot.pacing import Pacer
from bot.storage import Storage
from records import post
from records.database import Tx
from records.post import Sent

log = structlog.get_logger()
T = TypeVar("T")

AFTER_NO_CONNECTION = timedelta(seconds=3)
NO_TOKEN_SECONDS = 60.0
GATHER_SECONDS = 0.003
LOOK_AGAIN_SECONDS = 1.0
NOT_SENT = (ConnectionRefusedError,)
UNCHANGED = "message is not modified"
Parcel = Callable[[dict[str, Any]], Awaitable[tuple[str, dict[str, Any]] | None]]


class NotSent(NetworkError):
    """The request surely did not leave: there was no connection."""


@dataclass(frozen=True)
class Outcome:
    """A result to be written down, and the chat that is free again."""

    chat: str
    sent: Sent


class Sender:
    """Sends what the outbox holds for one bot; `at` is told every point a crash could fall on."""

    def __init__(
        self,
        storage: Storage,
        bot: Bot,
        bot_id: str,
        pacer: Pacer,
        *,
        fence: int,
        in_flight: int,
        at: Callable[[str], None],
        carriers: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] | None = None,
        parcels: Parcel | None = None,
    ) -> None:
        self.storage, self.bot, self.bot_id, self.pacer = storage, bot, bot_id, pacer
        self.fence, self.in_flight, self.at = fence, in_flight, at
        self.carriers = carriers or {}
        self.parcels = parcels
        self.wake = asyncio.Event()
        self._alone = asyncio.Lock()
        self._alarm: asyncio.TimerHandle | None = None
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._results: list[Outcome] = []

    async def run(self) -> None:
        """Send for as long as the process lives."""
        while True:
            await self._round()
            await self.wake.wait()
            self.wake.clear()
            if 0 < len(self._results) < len(self._busy) / 2:
                # many are on their way: what comes back at nearly the same time shares a commit
                await asyncio.sleep(GATHER_SECONDS)

    async def drain(self) -> None:
        """Send everything that may go now, and come back when it is written down."""
        while True:
            started = await self._round()
            if self._busy:
                await asyncio.wait(self._busy.values(), return_when=asyncio.FIRST_COMPLETED)
            elif not started and not self._results:
                return

    async def commit_with(self, work: Callable[[Tx], T], actor: str) -> T:
        """Do `work` in a transaction that also notes what was sent and claims what may go, letters of `work` too.

        They go once it is committed. When it breaks, nothing was noted or claimed: the next round does it.
        """
        done, _ = await self._exchange(work, actor)
        return done

    async def _round(self) -> int:
        _, started = await self._exchange(lambda tx: None, "study")
        return started

    async def _exchange(self, work: Callable[[Tx], T], actor: str) -> tuple[T, int]:
        async with self._alone:  # who is busy is only known when the claims before are back
            results, free = list(self._results), self.in_flight - len(self._busy)

            def commit(tx: Tx) -> tuple[T, list[Row[Any]], float | None]:
                return work(tx), *self._note_and_claim(replace(tx, actor="study"), results, free)

            done, rows, wait = await self.storage.write(commit, actor)
            del self._results[: len(results)]
            self._set_off(results, rows, wait)
            return done, len(rows)

    def _set_off(self, results: list[Outcome], rows: list[Row[Any]], wait: float | None) -> None:
        if results:
            self.at("noted")
        if rows:
            self.at("claimed")
        for outcome in results:
            self._busy.pop(outcome.chat, None)
        for row in rows:
            self._busy[row.chat_hash] = asyncio.create_task(self._send(row))
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if wait is None else asyncio.get_running_loop().call_later(wait, self.wake.set)

    def _note_and_claim(self, tx: Tx, results: list[Outcome], free: int) -> tuple[list[Row[Any]], float | None]:
        post.note(tx, [o.sent for o in results])
        for outcome in results:
            if outcome.sent.reason == "blocked":
                unreachable.note(tx, outcome.chat)
        busy = set(self._busy) - {o.chat for o in results}
        chosen, wait = self._choose(tx, busy, free + len(results))
        return post.claim(tx, chosen, self.fence), wait

    def _choose(self, tx: Tx, busy: set[str], free: int) -> tuple[list[int], float | None]:
        """The letters that go now, and after how many seconds to look again at the latest."""
        chosen: list[int] = []
        wait: float | None = None
        for row in post.waiting(tx, self.bot_id, limit=4 * self.in_flight + len(busy)):
            if len(chosen) >= free:
                break
            if row.chat_hash in busy:
                continue
            busy.add(row.chat_hash)
            delay = self.pacer.delay(row.chat_hash, row.kind)
            if delay > 0:
                wait = delay if wait is None else min(wait, delay)
                continue
            self.pacer.take(row.chat_hash, row.kind)
            chosen.append(row.id)
        if chosen:
            return chosen, min(wait or LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS)
        later = post.next_waiting_at(tx, self.bot_id)
        if later is not None:
            seconds = max((later - tx.now).total_seconds(), 0.01)
            wait = seconds if wait is None else min(wait, seconds)
        return [], wait

    async def _send(self, row: Row[Any]) -> None:
        try:
            sent = await self._delivered(row)
        except Exception as error:  # whatever it is, the chat must not stay busy for ever
            log.error("letter broke", letter=row.id, kind=row.kind, error=type(error).__name__)
            sent = Sent(row.id, "unknown", doubted=True, reason=type(error).__name__)
        self.at("accepted")
        self._results.append(Outcome(row.chat_hash, sent))
        self.wake.set()

    async def _delivered(self, row: Row[Any]) -> Sent:
        body = self.storage.keys.open_json(row.sealed_body)
        try:
            return Sent(row.id, "sent", await self._call(row, body), doubted=row.doubted)
        except RetryAfter as error:
            seconds = retry_seconds(error)
            self.pacer.told_to_wait(row.chat_hash, seconds)
            return Sent(row.id, "waiting", not_before=self._later(seconds), doubted=row.doubted)
        except Forbidden:
            return Sent(row.id, "refused", reason="blocked", doubted=row.doubted)
        except InvalidToken:
            log.error("Telegram does not know our token")
            return Sent(row.id, "waiting", not_before=self._later(NO_TOKEN_SECONDS), doubted=row.doubted)
        except BadRequest as error:
            if UNCHANGED in str(error).lower():
                return Sent(row.id, "sent", doubted=row.doubted)
            return Sent(row.id, "refused", reason=type(error).__name__, doubted=row.doubted)
        except (TelegramError, OSError) as error:
            return self._lost(row, error)

    def _lost(self, row: Row[Any], error: Exception) -> Sent:
        if isinstance(error, NotSent) or isinstance(error.__cause__, NOT_SENT):
            again = self._later(AFTER_NO_CONNECTION.total_seconds())
            return Sent(row.id, "waiting", not_before=again, doubted=row.doubted)
        log.warning("letter in doubt", letter=row.id, kind=row.kind, error=type(error).__name__)
        if row.kind == "emergency" and row.attempts < post.MOST_ATTEMPTS:
            # help that comes twice is better than help that may never have come
            return Sent(row.id, "waiting", not_before=self._later(AFTER_NO_CONNECTION.total_seconds()), doubted=True)
        if row.doubt == "once_more" and not row.doubted:
            return Sent(row.id, "waiting", doubted=True)
        return Sent(row.id, "unknown", doubted=True, reason="in doubt")

    def _later(self, seconds: float) -> Any:
        return self.storage.clock() + timedelta(seconds=seconds)

    async def _call(self, row: Row[Any], body: dict[str, Any]) -> int | None:
        if row.method in self.carriers:
            await self.carriers[row.method](body)
            return None
        chat_id = int(self.storage.keys.open(row.sealed_chat))
        pin = body.pop("pin", False)
        result = await self._api(row.method, chat_id, body)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if pin and message_id is not None:
            with contextlib.suppress(TelegramError):  # the message itself has arrived
                await self.bot.pin_chat_message(chat_id, message_id, disable_notification=True)
        return message_id

    async def _api(self, method: str, chat_id: int, body: dict[str, Any]) -> Any:
        parcel = await self.parcels(body) if self.parcels is not None else None
        if parcel is None:
            # lower case on purpose: Telegram does not mind, and PTB then hands the answer over as it came
            return await self.bot.do_api_request(method.lower(), api_kwargs={"chat_id": chat_id, **body})
        field, kwargs = parcel
        if field == "photo":
            message = await self.bot.send_photo(chat_id, **kwargs)
        else:
            message = await self.bot.send_document(chat_id, **kwargs)
        return {"message_id": message.message_id}


def retry_seconds(error: RetryAfter) -> float:
    """The seconds a 429 asks to wait."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
