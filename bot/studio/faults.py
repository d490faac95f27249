"""Faults on request: each strikes the next N calls, of one method or of any."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.studio.params import Json


class Fate(StrEnum):
    """What becomes of a call."""

    ANSWERED = "answered"
    LOST = "lost"  # accepted, then the connection breaks before the answer
    TIMEOUT = "timeout"  # accepted, and no answer ever comes
    REFUSED = "refused"  # nothing accepted: no connection at all
    FLOOD = "flood"  # 429 with retry_after
    ERROR = "error"  # another error status, 500 unless told
    DELAY = "delay"  # answered late


@dataclass
class Fault:
    """A fault still to strike `left` times."""

    fate: Fate
    left: int
    method: str | None = None
    milliseconds: int = 0
    retry_after: int = 5
    status: int = 500
    description: str = "Internal Server Error"

    def hits(self, method: str) -> bool:
        """Whether it strikes this method; getUpdates only when named, for it is called all the time."""
        return method != "getupdates" if self.method is None else self.method == method

    def as_json(self) -> Json:
        """What is still to come, for the page."""
        return {"fate": self.fate, "left": self.left, "method": self.method or "any"}


@dataclass
class Faults:
    """The faults that wait, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def next(
        self,
        fate: Fate | str,
        times: int = 1,
        method: str | None = None,
        *,
        milliseconds: int = 0,
        retry_after: int = 5,
        status: int = 500,
        description: str = "Internal Server Error",
    ) -> None:
        """Let the next `times` calls (of `method`, else any but getUpdates) meet this fate.

        `milliseconds` is for DELAY, `retry_after` (s) for FLOOD, `status` and `description` for ERROR.
        """
        name = method.lower() if method else None
        fault = Fault(Fate(fate), times, name, milliseconds, retry_after, status, description)
        self.waiting.append(fault)

    def clear(self) -> None:
        """No faults any more."""
        self.waiting.clear()

    def strike(self, method: str) -> tuple[Fault | None, float]:
        """The fault for this call, if any, and the seconds of delay before its answer; both counted down."""
        if not self.waiting:
            return None, 0.0
        delay = self._first(method, delays=True)
        fault = self._first(method, delays=False)
        self.waiting = [waiting for waiting in self.waiting if waiting.left > 0]
        return fault, delay.milliseconds / 1000 if delay else 0.0

    def _first(self, method: str, *, delays: bool) -> Fault | None:
        for fault in self.waiting:
            if (fault.fate is Fate.DELAY) == delays and fault.left > 0 and fault.hits(method):
                fault.left -= 1
                return fault
        return None
