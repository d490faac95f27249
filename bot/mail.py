"""Alerts by mail: the second channel, over SMTP, with study id, tier and where to look."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.settings import Settings

Carrier = Callable[[dict[str, Any]], Awaitable[None]]
SECONDS = 20


def mail_carrier(settings: Settings) -> Carrier:
    """What sends one mail; `smtp://user:password@host:587` begins TLS, `smtps://` is TLS from the start.

    It goes to the address of the settings, or to the letter's own. Raises OSError when the server cannot be reached or
    refuses: the letter is then in doubt and goes once more.
    """

    async def carry(body: dict[str, Any]) -> None:
        to = str(body.get("to") or settings.alert_mail_to)
        await asyncio.to_thread(_send, settings, to, str(body["subject"]), str(body["text"]))

    return carry


def _send(settings: Settings, to: str, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["To"] = to
    mail["From"] = settings.alert_mail_from or settings.alert_mail_to
    mail.set_content(text)
    url = urlsplit(settings.smtp_url.get_secret_value())
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with kind(url.hostname or "localhost", url.port or 0, timeout=SECONDS) as server:
        if url.scheme == "smtp" and url.username:
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(mail)
