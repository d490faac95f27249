"""Delivering updates to a webhook, with the patience of Telegram's own server.

One update in flight per lane (a chat's messages, a person's taps), in order; lanes side by side up to
`max_connections`. Anything but a 2xx is tried again: at once, then after 2, 4, 8 … seconds up to a random
60 to 120, or after the answer's `Retry-After` (3,600 s at most), until the update expires.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from bot.studio.params import Json
from bot.studio.telegram import PretendTelegram
from bot.studio.updates import Lane, Update

_MAX_RESEND_SECONDS = 60
_MAX_RETRY_AFTER_SECONDS = 3600
_LONGEST_SLEEP_SECONDS = 5.0


@dataclass(frozen=True)
class Delivery:
    """One POST to the webhook: `headers` besides the usual ones, `body` a JSON object."""

    url: str
    headers: dict[str, str]
    body: Json


@dataclass(frozen=True)
class Receipt:
    """What the webhook answered; `retry_after` in seconds. Status 0: no answer at all."""

    status: int
    retry_after: int = 0


Post = Callable[[Delivery], Awaitable[Receipt]]


@dataclass
class _Patience:
    """How often the first update of a lane has failed, and when it is due again."""

    update_id: int
    delay: int = 1
    fails: int = 0
    due_at: float = 0.0


class WebhookDelivery:
    """Posts what waits in `pretend` to its webhook."""

    def __init__(self, pretend: PretendTelegram, post: Post) -> None:
        """Deliver by `post`; whatever it raises of OSError and TimeoutError counts as no answer."""
        self._pretend = pretend
        self._post = post
        self._patience: dict[Lane, _Patience] = {}
        self._tasks: dict[Lane, asyncio.Task[int]] = {}

    async def deliver_due(self) -> int:
        """Deliver all that is due by the pretend clock, retries due at once among it; how many arrived."""
        delivered = 0
        self._start()
        while self._tasks:
            done, _ = await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            delivered += sum(task.result() for task in done)
            self._tasks = {lane: task for lane, task in self._tasks.items() if task not in done}
            self._start()
        return delivered

    def next_try_at(self) -> datetime | None:
        """When the next waiting update is due; None when nothing waits."""
        lanes = self._pretend.world.updates.lanes
        instants = [self._of(lane).due_at for lane in lanes]
        return datetime.fromtimestamp(min(instants), UTC) if instants else None

    async def run(self) -> None:
        """Deliver for ever, woken by news and by retries that come due; to be cancelled."""
        while True:
            if self._pretend.world.webhook.url:
                await self.deliver_due()
            await self._pretend.news.wait(self._seconds_to_sleep())

    def _seconds_to_sleep(self) -> float:
        due = self.next_try_at()
        if due is None or not self._pretend.world.webhook.url:
            return _LONGEST_SLEEP_SECONDS
        left = due.timestamp() - self._now()
        return min(max(left, 0.01), _LONGEST_SLEEP_SECONDS)

    def _now(self) -> float:
        return self._pretend.world.clock().timestamp()

    def _of(self, lane: Lane) -> _Patience:
        first = self._pretend.world.updates.lanes[lane][0]
        patience = self._patience.get(lane)
        if patience is None or patience.update_id != first.update_id:
            patience = self._patience[lane] = _Patience(first.update_id, due_at=self._now())
        return patience

    def _start(self) -> None:
        world = self._pretend.world
        world.updates.drop_expired()
        for lane in list(world.updates.lanes) if world.webhook.url else ():
            if len(self._tasks) >= world.webhook.max_connections:
                return
            if lane not in self._tasks and self._of(lane).due_at <= self._now():
                self._tasks[lane] = asyncio.create_task(self._drain(lane))

    async def _drain(self, lane: Lane) -> int:
        delivered = 0
        world = self._pretend.world
        while lane in world.updates.lanes and world.webhook.url:
            if self._of(lane).due_at > self._now():
                break
            update = world.updates.lanes[lane][0]
            delivered += await self._deliver(update)
        return delivered

    async def _deliver(self, update: Update) -> int:
        hook = self._pretend.world.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            receipt = await self._post(Delivery(hook.url, headers, update.body))
        except (OSError, TimeoutError):
            receipt = Receipt(0)
        if 200 <= receipt.status <= 299:
            return self._arrived(update)
        self._failed(update, receipt)
        return 0

    def _arrived(self, update: Update) -> int:
        updates = self._pretend.world.updates
        if updates.is_doubled():
            return 0
        updates.forget(update)
        if update.lane not in updates.lanes:
            self._patience.pop(update.lane, None)
        return 1

    def _failed(self, update: Update, receipt: Receipt) -> None:
        world = self._pretend.world
        world.webhook.last_error_date = world.seconds()
        answered = f"Wrong response from the webhook: {receipt.status}"
        world.webhook.last_error_message = answered if receipt.status else "Webhook connection closed"
        patience = self._of(update.lane)
        wait = min(max(receipt.retry_after, 0), _MAX_RETRY_AFTER_SECONDS)
        if wait == 0 and patience.fails > 0:
            longest = world.random.randint(_MAX_RESEND_SECONDS, 2 * _MAX_RESEND_SECONDS)
            wait = patience.delay = min(longest, patience.delay * 2)
        if self._now() + wait > update.expires_at:
            world.updates.forget(update)
            return
        patience.fails += 1
        patience.due_at = self._now() + wait


def posting_with(session: aiohttp.ClientSession) -> Post:
    """A `Post` over real HTTP."""

    async def post(delivery: Delivery) -> Receipt:
        try:
            async with session.post(delivery.url, json=delivery.body, headers=delivery.headers) as answer:
                after = answer.headers.get("Retry-After", "")
                return Receipt(answer.status, int(after) if after.isdigit() else 0)
        except aiohttp.ClientError as problem:
            raise ConnectionError(str(problem)) from problem

    return post
