"""Waiting for a turn to write longer than a talk may: an import of thousands of lines lets nobody in meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
TRIES = 600
"""Of a second each: ten minutes, a good deal more than the longest import takes."""
LOCK_NOT_AVAILABLE = "55P03"
"""What PostgreSQL says when a lock was not to be had in time."""


class Busy(Exception):
    """Somebody else was writing all the while; nothing was done."""

    def __init__(self) -> None:
        super().__init__("somebody else has been writing to the database all the while; try again later")


@dataclass(frozen=True)
class Waiting:
    """How to wait: `told` is called each time that a turn was not to be had, until it was not for so many `tries`."""

    told: Callable[[], None]
    tries: int = field(default_factory=lambda: TRIES)

    @contextmanager
    def for_turn(self, turn: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
        """A turn, for the length of a block; raises Busy when there was none to be had."""
        with ExitStack() as held:
            yield self._entered(held, turn)

    def _entered(self, held: ExitStack, turn: Callable[[], AbstractContextManager[T]]) -> T:
        for _ in range(self.tries):
            try:
                return held.enter_context(turn())
            except Exception as error:
                if not _is_taken(error):
                    raise
            self.told()
        raise Busy


def _is_taken(error: Exception) -> bool:
    """Whether it was another writer who kept us out."""
    of_driver: Any = error.orig if isinstance(error, DBAPIError) else error
    if getattr(of_driver, "sqlstate", None) == LOCK_NOT_AVAILABLE:
        return True
    return str(getattr(of_driver, "sqlite_errorname", "")).startswith("SQLITE_BUSY")
