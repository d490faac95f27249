"""Backup and restore: one file that either database can be restored from, and that shows when it was touched.

The file is gzip of lines of JSON: a head (tables, columns, schema revision, time), the rows table by table, a manifest
(row counts, audit heads), and a last line with the SHA-256 of all before it, once plain and once keyed. What is sealed
in the database stays sealed in it; the secret key is kept elsewhere, or the backup cannot be used.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any, BinaryIO

from records import audit, facts, portable, schema, upgrade
from records.database import Database, Tx
from records.sealed import Keyring, WrongKey

FORMAT = "mindful-pause backup 1"
SUFFIX = ".jsonl.gz"
LOST_TALKS = 100_000
"""Talks there may have been after a backup was made: their buttons are still in the chats, and must find nothing."""
NOT_A_BACKUP = "is damaged, or not a backup of this release or an older one"
Progress = Callable[[int, int], None]
"""Told every so often: rows done, rows in all."""


class BackupRefused(Exception):
    """A backup cannot be made or restored; carries the file and the reason, which says what to do."""

    def __init__(self, file: Path, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"{file.name}: {reason}")


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: schema revision, when it was made (UTC), rows a table, last link of each chain."""

    schema: str
    made_at: str
    database: str
    tables: dict[str, dict[str, str]]
    rows: dict[str, int]
    heads: dict[str, str]
    sha256: str


def no_progress(_done: int, _of: int) -> None:
    """Tells nobody."""


def backup(db: Database, directory: Path, progress: Progress = no_progress) -> Path:
    """Write a backup of one consistent moment into `directory`; gives the file, which only its owner may read."""
    with db.read() as tx:
        if schema.revision(tx) is None:
            raise BackupRefused(directory, "the database has no tables yet: run `coach db upgrade`")
        target = directory / f"coach-{tx.now:%Y%m%dT%H%M%SZ}{SUFFIX}"
        with _appearing_whole(target) as raw:
            _write(tx, raw, progress)
    return target


def check(file: Path, keys: Keyring) -> Manifest:
    """Read a whole backup; `BackupRefused` when it was cut, altered, or made under another key."""
    found = _Reading(file, keys)
    try:
        for line in _lines(file):
            found.take(line)
        return found.manifest()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise BackupRefused(file, NOT_A_BACKUP) from error


def restore(db: Database, file: Path, progress: Progress = no_progress, *, accept_faults: bool = False) -> Manifest:
    """Put a backup into an empty database of either kind, all or nothing, and verify it there.

    `BackupRefused` for a database with rows, a file `check` refuses, a newer schema, rows that are not all there, and
    audit faults that came with the backup unless `accept_faults`.
    """
    manifest = check(file, db.keys)
    if manifest.schema not in schema.known():
        raise BackupRefused(file, f"made by a newer release (schema {manifest.schema}): update this one first")
    with upgrade.changing(db, "restore") as tx:
        _make_room(tx, file, manifest.schema)
        upgrade.apply(tx, manifest.schema)
        _load(tx, file, manifest, progress)
        upgrade.apply(tx)
        _verify(tx, file, manifest, accept_faults)
        portable.skip_numbers(tx, "conversation", LOST_TALKS)
        audit.note(tx, audit.STUDY, "backup:restored", f"{file.name} {manifest.sha256}")
    return manifest


