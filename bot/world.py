"""What every turn of this process shares: the bot it is, and what the installation has set."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True)
class World:
    """The bot's id and name at Telegram, and where staff are reached. Empty numbers mean the country's own.

    `draw` gives a number from 0 to one below its argument.
    """

    bot: str
    username: str = "coach_bot"
    staff_chat: int | None = None
    mail: bool = False
    page_url: str = ""
    emergency: str = ""
    crisis: str = ""
    live: bool = False
    release: str = "0.1.0"
    draw: Callable[[int], int] = secrets.randbelow

    @staticmethod
    def of(settings: Settings, username: str, *, live: bool) -> World:
        """The world that some settings describe; `live` enrols real people only when it is complete."""
        return World(
            bot=settings.bot_id,
            username=username,
            staff_chat=settings.staff_chat,
            mail=bool(settings.smtp_url.get_secret_value() and settings.alert_mail_to),
            page_url=settings.page_url,
            emergency=settings.emergency_number,
            crisis=settings.crisis_number,
            live=live,
        )
