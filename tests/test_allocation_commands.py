"""`coach screening` and `coach allocation` as staff type them: from a screening number to an arm nobody was told."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from records import facts, people
from records.facts import Where
from study.facts import CheckInFinished
from tests.clinic import KEY
from tests.databases import Shelf
from tests.protocols import living_by, put
from tests.test_commands import Shell
from tests.test_screening import FITS

LIST = "sequence,stratum,arm\n1,main,cbt\n2,main,mbt\n"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command sends its logs to its own stderr, which is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def coach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> Shell:
    """A terminal with a database, and a protocol that joins nobody unscreened."""
    for name in os.environ:
        if name.startswith("COACH_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    protocol = put(tmp_path, "stamp.toml", {"required = false": "required = true"})
    url = shelf.lay(tmp_path / "coach.sqlite3")
    env = {"COACH_DATABASE_URL": url, "COACH_SECRET_KEY": KEY, "COACH_PROTOCOL": str(protocol), "COLUMNS": "200"}
    return Shell(tmp_path, dict(env))


def finishes_baseline(coach: Shell, study_id: str) -> None:
    db = coach.database()
    with db.write() as tx:
        person = people.by_study_id(tx, study_id)
        done = CheckInFinished(visit="baseline", complete=True, at=tx.now)
        facts.write(tx, "baseline", done, Where(person.id, study_id, "end"))
        people.change(tx, person.id, "participant:enrolled", status="enrolled", enrolled_on=tx.now.date())
    db.close()


def test_from_a_screening_number_to_an_arm_that_only_unblinding_tells(coach: Shell, tmp_path: Path) -> None:
    with living_by(tmp_path / "stamp.toml"):
        assert "nobody joins unscreened" in coach.refuses("participant", "add")
        assert coach("screening", "add").stdout.strip() == "S0001"
        answers = [f"{code}={said}" for code, said in FITS.items()]
        assert "eligible, not signed" in coach("screening", "decide", "S0001", *answers, "--by", "dana").stdout
        assert "not signed" in coach.refuses("participant", "add", "--screening", "S0001")
        assert "coach staff add dr_lee" in coach.refuses("screening", "sign", "S0001", "--by", "dr_lee")
        for code, role in (("dana", "coordinator"), ("dr_lee", "investigator"), ("dr_may", "investigator")):
            coach("staff", "add", code, "--name", code, "--role", role)
        assert "an investigator signs" in coach.refuses("screening", "sign", "S0001", "--by", "dana")
        coach("screening", "decide", "S0001", "age=55", "--by", "dr_may", "--why", "typed wrong")
        assert "another investigator signs" in coach.refuses("screening", "sign", "S0001", "--by", "dr_may")
        assert "signed by dr_lee" in coach("screening", "sign", "S0001", "--by", "dr_lee").stdout
        assert coach.json("participant", "add", "--screening", "S0001")["study_id"] == "P0001"
        assert "joined as P0001" in coach("screening", "show", "S0001").stdout
        assert coach.json("screening", "list")[0]["signed_by"] == "dr_lee"

        file = tmp_path / "list.csv"
        file.write_text(LIST, encoding="utf-8")
        digest = hashlib.sha256(LIST.encode()).hexdigest()
        assert "not the one expected" in coach.refuses("allocation", "load", str(file), "--sha256", "0" * 64)
        assert digest in coach("allocation", "load", str(file), "--sha256", digest).stdout
        assert coach.json("allocation", "permute", "--places", "8")["made"] == "permuted"
        assert "P0001 has not joined yet" in coach.refuses("allocation", "draw", "P0001")
        finishes_baseline(coach, "P0001")
        told = coach("allocation", "draw", "P0001", "--who", "dana").stdout
        told += coach("allocation", "show").stdout + coach("allocation", "verify").stdout
        told += coach("participant", "show", "P0001").stdout
        assert "(list 1, main, place 1), site main" in told
        assert "mbt" not in told
        assert "cbt" not in told
        assert "nobody is drawn twice" in coach.refuses("allocation", "draw", "P0001")
        coach("allocation", "show", "--unblind", status=2)
        assert coach.json("allocation", "show", "--unblind", "--by", "x", "--why", "y")[0]["arms"] == {"cbt": 1}
        assert coach("allocation", "unblind", "P0001", "--by", "dr_lee", "--why", "event").stdout == "P0001: cbt\n"
        assert coach.json("audit", "verify") == {"whole": True, "faults": []}

        with sqlite3.connect(tmp_path / "coach.sqlite3") as db:
            db.execute("UPDATE allocation_list SET sha256 = 'x' WHERE id = 1")
        db.close()
        assert "list 1 is not the one that was loaded" in coach.refuses("allocation", "show")
        assert "its SHA-256 is another" in coach("allocation", "verify", status=1).stderr


def test_an_arm_by_hand_is_for_test_people_and_a_lost_protocol_is_named(coach: Shell, tmp_path: Path) -> None:
    with living_by(tmp_path / "stamp.toml"):
        assert "coach allocation draw" in coach.refuses("participant", "add", "--arm", "mbt")
        assert coach.json("participant", "add", "--arm", "mbt", "--test")["study_id"] == "T0001"
        put(tmp_path, "stamp.toml", {'version = "1"': 'version = "2"'})
        said = coach("check", status=1).stdout
        assert "missing: protocol 1 of T0001; put the file back beside COACH_PROTOCOL, as stamp@1.toml" in said
        coach.env["COACH_TELEGRAM_TOKEN"] = "1:x"
        assert "protocol 1 of T0001" in coach.refuses("run")


@pytest.mark.parametrize(
    "words",
    [
        ("screening", "decide", "S0001", "age", "--by", "x"),
        ("screening", "decide", "S0001", "--by", "x"),
        ("screening", "sign", "S0001"),
        ("allocation", "unblind", "P0001"),
        ("allocation", "draw", "P0001", "--wrong-stratum", "typed wrong"),
        ("allocation", "permute"),
    ],
)
def test_wrong_usage_ends_with_status_2(coach: Shell, words: tuple[str, ...]) -> None:
    assert coach(*words, status=2).stdout == ""


def test_unknown_names_and_unreadable_lists_are_refused_on_one_line(coach: Shell, tmp_path: Path) -> None:
    with living_by(tmp_path / "stamp.toml"):
        (tmp_path / "list.csv").write_bytes(b"\xff\xfe")
        assert "not UTF-8" in coach.refuses("allocation", "load", "list.csv")
        assert "No such file" in coach.refuses("allocation", "load", "nowhere.csv")
        assert "no participant P0009" in coach.refuses("allocation", "draw", "P0009")
        assert "no screening S0009" in coach.refuses("screening", "show", "S0009")
        assert "no screening S0009" in coach.refuses("participant", "add", "--screening", "S0009")
