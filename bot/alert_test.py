"""The test of the alert path: once a month, and on demand, through every channel; staff acknowledge it in time."""

from __future__ import annotations

from datetime import datetime

from bot import alarms
from bot.world import World
from content import say
from content.protocol import protocol
from content.watching import watching
from records import alerts, roster
from records.alerts import Raised
from records.database import Tx
from study.person import local_at
from study.view import instant_of

RULE = "test_alert"


def due_test(world: World, tx: Tx) -> int:
    """Send this month's test once its hour has come, if none went out since; gives how many went."""
    last, at = alerts.last_of(tx, RULE), due_at(tx.now)
    if tx.now < at or (last is not None and last.aware_at >= at):
        return 0
    send_test(world, tx)
    return 1


def due_at(now: datetime) -> datetime:
    """The instant of the test of the month that `now` lies in, by the clock of the first site."""
    test, zone = watching().test, protocol().sites[0].zone
    today = local_at(now, zone).date()
    return instant_of(datetime.combine(today.replace(day=test.day_of_month), test.at), zone)


def send_test(world: World, tx: Tx) -> Raised:
    """A test alert through the staff chat, the common mail, and every way to each of the roster.

    An earlier one that nobody took is closed with a note that says so.
    """
    _close_earlier(tx)
    raised = alarms.raise_about(world, tx, None, RULE, tx.now)
    message = say.staff.alert(**alarms.said(world, raised.id, RULE, raised.tier, "-"))
    for reader in roster.readers(tx):
        occurrence = f"alert.{raised.id}.{reader.code}"
        alarms.to_reader(world, tx, message, reader, alarms.subject("-", raised.tier), occurrence)
    return raised


def _close_earlier(tx: Tx) -> None:
    last = alerts.last_of(tx, RULE)
    if last is not None and last.state != "closed":
        taken = last.acknowledged_at is not None
        alerts.close(tx, last.id, "coach", "A new test begins." if taken else "Nobody took it before the next test.")
