"""One node: the receive loop, the turns, the sweep and the sender of one bot, around one database."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application, TypeHandler

from bot import outage, silence, turns
from bot.escalation import escalate
from bot.pacing import Pacer
from bot.sending import Parcel, Sender, retry_seconds
from bot.storage import Storage
from bot.wordings import Wordings
from bot.world import World
from content.medicines import limit
from records import due, escalations, meta, post
from records.database import Tx
from scheduler import away, planning
from scheduler.sweep import Sweep

log = structlog.get_logger()

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
POLL_SECONDS = 25
AFTER_ERROR_SECONDS = 2.0
CHECK_WEBHOOK_SECONDS = 20.0
MOST_AT_ONCE = 100
PERSON = "participant"
"""Who acts in the turn of an update."""


def nothing_happens(_point: str) -> None:
    """What is told of every point a crash could fall on; the kill drill puts its own in place."""


@dataclass
class Node:
    """Everything one bot does. `at` is called at the points fetched, inbox, turn, claimed, accepted, noted.

    At most `in_flight` letters are on their way at once; at most `together` turns share a commit.
    `after_error` seconds after a failure Telegram is asked again.
    """

    storage: Storage
    bot: Bot
    world: World
    pacer: Pacer
    in_flight: int = 16
    together: int = 16
    after_error: float = AFTER_ERROR_SECONDS
    at: Callable[[str], None] = nothing_happens
    parcels: Parcel | None = None
    carriers: dict[str, Any] = field(default_factory=dict)
    offset: int | None = None
    last_poll_at: datetime | None = None
    _catching_up: bool = False
    sweeper: Sweep = field(init=False)
    wordings: Wordings = field(init=False)

    async def start(self) -> None:
        """Take over: settle what a dead process left in flight, and finish open inbox rows in order."""
        self.fence = await self.storage.write(lambda tx: meta.next_fence(tx, self.world.bot))
        again, unknown = await self.storage.write(lambda tx: post.settle(tx, self.world.bot))
        self.last_poll_at = await self.storage.read(lambda tx: meta.last_poll_at(tx, self.world.bot))
        await self.storage.write(self._note_since_when)
        self.wordings = Wordings(self.storage.clock)
        await self.storage.read(self.wordings.look)
        await self.roll()
        self.sender = Sender(
            self.storage,
            self.bot,
            self.world.bot,
            self.pacer,
            fence=self.fence,
            in_flight=self.in_flight,
            at=self.at,
            parcels=self.parcels,
            carriers=self.carriers,
        )
        self.sweeper = Sweep(self.storage.read, self._due, self.storage.clock)
        self._inputs = asyncio.Event()
        self._inputs.set()
        log.info("node started", fence=self.fence, sent_again=again, in_doubt=unknown)

    def _note_since_when(self, tx: Tx) -> None:
        """After a start: note since when we are up without a gap."""
        if self.was_away():
            meta.put(tx, meta.UP_SINCE, tx.now.isoformat())

    async def roll(self) -> None:
        """Bring every plan in line, nightly and after a start: one by one, so that nobody's answer waits for all."""
        await self.storage.write(planning.end_unanswered)
        for participant_id in await self.storage.read(planning.planned_for):
            await self.storage.write(partial(silence.night, self.world, participant_id=participant_id))
            await asyncio.sleep(0)
        await self.storage.write(away.looked)

    def application(self) -> Application[Any, Any, Any, Any, Any, Any]:
        """PTB's Application around this node: an update handed to it takes the same way in."""
        application = Application.builder().bot(self.bot).updater(None).build()

        async def on_update(update: Update, _context: Any) -> None:
            await self.take_in([json.loads(update.to_json())])
            await self.work()
            await self.sender.drain()

        application.add_handler(TypeHandler(Update, on_update))
        return application

    async def take_in(self, updates: Sequence[dict[str, Any]], *, delayed: bool = False) -> int:
        """Commit raw updates to the inbox; only then may they be acknowledged. Gives how many were new."""
        rows = [(int(u["update_id"]), json.dumps(u, separators=(",", ":"))) for u in updates]

        def commit(tx: Tx) -> list[int]:
            if not delayed:
                meta.polled(tx, self.world.bot)
            return post.receive(tx, self.world.bot, rows, delayed=delayed)

        fresh = await self.storage.write(commit)
        self.at("inbox")
        self._inputs.set()
        return len(fresh)

    async def poll_once(self, seconds: int = 0) -> int:
        """Fetch what Telegram has and commit it; the offset moves only after the commit."""
        asked = {"timeout": seconds, "allowed_updates": json.dumps(ALLOWED)}
        if self.offset is not None:
            asked["offset"] = self.offset
        updates = await self.bot.do_api_request("getupdates", api_kwargs=asked, read_timeout=float(seconds + 10))
        delayed = self.was_away() or self._catching_up
        self._catching_up = delayed and len(updates) >= MOST_AT_ONCE
        await self.heard_from_telegram()
        if not updates:
            return 0
        self.at("fetched")
        new = await self.take_in(updates, delayed=delayed)
        self.offset = max(int(u["update_id"]) for u in updates) + 1
        return new

    def was_away(self) -> bool:
        """True when so long nothing was heard from Telegram that what comes now may be old."""
        gap = timedelta(minutes=limit("gap_minutes"))
        return self.last_poll_at is not None and self.storage.clock() - self.last_poll_at > gap

    async def heard_from_telegram(self) -> None:
        """Nothing waits at Telegram from before now; after an outage people are told what that means."""
        since, self.last_poll_at = self.last_poll_at, self.storage.clock()
        if since is not None and self.last_poll_at - since > outage.TELEGRAM_KEEPS:
            await self.storage.write(lambda tx: self._look_back(tx, since))

    def _look_back(self, tx: Tx, since: datetime) -> None:
        meta.polled(tx, self.world.bot)
        outage.look_back(self.world, tx, since)

    async def work(self) -> int:
        """Take a turn for every open input, in order; gives how many there were."""
        taken = 0
        while True:
            count = await self._turns()
            taken += count
            if count < self.together:
                return taken
            # what was just written may go out before the next inputs are dealt with
            await asyncio.sleep(0)

    async def _turns(self) -> int:
        """Several turns in one commit, with what the sender has to write; gives how many.

        When one of them breaks, each is taken in a commit of its own.
        """
        rows: list[Any] = []

        def together(tx: Tx) -> list[turns.Taken]:
            rows.extend(post.open_rows(tx, self.world.bot, self.together))
            return turns.update_turns(self.world, tx, rows)

        try:
            left = await self.sender.commit_with(together, PERSON)
        except Exception:  # whatever it is, each input stands or falls alone
            if not rows:
                raise
            left = [await self._turn(row) for row in rows]
            self.sender.wake.set()
        for taken in left:
            self.at("turn")
            for callback in taken.callbacks:
                self._in_background(self._acknowledge(callback))
        return len(rows)

    async def _turn(self, row: Any) -> turns.Taken:
        """One turn in a commit of its own; none when the commit that seemed to break had been made."""

        def alone(tx: Tx) -> list[turns.Taken]:
            return turns.update_turns(self.world, tx, post.still_open(tx, row.seq))

        try:
            return next(iter(await self.storage.write(alone, PERSON)), turns.Taken())
        except Exception as error:  # whatever it is, the next input must not wait for it
            trace = "".join(traceback.format_exception(error))
            log.error("turn failed", inbox=row.seq, error=type(error).__name__)
            await self.storage.write(lambda tx: turns.failed_turn(self.world, tx, row, trace))
            return turns.Taken()

    async def _acknowledge(self, callback: str) -> None:
        """Stop the little clock on a button; nothing is lost when this fails."""
        try:
            await self.bot.do_api_request("answercallbackquery", api_kwargs={"callback_query_id": callback})
        except TelegramError as error:
            log.debug("tap not acknowledged", error=type(error).__name__)

    def _in_background(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    _background: set[asyncio.Task[None]] = field(default_factory=set)

    async def settle_background(self) -> None:
        """Wait for what runs beside the turns."""
        while self._background:
            await asyncio.wait(set(self._background))

    async def sweep(self) -> int:
        """Take a turn for every due item whose time has come, and tell the next person of alerts nobody took.

        Gives how many there were.
        """
        if self.wordings.due:
            await self.storage.read(self.wordings.look)
        return await self.sweeper.once() + await self._escalate()

    async def outside_a_turn(self, work: Callable[[Tx], int]) -> int:
        """Do work of the installation itself in one transaction; letters it wrote, or another process did, leave."""
        done = await self.storage.write(work)
        self.sender.wake.set()
        return done

    async def _escalate(self) -> int:
        if not await self.storage.read(escalations.due):
            return 0
        return await self.outside_a_turn(lambda tx: escalate(self.world, tx))

    async def _due(self, item: Any) -> None:
        def turn(tx: Tx) -> None:
            current = due.by_id(tx, item.id)
            if current is not None and current.state == "pending":
                turns.due_turn(self.world, tx, current)

        try:
            await self.storage.write(turn)
        except Exception as error:  # a poison item must not stop the others
            name = type(error).__name__
            log.error("due item failed", item=item.id, kind=item.item, error=name)
            await self.storage.write(lambda tx: due.close(tx, item.id, "cancelled", name))
        self.sender.wake.set()

    async def keep_polling(self) -> None:
        """Long polling for as long as the process lives; first, and after each failure, without waiting for news."""
        patience = 0
        while True:
            seconds, patience = patience, 0
            try:
                if not await self.poll_once(seconds):
                    await self.storage.write(lambda tx: meta.polled(tx, self.world.bot))
                patience = POLL_SECONDS
            except RetryAfter as error:
                await asyncio.sleep(retry_seconds(error))
            except Conflict:
                log.error("another program polls with this token")
                await asyncio.sleep(self.after_error)
            except (TimedOut, NetworkError, TelegramError) as error:
                log.warning("no updates", error=type(error).__name__)
                await asyncio.sleep(self.after_error)

    async def check_webhook(self) -> None:
        """Ask Telegram whether anything waits for the webhook; only when nothing does have we heard everything."""
        if (await self.bot.get_webhook_info()).pending_update_count == 0:
            await self.heard_from_telegram()
            await self.storage.write(lambda tx: meta.polled(tx, self.world.bot))

    async def keep_checking_webhook(self) -> None:
        """With a webhook, for as long as the process lives: what came late is told from what came at once."""
        while True:
            try:
                await self.check_webhook()
            except TelegramError as error:
                log.warning("Telegram does not answer", error=type(error).__name__)
            await asyncio.sleep(CHECK_WEBHOOK_SECONDS)

    async def keep_working(self) -> None:
        """Turns for as long as the process lives."""
        while True:
            await self._inputs.wait()
            self._inputs.clear()
            await self.work()

    async def close(self) -> None:
        """Give everything back."""
        await self.settle_background()
        self.storage.close()
