"""Which of the exercises led belong to a session: home practice is counted without them.

What is led inside a session is a part of the treatment, of another length in each arm; what is asked for between
sessions is minutes of practice outside of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select

from records.fact_tables import TABLE_OF
from records.tables import ConversationRow, table

if TYPE_CHECKING:
    from study.steps import Fact

SESSION_TALKS = ("session", "booster")
"""Talks that lead the exercises of a weekly session, whose lengths differ between the arms."""


def in_a_session(kind: type[Fact]) -> ColumnElement[bool]:
    """The condition that an entry was first made inside a weekly session or a booster, whoever corrected it since."""
    rows, talks = table(TABLE_OF[kind]), table(ConversationRow)
    first = rows.alias("as_led")
    made_in = select(1).where(
        first.c.entity == rows.c.entity,
        first.c.revision == 1,
        talks.c.id == first.c.conversation_id,
        talks.c.talk.in_(SESSION_TALKS),
    )
    return made_in.exists()
