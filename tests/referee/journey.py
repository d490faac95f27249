"""Run by the referee's Python: a person joins, pauses and logs a dose on tg-auto-test; then the data are exported.

`python -m tests.referee.journey FOLDER` writes `talk.json` and the export into the folder.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ["PTB_TIMEDELTA"] = "1"

from telegram.ext import Application, ApplicationBuilder
from tg_auto_test.test_utils.serverless_telegram_client import ServerlessTelegramClient

from bot.node import Node
from bot.pacing import Pacer
from bot.parcels import parcel
from bot.storage import Storage
from bot.world import World
from coordinator.export import Request, export_csv
from records import people
from records.database import Database
from records.sealed import Keyring
from records.upgrade import upgrade

KEY = "a key for the referee's journey"
JOINING = ("I agree to take part", "New York", "9 pm to 8 am", "No")
OXYCODONE = ("oxycodone", "Tablet", ">5", "mg", "As needed", ">1", "It does not say", "Skip", "Use oxycodone")
JOINED = ("No", "Yes", "Done", "About to take a dose")
PAUSE = (">/pause", "6", ">about 4", "Both", "1 minute", "One quiet minute", *("Next",) * 5)
DOSE = ("5", "3", "I took it, or take it now", "1 tablet (usual)")
NOT_KNOWN_TO_IT = ("pinChatMessage",)


@dataclass
class Talk:
    """A person's side of tg-auto-test: what they do, and everything they read."""

    client: Any
    conversation: Any
    script: list[str] = field(default_factory=list)
    newest: Any = None

    async def does(self, *acts: str) -> None:
        """Taps, and with a leading `>` messages, one after the other."""
        for act in acts:
            self.script.append(act if act.startswith(">") else f"> [{act}]")
            if act.startswith(">"):
                await self.conversation.send_message(act[1:], parse_mode=None)
            else:
                offered = [button.text for row in self.newest.buttons for button in row]
                assert act in offered, f"no button {act!r} but {offered} below: {self.script[-4:]}"
                await self.newest.click(text=act)
            await self._read()

    async def _read(self) -> None:
        while True:
            try:
                shown = await self.conversation.get_response(timeout=5)
            except RuntimeError:  # so it says that there is no further message
                return
            self.script.append(shown.text)
            if shown.buttons:
                self.newest = shown


def as_telegram_names_them(stub: Any) -> None:
    """Telegram takes method names in any case; tg-auto-test only in one, and not the pinning of a message."""
    stub._handlers |= dict.fromkeys(NOT_KNOWN_TO_IT, stub._handle_ack)
    names = {name.lower(): name for name in stub._handlers}
    plain: Callable[..., Awaitable[tuple[int, bytes]]] = stub.do_request

    async def do_request(url: str, *args: Any, **more: Any) -> tuple[int, bytes]:
        place, _, name = url.rpartition("/")
        return await plain(f"{place}/{names.get(name, name)}", *args, **more)

    stub.do_request = do_request


def database_in(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'referee.sqlite3'}", Keyring(KEY), lambda: datetime.now(UTC))
    upgrade(database)
    return database


def invitation_from(database: Database) -> str:
    with database.write("staff") as tx:
        return people.invite(tx, people.add(tx, arm="mbt", test=False), 14).code


async def journey(database: Database, code: str) -> Talk:
    nodes: list[Node] = []

    def build(builder: ApplicationBuilder[Any, Any, Any, Any, Any, Any]) -> Application[Any, Any, Any, Any, Any, Any]:
        bot = builder.build().bot
        nodes.append(
            Node(Storage(database), bot, World(bot="123", draw=lambda below: 0), Pacer(None, None), parcels=parcel)
        )
        return nodes[0].application()

    client = ServerlessTelegramClient(build_application=build)
    as_telegram_names_them(client._request)
    (node,) = nodes
    await node.start()
    await client.connect()
    async with client.conversation("test_bot", timeout=5) as conversation:
        talk = Talk(client, conversation)
        await talk.does(f">/start {code}", *JOINING, *OXYCODONE, *JOINED, *PAUSE, *DOSE)
    await client.disconnect()
    return talk


def main(folder: Path) -> None:
    database = database_in(folder)
    talk = asyncio.run(journey(database, invitation_from(database)))
    export_csv(database, Request(folder / "export"), actor="staff")
    database.close()
    (folder / "talk.json").write_text(json.dumps(talk.script), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
