"""Alerts by mail: a real SMTP conversation with a server on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.mail import mail_carrier
from bot.settings import Settings

LETTER = {"subject": "Study alert: P0007, tier 0", "text": "Emergency alert. Participant P0007, tier 0."}


class Postbox:
    """A server that speaks as much SMTP as one letter needs; `refuses` makes it turn the letter away."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses, self.letters = refuses, list[str]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := (await reader.readline()).decode():
            word = line.split(" ")[0].strip().upper()
            if word == "DATA":
                writer.write(b"354 go on\r\n")
                await self._letter(reader)
            refused = word == "RCPT" and self.refuses
            if word == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"550 no such box\r\n" if refused else b"250 ok\r\n")
        writer.close()

    async def _letter(self, reader: asyncio.StreamReader) -> None:
        lines = [""]
        while lines[-1] != ".\r\n":
            lines.append((await reader.readline()).decode())
        self.letters.append("".join(lines))


@asynccontextmanager
async def open_for(postbox: Postbox) -> AsyncIterator[Settings]:
    server = await asyncio.start_server(postbox.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield Settings(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"), alert_mail_to="oncall@example.org")


async def test_an_alert_goes_by_mail_with_study_id_and_tier_and_nothing_else() -> None:
    postbox = Postbox()
    async with open_for(postbox) as settings:
        await mail_carrier(settings)(LETTER)
    (letter,) = postbox.letters
    assert "Subject: Study alert: P0007, tier 0" in letter
    assert "To: oncall@example.org" in letter
    assert "Participant P0007, tier 0." in letter


async def test_a_mail_that_is_turned_away_is_an_error_the_sender_can_see() -> None:
    async with open_for(Postbox(refuses=True)) as settings:
        with pytest.raises(OSError, match="no such box"):
            await mail_carrier(settings)(LETTER)


async def test_a_server_that_is_not_there_is_an_error_the_sender_can_see() -> None:
    settings = Settings(smtp_url=SecretStr("smtp://127.0.0.1:1"), alert_mail_to="oncall@example.org")
    with pytest.raises(OSError, match="refused"):
        await mail_carrier(settings)(LETTER)
