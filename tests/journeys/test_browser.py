"""The studio as somebody sees it who has only a browser: `coach demo`, two people, the clock, what is logged."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
GUARD_SECONDS = 30.0
PATIENCE_MS = 20_000
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """The address of `coach demo`, run in an empty folder and ended when it is told to."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        "--port",
        str(port),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(GUARD_SECONDS):
            assert b"The studio is open" in await process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        _, said = await process.communicate()
    assert (process.returncode, said.decode()) == (0, "")


@asynccontextmanager
async def browser_at(address: str, width: int, height: int) -> AsyncIterator[Page]:
    """A page without a single error in its console."""
    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        await page.goto(address)
        yield page
        await browser.close()
    assert problems == []


class Phone:
    """One phone in the studio: what somebody taps, and what they see there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def newest(self) -> Locator:
        """The newest message."""
        return self.page.locator("#log article").last

    async def shows(self, text: str) -> None:
        """The newest message has these words, and can be seen."""
        await expect(self.newest).to_contain_text(text, timeout=PATIENCE_MS)
        await expect(self.newest).to_be_in_viewport()

    async def talks(self, *script: str) -> None:
        """Question by question: words of the newest message, then the button that is tapped below it."""
        for words, button in zip(script[::2], script[1::2], strict=True):
            await self.shows(words)
            await self.newest.get_by_role("button", name=button, exact=True).click()

    async def taps_below(self, button: str) -> None:
        """A standing button below the chat."""
        await self.page.locator("#keyboard").get_by_role("button", name=button, exact=True).click()

    async def says(self, words: str) -> None:
        """Write something and send it; the bot has begun to answer when this comes back."""
        articles = self.page.locator("#log article")
        before = await articles.count()
        await self.page.locator("#writing").fill(words)
        await self.page.keyboard.press("Enter")
        await expect(articles.nth(before + 1)).to_be_visible(timeout=PATIENCE_MS)

    async def goes_on(self, end: str, most: int = 200) -> None:
        """Answer whatever is asked until a text is read: lists are left unticked, of anything else the first button."""
        for _ in range(most):
            buttons = self.newest.locator("button.inline")
            await expect(buttons.first.or_(self.newest.get_by_text(end)).first).to_be_visible(timeout=PATIENCE_MS)
            if end in await self.newest.inner_text():
                return
            names = [text.strip() for text in await buttons.all_inner_texts()]
            wanted = next((name for name in ("Done", "Begin", "Next", "Go on") if name in names), names[0])
            before = await self.newest.inner_text()
            await buttons.filter(has_text=re.compile(f"^{re.escape(wanted)}$")).first.click()
            await expect(self.newest).not_to_have_text(before, use_inner_text=True, timeout=PATIENCE_MS)
        raise AssertionError(f"{end!r} was never read")

    async def lives(self, days: int) -> None:
        """Move the clock with its button, day by day."""
        for _ in range(days):
            async with self.page.expect_response("**/studio/clock"):
                await self.page.get_by_role("button", name="+1 day").click()

    async def fits(self) -> None:
        """Nothing is wider than the screen."""
        size = self.page.viewport_size
        assert size is not None
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


async def joins(phone: Phone) -> None:
    await phone.page.get_by_role("button", name="Open Ann's invitation").click()
    await phone.talks(
        *("Version", "I agree to take part"),
        *("Which city", "New York"),
        *("quiet hours", "9 pm to 8 am"),
        *("discreet words", "No"),
        *("Is it right?", "Yes"),
        *("Is there another one?", "No"),
        *("naloxone at home", "Not sure"),
        *("Tap what fits", "Fever or chills"),
    )
    await expect(phone.newest.get_by_role("button", name="Fever or chills")).to_contain_text("✓")
    await phone.newest.get_by_role("button", name="Fever or chills").click()
    await expect(phone.newest.get_by_role("button", name="Fever or chills", exact=True)).to_be_visible()
    await phone.talks("Tap what fits", "Done", "One last thing", "About to take a dose")
    await expect(phone.page.locator("#log")).to_contain_text("You are in")
    await expect(phone.page.locator("#pinned")).to_contain_text("call 911")


async def pauses(phone: Phone) -> None:
    await phone.taps_below("About to take a dose")
    await phone.talks(
        *("How strong is the pain", "6"),
        *("How strong is the wish", "4"),
        *("What is it mostly?", "Both"),
        *("How long would you like?", "1 minute"),
        *("Which one?", "One quiet minute"),
    )
    await phone.shows("Sit or lie down")
    await phone.page.get_by_role("button", name="To the next message").click()
    await phone.shows("Let one slow breath in")
    await phone.page.get_by_role("button", name="+1 minute").click()
    await phone.talks(
        *("And the pain now", "3"),
        *("And the wish for it now", "2"),
        *("what fits?", "I took it, or take it now"),
        *("How much white tablet", "1 tablet (usual)"),
    )
    await phone.shows("1 tablet of white tablet, ")


async def sees_it_logged(page: Page) -> None:
    for name, words in (("doses", "oxycodone"), ("pauses begun", "both"), ("pauses ended", "took")):
        rows = page.locator(f"[aria-labelledby='t-{name}'] tbody tr")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text(words)


@pytest.mark.parametrize(
    ("width", "height"),
    [pytest.param(390, 844, id="phone"), pytest.param(1280, 860, id="desk", marks=pytest.mark.slow)],
)
async def test_somebody_with_a_browser_lives_the_main_job(tmp_path: Path, width: int, height: int) -> None:
    async with demo(tmp_path) as address, browser_at(address, width, height) as page:
        phone = Phone(page)
        await joins(phone)
        await pauses(phone)
        await phone.fits()
        if width < 760:
            await page.get_by_role("button", name="What is logged").click()
        await sees_it_logged(page)
        await phone.fits()
        if width < 760:
            await page.get_by_role("button", name="Chat").click()
        await page.get_by_role("tab", name="Ben").click()
        await expect(page.get_by_role("button", name="Open Ben's invitation")).to_be_visible()
        await expect(page.locator("#log article")).to_have_count(0)
    assert os.listdir(tmp_path) == [], "a demo leaves nothing behind"  # noqa: PTH208 - asked outside of the loop's work


@pytest.mark.slow
async def test_a_year_is_lived_with_the_clock_and_the_books_say_why(tmp_path: Path) -> None:
    async with demo(tmp_path) as address, browser_at(address, 1280, 860) as page:
        phone = Phone(page)
        await joins(phone)
        await phone.says("/checkin")
        await phone.goes_on("That was the whole check-in")
        await phone.lives(2)
        await phone.says("/session")
        await phone.goes_on("/session")  # how a session ends is said in five ways, each with this
        await phone.says("/diary")
        await phone.goes_on("A dose you log later still counts")
        await phone.lives(92)
        await phone.says("/checkin")
        await phone.goes_on("That was the whole check-in")
        await phone.lives(125)
        told = page.locator("[aria-labelledby='t-check-ins'] tbody tr")
        await expect(told.filter(has_text="month_3: ")).to_contain_text("; answered")
        month_6 = told.filter(has_text="month_6: ")
        for words in ("invite", "call", "close", "expired (window closed)"):
            await expect(month_6).to_contain_text(words)
        await expect(page.locator("[aria-labelledby='t-alerts'] tbody")).to_contain_text("missed_assessments")
