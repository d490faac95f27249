"""`coach backup`, `restore`, `db upgrade` and `audit verify`, as scripts call them: output, reasons, exit status."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path

import pytest
import typer
from rich.console import Console
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.commands import upkeep
from records import people, schema
from records.database import Database
from tests.databases import KEY, Fresh, other, url_of
from tests.samples import lived_in


class Coach:
    """The `coach` command on one database."""

    def __init__(self, fresh: Fresh, db: Database) -> None:
        self.fresh, self.db = fresh, db

    def __call__(self, *words: object, key: str = KEY) -> Result:
        app = typer.Typer()
        upkeep.add_to(app, lambda: self.fresh.open(url_of(self.db), key))
        return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def coach(kind: str, fresh: Fresh) -> Coach:
    """The command on a database that has been lived in."""
    return Coach(fresh, fresh(kind, filled=lived_in))


@pytest.fixture
def elsewhere(kind: str, fresh: Fresh) -> Coach:
    """The command on an empty database of the other kind."""
    return Coach(fresh, fresh(other(kind)))


def refused(result: Result, reason: str) -> None:
    """Status 1, the reason on one line of stderr, and no traceback."""
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.output
    assert reason in result.stderr


def test_a_backup_is_made_and_restored_into_another_database(coach: Coach, elsewhere: Coach, tmp_path: Path) -> None:
    made = coach("backup", "--out", tmp_path)
    [file] = tmp_path.iterdir()
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.stdout.startswith(f"{file}: ")
    restored = elsewhere("restore", file)
    assert (restored.exit_code, restored.stderr) == (0, "")
    assert "rows of 2026-03-02T15:00:00+00:00" in restored.stdout
    assert elsewhere("audit", "verify").stdout == "the audit is whole\n"


def test_scripts_get_one_object_with_what_was_kept(coach: Coach, elsewhere: Coach, tmp_path: Path) -> None:
    made = json.loads(coach("backup", "--out", tmp_path, "--json").stdout)
    restored = json.loads(elsewhere("restore", made.pop("file"), "--json").stdout)
    assert restored == made
    assert made["rows"]["participant"] == 8
    assert made["schema"] == schema.head()
    assert len(made["sha256"]) == 64
    assert set(made["heads"]) >= {"study", "P0001"}


def test_a_database_with_rows_is_no_place_to_restore_to(coach: Coach, tmp_path: Path) -> None:
    coach("backup", "--out", tmp_path)
    refused(coach("restore", next(tmp_path.iterdir())), "the database has rows already")


def test_a_file_that_is_no_backup_is_refused_with_its_name(elsewhere: Coach, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear coordinator")
    refused(elsewhere("restore", tmp_path / "letter.txt"), "letter.txt: is damaged, or not a backup")
    refused(elsewhere("restore", tmp_path / "nothing"), "nothing: cannot be read: No such file")


def test_a_restore_under_another_key_says_which_setting_is_wrong(
    coach: Coach, elsewhere: Coach, tmp_path: Path
) -> None:
    coach("backup", "--out", tmp_path)
    result = elsewhere("restore", next(tmp_path.iterdir()), key="quite another secret key")
    refused(result, "made under another COACH_SECRET_KEY: set the one it was made with")


def test_a_backup_goes_where_the_setting_says(coach: Coach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_BACKUP_DIR", str(tmp_path / "set"))
    assert coach("backup").exit_code == 0
    assert len(list((tmp_path / "set").iterdir())) == 1


def test_a_backup_without_a_folder_is_wrong_usage(coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_BACKUP_DIR", "")
    result = coach("backup")
    assert result.exit_code == 2
    assert "COACH_BACKUP_DIR" in result.stderr


@pytest.mark.parametrize("words", [("restore",), ("db", "downgrade"), ("audit", "verify", "--no-such-option")])
def test_wrong_usage_ends_with_status_2(coach: Coach, words: tuple[str, ...]) -> None:
    assert coach(*words).exit_code == 2


def test_an_upgrade_says_what_it_did_and_then_that_nothing_is_left(kind: str, fresh: Fresh) -> None:
    coach = Coach(fresh, fresh(kind, migrated=False))
    assert coach("db", "upgrade").stdout == f"upgraded: {', '.join(schema.known())}\n"
    assert coach("db", "upgrade").stdout == f"nothing to do: {schema.head()}\n"
    assert json.loads(coach("db", "upgrade", "--json").stdout) == {"applied": [], "schema": schema.head()}


def test_a_database_of_a_newer_release_is_left_alone(coach: Coach) -> None:
    with coach.db.write() as tx:
        tx.run(text("UPDATE alembic_version SET version_num = '9999'"))
    refused(coach("db", "upgrade"), "newer release")
    refused(coach("audit", "verify"), "coach db upgrade")


def test_an_altered_fact_is_named_and_ends_with_status_1(coach: Coach) -> None:
    with coach.db.write() as tx:
        tx.run(text("UPDATE dose SET strength = 99 WHERE id IN (1, 2)"))
    result = coach("audit", "verify")
    refused(result, "faults found in the audit: 2")
    assert "chain P0001" in result.stdout
    assert "was altered" in result.stdout
    found = json.loads(coach("audit", "verify", "--json").stdout)
    assert (found["whole"], len(found["faults"])) == (False, 2)
    assert set(found["faults"][0]) == {"chain", "seq", "reason"}


def test_a_chain_rewritten_since_a_backup_is_found_against_it(coach: Coach, elsewhere: Coach, tmp_path: Path) -> None:
    with coach.db.write() as tx:
        people.add(tx, arm="mbt", test=False)
    coach("backup", "--out", tmp_path)
    [file] = tmp_path.iterdir()
    assert coach("audit", "verify", "--against", file).exit_code == 0
    with coach.db.write() as tx:
        tx.run(text("DELETE FROM audit WHERE chain = 'P0007'"))
        tx.run(text("DELETE FROM audit_head WHERE chain = 'P0007'"))
        tx.run(text("DELETE FROM participant WHERE study_id = 'P0007'"))
    assert coach("audit", "verify").exit_code == 0
    result = coach("audit", "verify", "--against", file)
    refused(result, "faults found in the audit: 1")
    assert "chain P0007" in result.stdout


def test_a_database_that_cannot_be_reached_is_a_reason_not_a_traceback(fresh: Fresh, tmp_path: Path) -> None:
    app = typer.Typer()
    upkeep.add_to(app, lambda: fresh.open(f"sqlite:///{tmp_path}/no/such/folder/x.sqlite3"))
    refused(CliRunner().invoke(app, ["db", "upgrade"]), "unable to open database file")


def test_what_takes_long_shows_a_bar_on_a_terminal_and_none_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SHOWN_AFTER_SECONDS", 0)
    for terminal in (True, False):
        shown = io.StringIO()
        with upkeep.progress_of("backup", Console(file=shown, force_terminal=terminal)) as progress:
            for timer in [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
                timer.join()
            progress(5, 10)
        assert ("backup" in shown.getvalue()) == terminal


def test_what_is_quick_shows_no_bar() -> None:
    shown = io.StringIO()
    with upkeep.progress_of("backup", Console(file=shown, force_terminal=True)) as progress:
        progress(10, 10)
    assert shown.getvalue() == ""
