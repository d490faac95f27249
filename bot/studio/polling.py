"""Holding a getUpdates open until there is something to say."""

import asyncio
from dataclasses import replace

from bot.studio.telegram import PretendTelegram, Reply


async def settled(pretend: PretendTelegram, reply: Reply) -> Reply:
    """The reply to send at last: at once for most calls, held for real seconds for an empty getUpdates."""
    if reply.hold is None:
        return reply
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + reply.hold.seconds
    while (left := ends_at - loop.time()) > 0:
        await pretend.news.wait(left)
        answer = pretend.resume(reply)
        if answer is not None:
            return answer
    return replace(reply, hold=None)
