"""Holds: coaching stops at once, in the transaction that says so; what was written and waits is not sent."""

from __future__ import annotations

from records import due, people, post
from records.database import Tx
from study.person import DIED
from study.plan import is_planned

KEPT_GOING = ("patch_assumed", "travel")
"""Rows that write something down and say nothing."""


def hold(tx: Tx, participant_id: int, reason: str) -> None:
    """Hospital, bereavement, died or other: timers and what was put off end, and prompts that wait are not sent.

    What the plan demands stays, and says at its time why it did not go; after a death that ends too.
    """
    why = f"hold: {reason}"
    people.change(tx, participant_id, "participant:hold", hold=reason)
    post.cancel(tx, participant_id, ("prompt", "step"), why)
    if reason == DIED:
        due.cancel(tx, participant_id, None, why)
        return
    for item in due.pending_of(tx, participant_id):
        if not is_planned(item.item) and item.item not in KEPT_GOING:
            due.close(tx, item.id, "cancelled", why)


def lift(tx: Tx, participant_id: int) -> None:
    """Coaching may go on; what the hold ended stays ended, and what is still to come is planned anew."""
    people.change(tx, participant_id, "participant:hold_ended", hold=None)
