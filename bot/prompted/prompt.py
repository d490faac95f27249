"""A planned item that may go now, and how its talk is begun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from bot import quiet, talking
from bot.desk import Desk
from content.protocol import Protocol
from records import due


@dataclass(frozen=True)
class Prompt:
    """A due row that is sent in this turn; the policy has agreed and the person can be reached.

    `together`: rows at the same time that this message asks too (the weekly questions with the diary, doses at one
    minute). `missed`: rows an outage kept from going, which this message stands for. Both are closed by the caller.
    `waited`: a break, a hold, silence or a full day put this off, or an earlier reminder it stands for, to a later day.
    """

    desk: Desk
    rules: Protocol
    row: Row[Any]
    silent: bool = False
    together: tuple[Row[Any], ...] = ()
    missed: tuple[Row[Any], ...] = ()
    waited: bool = False

    def begin(self, talk: str, args: dict[str, Any], *, fleeting: bool = False) -> None:
        """Send the prompt: a talk whose first question it is. The person's answer gives the row its final state.

        A `fleeting` one never goes after the row's latest moment, nor twice when in doubt.
        """
        due.sent(self.desk.tx, self.row.id)
        if fleeting:
            self.desk.doubt, self.desk.not_after = "never", self.row.latest_at
        begin_for(self.desk, self.row, talk, args, silent=self.silent)
        self.desk.doubt, self.desk.not_after = "once_more", None


def begin_for(desk: Desk, row: Row[Any], talk: str, args: dict[str, Any], *, silent: bool = False) -> None:
    """Begin a talk as the prompt of a due row: no letter is written twice for it.

    One that cannot be delivered until the quiet hours begin is let go: nobody is woken because a line was down.
    """
    before = desk.silent, desk.not_after
    desk.silent, desk.not_after = silent or desk.silent, desk.not_after or quiet.begins_at(desk)
    desk.prompting = row.id
    talking.begin(desk, talk, args, prompt=row.id)
    desk.prompting, (desk.silent, desk.not_after) = None, before
