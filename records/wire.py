"""PostgreSQL as a writing transaction talks with it: nothing sent is waited for before somebody wants its answer.

So PostgreSQL works while the turn goes on. It is the pipeline of libpq, one step below psycopg's cursors, which build a
good deal around each statement. Every statement is prepared when it is first sent. PostgreSQL infers the types of its
values from the casts in it, which is why they go as text, and bytes as they are.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import generators
from psycopg.abc import Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as Adapting
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import psycopg as sqlalchemy_psycopg

NUMBERED: Dialect = sqlalchemy_psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
"""PostgreSQL with its values numbered, as libpq has them."""

WRONG = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)

AT_ONCE = 4
"""So many statements go out together: each parcel costs both sides something, and the first should not wait long."""


@dataclass(eq=False)
class Answer:
    """What PostgreSQL answers to a statement, once it is here; `prepares` when it is the preparing that is answered."""

    sql: str
    prepares: bool = False
    result: Any = None


class Wire:
    """The pipeline of one connection, for as long as the connection lives.

    An error comes to light with the next thing waited for, and everything sent after it was not done. Statements are
    compiled for it in `dialect`.
    """

    dialect = NUMBERED

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver, self._pgconn = driver, driver.pgconn
        self._going_in = Adapting.from_context(driver)
        self._coming_out: dict[str, Transformer] = {}
        self._names: dict[str, bytes] = {}
        self._numbers = itertools.count()
        self._awaited: deque[Answer] = deque()
        self._kept_back = 0
        self._is_open = False

    def say(self, command: str) -> None:
        """Send a command without values."""
        self._open()
        self._pgconn.send_query_params(command.encode(), None)
        self._expect(Answer(command))

    def send(self, sql: str, values: Sequence[Any]) -> Answer:
        """Send a statement with its values, of which `$1` is the first."""
        self._open()
        name = self._names.get(sql) or self._prepare(sql)
        forms = [PyFormat.BINARY if isinstance(value, bytes) else PyFormat.TEXT for value in values]
        params = self._going_in.dump_sequence(values, forms)
        self._pgconn.send_query_prepared(name, params, self._going_in.formats, Format.BINARY)
        self._kept_back += 1
        if self._kept_back == AT_ONCE:
            self._pgconn.flush()
            self._kept_back = 0
        return self._expect(Answer(sql))

    def _prepare(self, sql: str) -> bytes:
        name = self._names[sql] = b"wire_%d" % next(self._numbers)
        self._pgconn.send_prepare(name, sql.encode())
        self._expect(Answer(sql, prepares=True))
        return name

    def _expect(self, answer: Answer) -> Answer:
        self._awaited.append(answer)
        return answer

    def touched(self, answer: Answer) -> int:
        """How many rows a statement touched."""
        return int(self.wait_for(answer).command_tuples or 0)

    def rows(self, answer: Answer) -> list[tuple[Any, ...]]:
        """The rows that answer a statement."""
        result = self.wait_for(answer)
        known = self._coming_out.get(answer.sql)
        if known is None:
            known = self._coming_out[answer.sql] = Adapting.from_context(self._driver)
            known.set_pgresult(result)
        else:
            known.set_pgresult(result, set_loaders=False)
        return known.load_rows(0, result.ntuples, tuple)

    def type_codes(self, answer: Answer) -> list[int]:
        """The types of the columns of an answer that has come."""
        return [answer.result.ftype(place) for place in range(answer.result.nfields)]

    def wait_for(self, answer: Answer) -> Any:
        """The result of a statement; all that was sent before has been done by then."""
        if answer.result is None:
            self._pgconn.send_flush_request()
            self._receive(answer)
        return answer.result

    def settle(self) -> None:
        """Wait until everything is done; the connection is an ordinary one again."""
        if not self._is_open:
            return
        self._pgconn.pipeline_sync()
        try:
            self._receive(self._expect(Answer("")))
        finally:
            self._is_open = False
            if not self._driver.closed:
                self._pgconn.exit_pipeline_mode()

    def _open(self) -> None:
        if not self._is_open:
            self._pgconn.enter_pipeline_mode()
            self._is_open = True

    def _receive(self, last: Answer) -> None:
        """Take answers in up to `last`; raises the first error among them."""
        wrong = self._driver.wait(self._taken_in(last))
        if wrong is not None:
            raise wrong

    def _taken_in(self, last: Answer) -> Any:
        wrong: Exception | None = None
        self._kept_back = 0
        yield from generators.send(self._pgconn)
        while last.result is None:
            (result,) = yield from generators.fetch_many(self._pgconn)
            answer = self._awaited.popleft()
            answer.result = result
            if result.status in WRONG:
                wrong = wrong or error_from_result(result, encoding=self._driver.info.encoding)
                if answer.prepares:
                    del self._names[answer.sql]
        return wrong
