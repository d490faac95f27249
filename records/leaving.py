"""Leaving: messages only, the study, or with the data to be removed; by the person's own word or through staff."""

from __future__ import annotations

from records import due, people, post, talks
from records.database import Tx

STATUS_OF = {"prompts": "prompts_stopped", "study": "stopped", "data": "stopped"}
"""The three levels, and the status each one gives."""

ASKED_FOR = ("check_back", "visit_again", "session_again", "again")
"""What the person had put off to a time of their own: a message too."""


def leave(tx: Tx, participant_id: int, level: str, action: str) -> None:
    """Stop at one of the levels of `STATUS_OF`; `action` is how the audit names it.

    Messages only: what is due stays planned, and says at its time why it did not go; staff still call about a missed
    check-in. Else nothing goes on.
    """
    people.change(tx, participant_id, action, status=STATUS_OF[level])
    post.cancel(tx, participant_id, ("prompt",), "stopped")
    if level == "prompts":
        for item in ASKED_FOR:
            due.cancel(tx, participant_id, item, f"stopped: {level}")
        return
    due.cancel(tx, participant_id, None, f"stopped: {level}")
    post.cancel(tx, participant_id, ("step",), "stopped")
    for parked in talks.parked(tx, participant_id):
        talks.move(tx, parked.id, "stopped")
