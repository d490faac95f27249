"""What goes out when a planned item may go: one file for each kind of prompt, and which families they send."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.prompted import evening, meetings, sessions, visits
from bot.prompted.prompt import Prompt
from content.prompt_rules import Family

SENDERS: Mapping[Family, Callable[[Prompt], None]] = {
    "visit": visits.message,
    "visit_call": visits.call,
    "visit_close": visits.close,
    "session": sessions.message,
    "diary": evening.diary,
    "weekly": evening.weekly,
    "week_picture": evening.week_picture,
    "meeting": meetings.message,
}
"""Family → what sends it. Each gives the row its final state, or notes that it went out and waits for an answer."""
