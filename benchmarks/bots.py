"""The bots that are measured, each a process of its own: `python -m benchmarks.bots echo` or `coach`.

Told SIGUSR1, a process prints the CPU seconds it has used so far, on a line of its own.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, MessageHandler, filters

from bot.commands.opening import database_of
from bot.logs import set_up
from bot.running import keep_going, started, told_to_end
from bot.settings import load

AGAIN = InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data="again")]])


def tell_cpu() -> None:
    """Print the CPU seconds of this process, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(used.ru_utime + used.ru_stime, flush=True)


async def coach() -> None:
    """The whole product, as `coach run` has it."""
    settings = load()
    set_up(settings.log_level)
    async with started(settings, database_of(settings), live=False) as node:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell_cpu)
        await keep_going(node, settings, told_to_end)


async def _text(update: Update, context: Any) -> None:
    assert update.message is not None
    await context.bot.send_message(update.message.chat_id, update.message.text, reply_markup=AGAIN)


async def _tap(update: Update, context: Any) -> None:
    query = update.callback_query
    assert query is not None
    assert query.message is not None
    await query.answer()
    await context.bot.send_message(query.message.chat.id, "Again?", reply_markup=AGAIN)


def echo() -> None:
    """A bare python-telegram-bot with its own HTTP client, one update after the other: what its tutorial shows."""
    api = os.environ["COACH_TELEGRAM_API_URL"]
    builder = Application.builder().token(os.environ["COACH_TELEGRAM_TOKEN"]).base_url(f"{api}/bot")
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, _text))
    application.add_handler(CallbackQueryHandler(_tap))
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: tell_cpu())
    application.run_polling()


if __name__ == "__main__":
    echo() if sys.argv[1] == "echo" else asyncio.run(coach())
