"""What a person asked for at a time of their own: a check-back, something put off. It keeps its hour or is let go.

Neither the cap of a day nor a break holds it back, since it is asked for, and in quiet hours it comes without a sound.
What we kept from going while we were away follows other messages at the usual distance.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from bot import prompts, quiet
from bot.desk import Desk
from records import due, meta
from records.person import person_of, protocol_of

A_MINUTE = timedelta(minutes=1)


def may_go(desk: Desk, item: Row[Any]) -> bool:
    """True when the item goes now; else it was ended or put off here."""
    why_not = quiet.why_not(desk, asked_for=True)
    if item.latest_at is not None and desk.tx.now > item.latest_at:
        due.close(desk.tx, item.id, "expired", "too late")
    elif why_not is not None:
        due.close(desk.tx, item.id, "skipped", why_not)
    elif quiet.busy(desk):
        due.postpone(desk.tx, item.id, desk.tx.now + A_MINUTE)
    elif (free_at := _room_after_an_outage(desk, item)) is not None:
        due.postpone(desk.tx, item.id, free_at)
    else:
        return True
    return False


def is_silent(desk: Desk) -> bool:
    """True in quiet hours: what was asked for then comes without a sound."""
    return quiet.why_not(desk) == quiet.QUIET_HOURS


def _room_after_an_outage(desk: Desk, item: Row[Any]) -> datetime | None:
    """When something kept back by an outage may follow the last message, None for at once."""
    since = meta.get(desk.tx, meta.UP_SINCE)
    if since is None or item.due_at >= datetime.fromisoformat(since):
        return None
    last = prompts.traffic(desk, person_of(desk.tx, desk.participant)).last_sent_at
    spacing = timedelta(minutes=protocol_of(desk.participant).prompts.spacing_minutes)
    return last + spacing if last is not None and last + spacing > desk.tx.now else None
