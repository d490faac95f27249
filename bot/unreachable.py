"""Somebody blocked the bot, or their account is gone: nothing more is tried, and staff get a task the same day."""

from __future__ import annotations

from content.safety_data import alerts as alert_rules
from records import alerts, people, post
from records.database import Tx

RULE = "bot_blocked"
NOT_WORTH_KEEPING = ("answer", "step", "prompt")


def note(tx: Tx, chat_hash: str) -> None:
    """Note that a chat refuses our messages; it is told to staff once, until it takes them again."""
    chat = people.chat_by_hash(tx, chat_hash)
    if chat is None or chat.unreachable_at is not None:
        return
    people.unreachable(tx, chat_hash, tx.now)
    post.cancel(tx, chat.participant_id, NOT_WORTH_KEEPING, "unreachable", "undeliverable")
    person, known = people.by_id(tx, chat.participant_id), alert_rules().rules[RULE]
    alerts.raise_(tx, person.id, RULE, known.tier, known.version, tx.now, study_id=person.study_id)
