"""The wordings a site has imported, taken into this process: at its start, and within a minute of an import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from content.supplied import supply
from records import supplied
from records.database import Tx

log = structlog.get_logger()
EVERY = timedelta(minutes=1)


def take_in(tx: Tx) -> tuple[int, int]:
    """Take the wordings of this database in, and no others; gives the stamp they have."""
    for refused in supply(supplied.in_force(tx)):
        log.error("wording not used", instrument=refused.file, reasons=refused.reasons)
    return supplied.stamp(tx)


@dataclass
class Wordings:
    """Looks now and then whether another process has imported something."""

    clock: Callable[[], datetime]
    stamp: tuple[int, int] | None = None
    looked_at: datetime | None = None

    @property
    def due(self) -> bool:
        """True when it is time to look again."""
        return self.looked_at is None or self.clock() - self.looked_at >= EVERY

    def look(self, tx: Tx) -> None:
        """Take in what has changed."""
        self.looked_at = self.clock()
        if supplied.stamp(tx) != self.stamp:
            self.stamp = take_in(tx)
