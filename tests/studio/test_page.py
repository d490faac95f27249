"""The page itself, in a real browser, with a small bot that answers."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, Update
from telegram.request import HTTPXRequest

from bot.studio.app import ANN, BEN, STAFF_CHAT, prepare_people, studio_app
from bot.studio.clock import StudioClock
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from tests.studio.rig import PNG, StandingClock, bot_over

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
SCALE = InlineKeyboardMarkup([[InlineKeyboardButton(str(mark), callback_data=f"r:{mark}") for mark in range(6)]])


class Echo:
    """A bot that asks for a mark, writes it down, and shows a picture when asked."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.marks: list[dict[str, Any]] = []

    async def run(self) -> None:
        offset = 0
        while True:
            for update in await self.bot.get_updates(offset=offset, timeout=10):
                offset = update.update_id + 1
                await (self.tapped(update) if update.callback_query else self.heard(update))

    async def heard(self, update: Update) -> None:
        message = update.effective_message
        if message is None or message.chat.id == STAFF_CHAT:
            return
        if message.text == "/picture":
            await self.bot.send_photo(message.chat.id, PNG, caption="Your week")
        else:
            sent = await self.bot.send_message(
                message.chat.id, f"You said <b>{message.text}</b>. How is it?", parse_mode="HTML", reply_markup=SCALE
            )
            await self.bot.pin_chat_message(message.chat.id, sent.message_id)

    async def tapped(self, update: Update) -> None:
        query = update.callback_query
        if query is None or query.message is None or query.data is None:
            return
        self.marks.append({"mark": int(query.data[2:]), "urge": None})
        await query.answer("Noted")
        await self.bot.edit_message_text(
            f"You chose {query.data[2:]}.", query.message.chat.id, query.message.message_id
        )
        keyboard = ReplyKeyboardMarkup([["Again"]])
        await self.bot.send_message(query.message.chat.id, "Written down.", reply_markup=keyboard)

    async def logged(self, person: str) -> dict[str, Any]:
        return {"tables": {"pain_ratings": self.marks, "doses": []}, "next_due_at": None, "note": f"person {person}"}


async def invitations() -> list[dict[str, Any]]:
    return [
        {"study_id": "P-001", "arm": "mbt", "link": "https://t.me/pause_coach_bot?start=A1", "code": "A1"},
        {"study_id": "P-002", "arm": "cbt", "link": "https://t.me/pause_coach_bot?start=B2", "code": "B2"},
    ]


@asynccontextmanager
async def studio() -> AsyncIterator[tuple[str, PretendTelegram, Bot]]:
    clock = StudioClock(StandingClock())
    pretend = PretendTelegram(clock.now)
    prepare_people(pretend)
    echoes: list[Echo] = []

    async def logged(person: str) -> dict[str, Any]:
        return await echoes[0].logged(person)

    async with (
        serving(studio_app(pretend, clock, logged, invitations)) as address,
        bot_over(pretend, HTTPXRequest(connection_pool_size=8), address) as bot,
    ):
        echoes.append(Echo(bot))
        task = asyncio.create_task(echoes[0].run())
        yield address, pretend, bot
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def browser_page(address: str, width: int = 1280, height: int = 860) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        page = await browser.new_page(viewport={"width": width, "height": height})
        problems: list[str] = []
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        await page.goto(address)
        yield page
        await browser.close()
        assert problems == []


async def test_ann_opens_her_invitation_answers_and_sees_it_logged() -> None:
    async with studio() as (address, pretend, _), browser_page(address) as page:
        await page.get_by_role("button", name="Open Ann's invitation").click()
        await expect(page.locator("#log")).to_contain_text("You said /start A1. How is it?")
        await expect(page.locator("#pinned")).to_contain_text("How is it?")
        await expect(page.locator("#hint")).to_be_hidden()
        await page.get_by_role("button", name="4", exact=True).click()
        await expect(page.locator("#log")).to_contain_text("You chose 4.")
        await expect(page.locator("#log")).to_contain_text("edited")
        await expect(page.locator("#notice")).to_have_text("Noted")
        row = page.locator("table tbody tr")
        await expect(row).to_have_count(1)
        await expect(row).to_contain_text("4")
        await expect(row).to_contain_text("missing")
        await expect(page.locator("#tables")).to_contain_text("Nothing yet in: doses.")
        await page.get_by_role("button", name="Again", exact=True).click()
        await expect(page.locator("#log")).to_contain_text("You said Again.")
        assert pretend.person(ANN).messages[0].text == "/start A1"


