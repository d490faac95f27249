"""A webhook gets everything, in order within a chat, with Telegram's patience."""

import asyncio
from dataclasses import dataclass, field

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.studio.http import telegram_app
from bot.studio.people import Person
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from bot.studio.webhook import Delivery, Receipt, WebhookDelivery, posting_with
from tests.studio.rig import StandingClock, bot_in_memory, bot_over_http


@dataclass
class Hook:
    """A bot's webhook; `answers` are used up first, then everything is taken."""

    answers: list[Receipt | Exception] = field(default_factory=list)
    got: list[Delivery] = field(default_factory=list)

    async def __call__(self, delivery: Delivery) -> Receipt:
        self.got.append(delivery)
        answer = self.answers.pop(0) if self.answers else Receipt(200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def texts(self) -> list[str]:
        return [delivery.body["message"]["text"] for delivery in self.got]


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def delivery(pretend: PretendTelegram, hook: Hook) -> WebhookDelivery:
    params = {"url": "https://bot.invalid/hook", "secret_token": "s3cret_-"}
    assert pretend.call(pretend.token, "setWebhook", params).status == 200
    return WebhookDelivery(pretend, hook)


async def test_updates_are_posted_with_the_secret(
    delivery: WebhookDelivery, hook: Hook, pretend: PretendTelegram, ann: Person
) -> None:
    assert await delivery.deliver_due() == 1
    (post,) = hook.got
    assert post.url == "https://bot.invalid/hook"
    assert post.headers == {"X-Telegram-Bot-Api-Secret-Token": "s3cret_-"}
    assert post.body["message"]["text"] == "/start"
    assert pretend.pending() == 0


async def test_nothing_is_posted_without_a_webhook(pretend: PretendTelegram, hook: Hook, ann: Person) -> None:
    assert await WebhookDelivery(pretend, hook).deliver_due() == 0
    assert hook.got == []


async def test_a_chats_order_is_kept_through_failures(
    delivery: WebhookDelivery, hook: Hook, ann: Person, clock: StandingClock
) -> None:
    ann.says("two")
    hook.answers = [Receipt(500), Receipt(503)]
    assert await delivery.deliver_due() == 0
    assert hook.texts == ["/start", "/start"]
    clock.move(seconds=2)
    assert await delivery.deliver_due() == 2
    assert hook.texts == ["/start", "/start", "/start", "two"]


async def test_another_chat_does_not_wait_for_a_failing_one(
    delivery: WebhookDelivery, hook: Hook, pretend: PretendTelegram, ann: Person
) -> None:
    pretend.person(502, "Ben").says("hello")
    hook.answers = [Receipt(500), Receipt(500)]
    assert await delivery.deliver_due() == 1
    assert hook.texts == ["/start", "/start", "hello"]


async def test_retries_come_at_once_then_after_2_4_8_up_to_a_minute_or_two(
    delivery: WebhookDelivery, hook: Hook, pretend: PretendTelegram, ann: Person, clock: StandingClock
) -> None:
    hook.answers = [OSError(), TimeoutError(), *[Receipt(404)] * 7]
    waits = []
    for _ in range(8):
        await delivery.deliver_due()
        due = delivery.next_try_at()
        assert due is not None
        waits.append((due - clock()).total_seconds())
        clock.at = due
    assert waits[:5] == [2, 4, 8, 16, 32]
    assert all(60 <= wait <= 120 for wait in waits[5:])
    info = pretend.call(pretend.token, "getWebhookInfo", {}).body["result"]
    assert (info["pending_update_count"], info["last_error_message"]) == (
        1,
        "Wrong response from the webhook: 404",
    )


async def test_retry_after_is_honoured_up_to_an_hour(
    delivery: WebhookDelivery, hook: Hook, ann: Person, clock: StandingClock
) -> None:
    hook.answers = [Receipt(429, retry_after=7), Receipt(503, retry_after=99_999)]
    for seconds in (7, 3600):
        await delivery.deliver_due()
        due = delivery.next_try_at()
        assert due is not None
        assert (due - clock()).total_seconds() == seconds
        clock.at = due


async def test_a_failing_update_is_given_up_after_24_hours(
    delivery: WebhookDelivery, hook: Hook, pretend: PretendTelegram, ann: Person, clock: StandingClock
) -> None:
    hook.answers = [Receipt(500)] * 100_000
    while (due := delivery.next_try_at()) is not None:
        clock.at = max(due, clock())
        await delivery.deliver_due()
    assert 700 < len(hook.got) < 1500
    assert pretend.pending() == 0


async def test_an_update_whose_200_was_lost_comes_again_with_its_id(
    delivery: WebhookDelivery, hook: Hook, pretend: PretendTelegram, ann: Person
) -> None:
    pretend.duplicate_updates()
    assert await delivery.deliver_due() == 1
    ids = [post.body["update_id"] for post in hook.got]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_one_update_of_a_chat_is_in_flight_and_chats_go_side_by_side(
    pretend: PretendTelegram, delivery: WebhookDelivery
) -> None:
    flying: list[int] = []
    most: list[int] = []
    gate = asyncio.Event()

    async def slow(post: Delivery) -> Receipt:
        chat = post.body["message"]["chat"]["id"]
        assert chat not in flying
        flying.append(chat)
        most.append(len(flying))
        if len(flying) == 3:
            gate.set()
        await gate.wait()
        flying.remove(chat)
        return Receipt(200)

    for user_id in (1, 2, 3):
        person = pretend.person(user_id)
        person.says("a")
        person.says("b")
    assert await WebhookDelivery(pretend, slow).deliver_due() == 6
    assert max(most) == 3


async def test_no_more_connections_than_allowed(pretend: PretendTelegram, delivery: WebhookDelivery) -> None:
    pretend.call(pretend.token, "setWebhook", {"url": "https://bot.invalid/", "max_connections": 2})
    flying, most = 0, 0

    async def count(post: Delivery) -> Receipt:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return Receipt(200)

    for user_id in range(1, 8):
        pretend.person(user_id).says("x")
    assert await WebhookDelivery(pretend, count).deliver_due() == 7
    assert most == 2


async def test_a_tap_may_overtake_a_message_as_at_telegram(
    delivery: WebhookDelivery, hook: Hook, pretend: PretendTelegram, ann: Person
) -> None:
    async with bot_in_memory(pretend) as bot:
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("7", callback_data="7")]])
        await bot.send_message(ann.user_id, "How?", reply_markup=keyboard)
    ann.taps(None, "7")
    hook.answers = [Receipt(500), Receipt(500)]
    await delivery.deliver_due()
    assert ["callback_query" in post.body for post in hook.got] == [False, False, True]


