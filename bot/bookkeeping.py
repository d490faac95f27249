"""The nightly look at the books, person by person; staff get one alert of what does not fit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from bot import alarms
from bot.world import World
from coordinator import books_checked, ledger
from coordinator.row_books import Finding
from records import alerts
from records.database import Tx

if TYPE_CHECKING:
    from bot.node import Node

RULE = "books"
NAMED = 20
"""So many findings stand in the note of an alert; `coach check --ledger` lists them all."""


async def check_books(node: Node) -> int:
    """Look at the books of everybody, so that nobody's turn waits for it; gives how many findings there are."""
    found: list[Finding] = []
    for number in await node.storage.read(ledger.everybody):
        found += await node.storage.read(partial(ledger.check_one, participant_id=number))
        await asyncio.sleep(0)
    return await node.outside_a_turn(partial(_tell, node.world, found))


def _tell(world: World, found: Sequence[Finding], tx: Tx) -> int:
    """One alert for all of it, and no second one while that is open; a note when the findings have changed."""
    news = books_checked.keep(tx, found)
    if not found:
        return 0
    standing = alerts.last_of(tx, RULE)
    is_open = standing is not None and standing.state != "closed"
    number = standing.id if standing is not None and is_open else alarms.raise_about(world, tx, None, RULE, tx.now).id
    if news or not is_open:
        alerts.add_note(tx, number, _said(found), "coach")
    return len(found)


def _said(found: Sequence[Finding]) -> str:
    lines = [f"{each.study_id} {each.item}: {each.what} ({each.detail})" for each in found[:NAMED]]
    more = [f"and {len(found) - NAMED} more: coach check --ledger"] if len(found) > NAMED else []
    return "\n".join([*lines, *more])