async def test_markup_a_person_writes_stays_text() -> None:
    async with studio() as (address, _, __), browser_page(address) as page:
        await page.locator("#writing").fill("<img src=x onerror=alert(1)> & more")
        await page.keyboard.press("Enter")
        await expect(page.locator("#log article").first).to_contain_text("<img src=x onerror=alert(1)> & more")
        await expect(page.locator("#log img")).to_have_count(0)


async def test_the_keyboard_alone_is_enough() -> None:
    async with studio() as (address, _, __), browser_page(address) as page:
        await expect(page.get_by_role("tab", name="Ann")).to_be_visible()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#writing")).to_be_focused()
        await page.keyboard.type("hello")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="2", exact=True)).to_be_visible()
        await page.get_by_role("button", name="2", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#log")).to_contain_text("You chose 2.")
        await page.get_by_role("tab", name="Ann").focus()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("tab", name="Ben")).to_be_focused()
        await expect(page.get_by_role("button", name="Open Ben's invitation")).to_be_visible()


async def test_a_persons_own_message_can_be_edited() -> None:
    async with studio() as (address, pretend, _), browser_page(address) as page:
        await page.locator("#writing").fill("took 2")
        await page.keyboard.press("Enter")
        await page.locator("article.mine").hover()
        await page.get_by_role("button", name="Edit: took 2").click()
        await page.locator("#writing").fill("took 1")
        await page.keyboard.press("Enter")
        await expect(page.locator("article.mine").first).to_contain_text("took 1")
        assert pretend.person(ANN).messages[0].edited


async def test_staff_see_alerts_and_others_names_can_change() -> None:
    async with studio() as (address, pretend, bot), browser_page(address) as page:
        await expect(page.get_by_role("tab", name="Staff")).to_be_visible()
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("I take it", callback_data="r:1")]])
        await bot.send_message(STAFF_CHAT, "An alert", reply_markup=keyboard)
        await expect(page.get_by_role("tab", name="Staff")).to_contain_text("1")
        await page.get_by_role("tab", name="Staff").click()
        await page.get_by_role("button", name="I take it").click()
        await expect(page.locator("#log")).to_contain_text("You chose 1.")
        await page.get_by_role("tab", name="Ben").click()
        await page.get_by_role("button", name="Rename").click()
        await page.locator("#name-field").fill("Bea")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("tab", name="Bea")).to_be_visible()
        assert pretend.person(BEN).first_name == "Bea"


async def test_the_clock_is_moved_and_trouble_is_made() -> None:
    async with studio() as (address, pretend, _), browser_page(address) as page:
        await expect(page.locator("#now")).to_contain_text("2 Mar 2026")
        await page.get_by_role("button", name="+1 day").click()
        await expect(page.locator("#now")).to_contain_text("3 Mar 2026")
        await expect(page.get_by_role("button", name="To the next message")).to_be_disabled()
        await page.get_by_text("Trouble on the line").click()
        await page.get_by_role("button", name="A server error").click()
        await expect(page.locator("#faults-list")).to_contain_text("Server error: 1 to come")
        await page.get_by_role("button", name="Clear all").click()
        await expect(page.locator("#faults-list li")).to_have_count(0)
        await page.get_by_role("button", name="Ann blocks the bot").click()
        await expect(page.locator("#chat-sub")).to_have_text("blocked")
        assert pretend.person(ANN).has_blocked


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_is_wider_than_the_screen_and_pictures_fit(width: int) -> None:
    async with studio() as (address, _, __), browser_page(address, width) as page:
        await page.locator("#writing").fill("/picture")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("img", name="Your week")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        if width == 390:
            await page.get_by_role("button", name="What is logged").click()
            await expect(page.locator("#note")).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