@contextmanager
def _appearing_whole(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name only when it is complete and on the disk."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    if target.exists():
        raise BackupRefused(target, "is there already")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    except OSError as error:
        raise BackupRefused(target, f"cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()


class _Writing:
    """The lines of a backup, hashed as they go."""

    def __init__(self, out: gzip.GzipFile) -> None:
        self.out, self.sha256 = out, hashlib.sha256()

    def put(self, value: Any) -> None:
        line = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        self.sha256.update(line)
        self.out.write(line)


def _write(tx: Tx, raw: BinaryIO, progress: Progress) -> None:
    tables = portable.tables(tx)
    counts = portable.counts(tx, tables)
    with gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as out:
        lines = _Writing(out)
        lines.put(
            {
                "format": FORMAT,
                "made_at": tx.now.isoformat(),
                "schema": schema.revision(tx),
                "database": tx.conn.dialect.name,
                "tables": {table.name: portable.kinds(table) for table in tables},
                "key": b64encode(tx.keys.seal(FORMAT)).decode(),
            }
        )
        in_all = (row for table in tables for row in chain([{"table": table.name}], portable.rows(tx, table)))
        for value in _counted(in_all, sum(counts.values()), progress):
            lines.put(value)
        lines.put({"rows": counts, "heads": audit.heads(tx)})
        digest = lines.sha256.hexdigest()
        lines.put({"sha256": digest, "keyed": tx.keys.hash("backup", digest)})


def _counted(values: Iterator[Any], of: int, progress: Progress) -> Iterator[Any]:
    for done, value in enumerate(values):
        if done % portable.BATCH == 0:
            progress(min(done, of), of)
        yield value
    progress(of, of)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file, "rb") as lines:
            yield from lines
    except EOFError as error:
        raise BackupRefused(file, "is cut off: its end is missing") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise BackupRefused(file, NOT_A_BACKUP) from error
    except OSError as error:
        raise BackupRefused(file, f"cannot be read: {error.strerror}") from error


class _Reading:
    """What is found while a backup is read line by line."""

    def __init__(self, file: Path, keys: Keyring) -> None:
        self.file, self.keys = file, keys
        self.sha256, self.unhashed = hashlib.sha256(), b""
        self.head: dict[str, Any] = {}
        self.ends: list[dict[str, Any]] = []
        self.rows: dict[str, int] = {}
        self.table = ""
        self.untried: set[str] = set()
        self.opened: list[bool] = []

    def take(self, line: bytes) -> None:
        """One more line; the last one is not part of the hash, so each is hashed when the next has come."""
        self.sha256.update(self.unhashed)
        self.unhashed = line
        if line.startswith(b"["):
            self._row(line)
        else:
            self._object(json.loads(line))

    def manifest(self) -> Manifest:
        """What the whole file says of itself, once it is known to be whole and ours."""
        said, last = self.ends
        if last["sha256"] != self.sha256.hexdigest() or said["rows"] != self.rows:
            raise BackupRefused(self.file, "is not what was written: its checksum does not fit")
        self._check_key(last)
        return Manifest(
            schema=self.head["schema"],
            made_at=self.head["made_at"],
            database=self.head["database"],
            tables=self.head["tables"],
            rows=self.rows,
            heads=said["heads"],
            sha256=last["sha256"],
        )

    def _object(self, found: dict[str, Any]) -> None:
        if not self.head:
            self._begin(found)
        elif "table" in found:
            self.table = found["table"]
            self.rows[self.table] = 0
        else:
            self.ends.append(found)

    def _begin(self, head: dict[str, Any]) -> None:
        if head["format"] != FORMAT:
            raise BackupRefused(self.file, NOT_A_BACKUP)
        self.head = head
        self.untried = {name for name, columns in head["tables"].items() if portable.SEALED in columns.values()}

    def _row(self, line: bytes) -> None:
        self.rows[self.table] += 1
        if self.table in self.untried:
            self._try_key(json.loads(line))

    def _try_key(self, row: list[Any]) -> None:
        """Open the first thing sealed in a table."""
        columns = self.head["tables"][self.table].values()
        sealed = next((v for v, kind in zip(row, columns, strict=True) if kind == portable.SEALED and v), None)
        if sealed:
            self.untried.remove(self.table)
            self.opened.append(_opens(self.keys, sealed))

    def _check_key(self, last: dict[str, Any]) -> None:
        nothing_opens = bool(self.opened) and not any(self.opened)
        if nothing_opens or not _opens(self.keys, self.head["key"]):
            raise BackupRefused(self.file, "was made under another COACH_SECRET_KEY: set the one it was made with")
        if last["keyed"] != self.keys.hash("backup", last["sha256"]):
            raise BackupRefused(self.file, "was altered by somebody without the secret key")


def _opens(keys: Keyring, sealed: str) -> bool:
    try:
        keys.open(b64decode(sealed))
    except (WrongKey, ValueError):
        return False
    return True


def _make_room(tx: Tx, file: Path, wanted: str) -> None:
    """Only an empty database takes a backup; its tables are made again when they are of another revision."""
    filled = [name for name, count in portable.counts(tx, portable.tables(tx)).items() if count]
    if filled:
        raise BackupRefused(file, f"the database has rows already ({', '.join(filled[:3])} …): name a new one")
    if schema.revision(tx) != wanted:
        portable.drop(tx)


def _load(tx: Tx, file: Path, manifest: Manifest, progress: Progress) -> None:
    tables = {table.name: table for table in portable.tables(tx)}
    rows = _counted(_rows(file), sum(manifest.rows.values()), progress)
    for name, some in groupby(rows, key=lambda row: row[0]):
        portable.load(tx, tables[name], manifest.tables[name], (row for _, row in some))
    portable.continue_numbering(tx, tables.values())
    if portable.counts(tx, tables.values()) != manifest.rows:
        raise BackupRefused(file, "not every row arrived; nothing was restored")


def _rows(file: Path) -> Iterator[tuple[str, list[Any]]]:
    table = ""
    for line in _lines(file):
        if line.startswith(b"["):
            yield table, json.loads(line)
        else:
            table = json.loads(line).get("table", table)


def _verify(tx: Tx, file: Path, manifest: Manifest, accept_faults: bool) -> None:
    if audit.heads(tx) != manifest.heads:
        raise BackupRefused(file, "the audit chains end elsewhere than the backup says; nothing was restored")
    faults = [*audit.broken_links(tx), *facts.altered(tx)]
    if faults and not accept_faults:
        first = f"{faults[0].chain} {faults[0].seq}: {faults[0].reason}"
        raise BackupRefused(file, f"faults in the audit when it was made: {len(faults)}, the first {first}")