async def test_over_http_a_webhook_is_served_and_polling_comes_back_after_it(
    pretend: PretendTelegram, ann: Person
) -> None:
    arrived: asyncio.Queue[tuple[str | None, int]] = asyncio.Queue()

    async def take(request: Request) -> Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        await arrived.put((secret, (await request.json())["update_id"]))
        return Response()

    own = Starlette(routes=[Route("/hook", take, methods=["POST"])])
    async with serving(own) as address, bot_over_http(pretend) as bot:
        await bot.set_webhook(f"{address}/hook", secret_token="abc")
        secret, first = await arrived.get()
        ann.says("more")
        assert (await arrived.get()) == (secret, first + 1) == ("abc", first + 1)
        info = await bot.get_webhook_info()
        assert info.url == f"{address}/hook"
        await bot.delete_webhook()
        ann.says("polled")
        assert [update.update_id for update in await bot.get_updates()] == [first + 2]


async def test_a_webhook_nobody_serves_counts_as_a_closed_connection(pretend: PretendTelegram, ann: Person) -> None:
    async with serving(telegram_app(pretend)) as gone:
        pass
    pretend.call(pretend.token, "setWebhook", {"url": f"{gone}/hook"})
    async with aiohttp.ClientSession() as session:
        assert await WebhookDelivery(pretend, posting_with(session)).deliver_due() == 0
    assert pretend.world.webhook.last_error_message == "Webhook connection closed"
