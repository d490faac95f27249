"""Updates waiting for the bot: numbered, kept 24 hours, forgotten when confirmed.

As in the Bot API server: `offset` forgets what is below it, an update lives 86,400 seconds from its
message's date, ids go up by one, and after a week without updates the next id is random.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random

from bot.studio.params import Json

Lane = tuple[str, int]

LIFE_SECONDS = 86_400
_WEEK_SECONDS = 7 * 86_400
_LEFT_OUT_UNLESS_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_FAR_AHEAD = 10  # an offset further ahead than this is none of ours: the server begins at the head again


@dataclass(frozen=True)
class Update:
    """One waiting update; `lane` is the queue in which a webhook keeps order."""

    update_id: int
    body: Json
    expires_at: float
    lane: Lane


class UpdateQueue:
    """The queue of one bot."""

    def __init__(self, clock: Callable[[], datetime], random: Random) -> None:
        """An empty queue; ids begin at a random number, as Telegram's do."""
        self._clock = clock
        self._random = random
        self._next_id = self._random_id()
        self._last_push_at = clock().timestamp()
        self._waiting: OrderedDict[int, Update] = OrderedDict()
        self.lanes: dict[Lane, deque[Update]] = {}
        self._again: list[Update] = []
        self.allowed: frozenset[str] | None = None
        self.duplicates = 0

    def _random_id(self) -> int:
        return self._random.randrange(100_000_000, 1_000_000_000)

    def __len__(self) -> int:
        """How many updates wait, the expired left out."""
        self.drop_expired()
        return len(self._waiting)

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for this kind of update."""
        if self.allowed is None:
            return kind not in _LEFT_OUT_UNLESS_ASKED
        return kind in self.allowed

    def push(self, kind: str, content: Json, lane: Lane, date: float) -> int | None:
        """Add an update dated `date` (seconds since 1970); its id, or None when the bot wants none."""
        if not self.wants(kind):
            return None
        now = self._clock().timestamp()
        if now - self._last_push_at >= _WEEK_SECONDS:
            self._next_id = self._random_id()
        self._last_push_at = now
        update_id, self._next_id = self._next_id, self._next_id + 1
        update = Update(update_id, {"update_id": update_id, kind: content}, date + LIFE_SECONDS, lane)
        self._waiting[update_id] = update
        self.lanes.setdefault(lane, deque()).append(update)
        return update_id

    def drop_expired(self) -> None:
        """Forget what nobody fetched within 24 hours."""
        now = self._clock().timestamp()
        while self._waiting:
            first = next(iter(self._waiting.values()))
            if first.expires_at > now:
                return
            self.forget(first)

    def forget(self, update: Update) -> None:
        """Remove one update, which is always the first of its lane."""
        if self._waiting.pop(update.update_id, None) is None:
            return
        lane = self.lanes[update.lane]
        lane.popleft()
        if not lane:
            del self.lanes[update.lane]

    def clear(self) -> None:
        """Remove all (`drop_pending_updates`)."""
        self._waiting.clear()
        self.lanes.clear()
        self._again.clear()

    def take(self, offset: int, limit: int) -> list[Update]:
        """Forget what is below `offset`, then give the next `limit`; below 0 counts from the end."""
        self.drop_expired()
        self._forget_below(self._from(offset))
        fresh = list(islice(self._waiting.values(), limit))
        handed, self._again = [*self._again, *fresh], []
        self._again = [update for update in fresh if self.is_doubled()]
        return handed

    def _from(self, offset: int) -> int:
        if offset < 0:
            ids = list(self._waiting)
            return ids[max(offset, -len(ids))] if ids else 0
        return 0 if offset > self._next_id + _FAR_AHEAD else offset

    def _forget_below(self, offset: int) -> None:
        while self._waiting:
            first = next(iter(self._waiting.values()))
            if first.update_id >= offset:
                return
            self.forget(first)

    def is_doubled(self) -> bool:
        """Whether the update handed out now is to come a second time; counts the request down."""
        if self.duplicates <= 0:
            return False
        self.duplicates -= 1
        return True
