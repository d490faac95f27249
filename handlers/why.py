"""Why a message came: one sentence from the row it was sent for."""

from __future__ import annotations

from content.message import Message
from handlers.asking import Asking
from study.queries import Reason, WhyThis, look


def why_this() -> Asking[Message]:
    """What the person reads who taps "Why do I get this?"."""
    found: Reason = yield look("why_row", WhyThis())
    name = {"name": Message(f"visit.name_{found.visit}")} if found.visit is not None else {}
    return Message(f"why.{found.kind}", {**found.days, **found.times, **found.clocks, **found.numbers, **name})
