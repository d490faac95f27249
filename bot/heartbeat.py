"""A sign of life for an outside service, which alarms when it stays away: sent only while everything works.

The address is a secret: whoever has it can pretend that we live. It is never logged.
"""

from __future__ import annotations

import aiohttp
import structlog

from bot.node import Node
from bot.web import problems

log = structlog.get_logger()
SECONDS = 10


class Heartbeat:
    """Calls one address as long as database, Telegram and sweep are fresh."""

    def __init__(self, node: Node, url: str) -> None:
        self.node, self._url = node, url

    async def beat(self) -> bool:
        """Give one sign of life; False when something is wrong here, or the service did not take it."""
        wrong = await problems(self.node)
        if wrong:
            log.warning("no heartbeat", problems=wrong)
            return False
        try:
            return await self._call()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("heartbeat not taken", error=type(error).__name__)
            return False

    async def _call(self) -> bool:
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url) as answer:
            if not answer.ok:
                log.warning("heartbeat not taken", status=answer.status)
            return answer.ok
