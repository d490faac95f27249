"""`coach export` as coordinators and scripts see it: files, lines, exit status."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.commands import export as command
from coordinator.backup import backup, restore
from records import audit, facts
from tests.databases import Clock, Fresh, url_of
from tests.exported import Export, Person, Study, begun, dose, led
from tests.test_export_blinding import ARM_WORDS, NAME, TELEGRAM_ID, plant


@pytest.fixture
def study(fresh: Fresh, clock: Clock, tmp_path: Path) -> Study:
    return Study(fresh("sqlite"), clock, tmp_path)


@pytest.fixture
def ann(study: Study) -> Person:
    return study.adds().enrols()


# the command


@pytest.fixture
def app(study: Study, fresh: Fresh) -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    command.add_to(app, lambda: fresh.open(url_of(study.database)))
    return app


def run(app: typer.Typer, *args: str) -> Result:
    return CliRunner().invoke(app, ["export", *args])


def test_the_command_writes_a_blinded_export_and_says_so(app: typer.Typer, study: Study, ann: Person) -> None:
    ann.logs(dose())
    result = run(app, "--format", "csv", "--out", str(study.folder / "out"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "blinded, as of 2026-03-02T15:00:00Z" in result.stdout
    assert "doses.csv: 1 rows" in result.stdout
    assert len(Export(study.folder / "out", {}).rows("doses")) == 1


def test_other_factors_are_asked_for_by_name(app: typer.Typer, study: Study, ann: Person) -> None:
    ann.logs(dose("2026-03-01T09:00:00", product="tramadol", strength=50.0))
    study.clock.move(days=1)
    out = study.folder / "out"
    assert run(app, "--out", str(out), "--factors", "cdc2018_file").exit_code == 0
    (row,) = [row for row in Export(out, {}).rows("mme_days") if row["mme_known"]]
    assert (row["mme_known"], row["factor_set"]) == ("5.0", "cdc2018_file")
    assert Export(out, {}).on_disk["factor_set"] == "cdc2018_file"
    refused = run(app, "--out", str(study.folder / "no"), "--factors", "cdc1999")
    assert (refused.exit_code, "no factor set 'cdc1999'" in refused.stderr) == (1, True)


def test_what_is_planted_is_in_no_file_name_line_or_log_of_the_command(
    app: typer.Typer, study: Study, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    plant(ann)
    ann.logs(led(ann.logs(begun()), "breathing_space"))
    words = [str(TELEGRAM_ID), NAME, NAME.split()[1], "sister", *ARM_WORDS]
    with caplog.at_level("DEBUG"):
        for kind in ("csv", "sav", "dta", "redcap"):
            out = study.folder / kind
            result = run(app, "--format", kind, "--out", str(out))
            assert result.exit_code == 0, result.stderr
            said = result.output + "".join(path.name for path in out.iterdir())
            written = b"".join(path.read_bytes() for path in out.iterdir()).decode("utf-8", "replace")
            assert [word for word in words if word.casefold() in (said + written).casefold()] == [], kind
    assert [word for word in words if word.casefold() in caplog.text.casefold()] == []


class Terminal(io.StringIO):
    """What somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_somebody_who_looks_at_it_sees_which_table_is_being_written(
    app: typer.Typer, study: Study, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Terminal()
    monkeypatch.setattr(sys, "stderr", seen)
    app(["export", "--out", str(study.folder / "out")], standalone_mode=False)
    assert "wide" in seen.getvalue()


def test_json_prints_the_manifest_and_nothing_else(app: typer.Typer, study: Study, ann: Person) -> None:
    out = study.folder / "out"
    asked = [
        "--unblind",
        "--as",
        study.unblinded,
        "--free-text",
        "--site",
        "main",
        "--since",
        "2026-03-01",
        "--as-of",
        "2026-03-02T16:00:00+01:00",
    ]
    result = run(app, "--json", "--out", str(out), *asked)
    assert result.exit_code == 0
    assert result.stdout == (out / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(result.stdout)
    assert (manifest["as_of"], manifest["since"]) == ("2026-03-02T15:00:00Z", "2026-03-01T00:00:00Z")
    assert (manifest["blinded"], manifest["free_text"]) == (False, True)


def test_what_is_refused_ends_with_status_1_and_the_reason(app: typer.Typer, study: Study, ann: Person) -> None:
    assert run(app, "--out", str(study.folder / "out")).exit_code == 0
    result = run(app, "--out", str(study.folder / "out"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"coach export: {study.folder / 'out'} holds a former export: name another folder, " + (
        "or give --force to replace it\n"
    )
    assert run(app, "--force", "--out", str(study.folder / "out")).exit_code == 0
    for option, unknown in (("--visit", "month_99"), ("--site", "nowhere")):
        result = run(app, "--out", str(study.folder / "new"), option, unknown)
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
        assert f"'{unknown}'" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--out",),
        ("--out", "x", "--format", "xlsx"),
        ("--out", "x", "--as-of", "yesterday"),
        ("--out", "x", "--as-of", "2026-03-02T15:00:00"),
        ("--out", "x", "--since", "2026-13-01"),
        ("--out", "x", "--nonsense"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_one_line(app: typer.Typer, study: Study, args: tuple[str, ...]) -> None:
    result = run(app, *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("coach export: ")
    assert result.stderr.count("\n") == 1


def test_a_date_is_its_first_moment_in_utc(app: typer.Typer, study: Study, ann: Person) -> None:
    result = run(app, "--json", "--as-of", "2026-03-02", "--out", str(study.folder / "out"))
    assert json.loads(result.stdout)["as_of"] == "2026-03-02T00:00:00Z"


def test_after_an_export_the_audit_verifies_and_a_backup_can_be_restored(
    app: typer.Typer, study: Study, ann: Person, fresh: Fresh
) -> None:
    ann.logs(dose())
    assert run(app, "--out", str(study.folder / "out")).exit_code == 0
    with study.database.read() as tx:
        assert [*audit.broken_links(tx), *facts.altered(tx)] == []
    file = backup(study.database, study.folder / "backups")
    restored = fresh("sqlite", migrated=False)
    restore(restored, file)
    with restored.read() as tx:
        assert [*audit.broken_links(tx), *facts.altered(tx)] == []
