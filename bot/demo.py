"""`coach demo`: the real bot on a pretend Telegram, in the browser, with the clock in hand."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from bot.node import Node
from bot.running import introduce, keep_going, started, told_to_end
from bot.settings import Settings
from bot.studio.app import ANN, BEN, STAFF_CHAT, prepare_people, studio_app
from bot.studio.clock import StudioClock
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from coordinator import enrolling, logbook
from records.database import Database
from records.sealed import Keyring
from records.upgrade import upgrade
from study.facts import MedicineEpisode

DEMO_KEY = "this key opens nothing but a demo"
PEOPLE = ((ANN, "Ann", "mbt"), (BEN, "Ben", "cbt"))


async def demo(host: str, port: int) -> None:
    """Serve the studio until the process is told to end; everything is forgotten then."""
    with tempfile.TemporaryDirectory(prefix="coach-demo-") as folder:
        clock = StudioClock()
        pretend = PretendTelegram(clock.now)
        prepare_people(pretend)
        database = Database(f"sqlite:///{Path(folder) / 'demo.sqlite3'}", Keyring(DEMO_KEY), clock.now)
        upgrade(database)
        ways = [_invite(database, pretend, name, arm) for _, name, arm in PEOPLE]

        async def logged(person: str) -> dict[str, Any]:
            return logbook.of_chat(database, int(person) if person.lstrip("-").isdigit() else None)

        async def invitations() -> list[dict[str, Any]]:
            return ways

        app = studio_app(pretend, clock, logged, invitations)
        async with serving(app, host, port) as address:
            settings = _settings(pretend, address)
            async with started(settings, database, live=False) as node:
                clock.on_move(_sweeping(node))
                await introduce(node)
                typer.echo(f"The studio is open: {address}\nOpen it in a browser. Ctrl+C ends it.")
                await keep_going(node, settings, told_to_end)


def _sweeping(node: Node) -> Any:
    async def sweep(*_: Any) -> None:
        node.last_poll_at = node.storage.clock()
        await node.sweep()
        await asyncio.sleep(0)

    return sweep


def _settings(pretend: PretendTelegram, address: str) -> Settings:
    return Settings(
        telegram_token=SecretStr(pretend.token),
        telegram_api_url=address,
        secret_key=SecretStr(DEMO_KEY),
        staff_chat=STAFF_CHAT,
        webhook_url="",
        smtp_url=SecretStr(""),
        chat_messages_a_second=4,
    )


def _invite(database: Database, pretend: PretendTelegram, name: str, arm: str) -> dict[str, Any]:
    way = enrolling.add(database, username=pretend.username, arm=arm, test=True, site=None, qr=None)
    for medicine in _medicines(database):
        enrolling.give_medicine(database, way.study_id, medicine)
    return {"study_id": way.study_id, "arm": arm, "link": way.link, "code": way.code, "name": name}


def _medicines(database: Database) -> list[MedicineEpisode]:
    common = {"starts_on": database.clock().date(), "change": "started", "confirmed": True, "source": "staff"}
    oxycodone = {
        "nickname": "white tablet",
        "product": "oxycodone",
        "form": "tablet",
        "strength": 5,
        "unit": "mg",
        "schedule": "as_needed",
        "usual_count": 1,
        "max_per_day": 4,
    }
    return [MedicineEpisode.model_validate(common | oxycodone)]
