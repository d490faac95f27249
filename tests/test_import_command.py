"""`coach import` on the command line: the template, trials, refusals by line, what a script reads."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.commands.opening import real_time
from records import facts, people
from tests.clinic import MORPHINE
from tests.test_commands import Shell
from tests.test_commands import bare as bare
from tests.test_commands import coach as coach

TODAY = real_time().date()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
CELLS = {"study_id": "P0001", "answered_on": YESTERDAY, "mode": "phone", "taken_by": "dana"}


@pytest.fixture
def ann(coach: Shell) -> Shell:
    """A terminal of a study with one participant, enrolled three months ago."""
    coach("participant", "add")
    db = coach.database()
    with db.write("staff") as tx:
        people.change(tx, 1, "test", status="enrolled", enrolled_on=TODAY - timedelta(days=92), zone="America/New_York")
    db.close()
    return coach


def filled_in(shell: Shell, values: dict[str, str], name: str = "answers.csv") -> Path:
    """The template of month 3 with some values filled in."""
    printed = shell("import", "template", "--visit", "month_3", "--study-id", "P0001").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    for row in rows:
        value = values.get(f"{row['instrument']}.{row['item']}")
        row.update(CELLS | {"value": value} if value else {})
    save(shell.folder / name, rows)
    return shell.folder / name


def save(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_the_template_has_a_line_for_each_item_of_what_is_asked(ann: Shell) -> None:
    printed = ann("import", "template", "--visit", "baseline", "--visit", "month_6").stdout
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert {row["visit"] for row in rows} == {"baseline", "month_6"}
    assert ("pgic" in {r["instrument"] for r in rows if r["visit"] == "month_6"}) is True
    assert ("pgic" in {r["instrument"] for r in rows if r["visit"] == "baseline"}) is False
    assert all(row["value"] == "" and row["allowed"] for row in rows)
    licensed = ann("import", "template", "--visit", "month_3", "--instrument", "SF-12", "--instrument", "odi").stdout
    assert 'sf12,sf12_physical,,,,,,,,"0 to 100, decimals allowed' in licensed
    assert licensed.count(",odi,") == 11


def test_a_filled_template_is_tried_taken_over_and_not_doubled(ann: Shell) -> None:
    file = filled_in(ann, {"peg.p": "7", "peg.e": "8", "peg.g": "6", "tlfb.usual": "1"})
    tried = ann.json("import", "answers", str(file), "--dry-run")
    assert (tried["dry_run"], tried["written"]) == (True, 4)
    told = ann("import", "answers", str(file), "--who", "erin").stdout
    assert "4 answers written" in told
    assert "P0001 month_3: core, in_window" in told
    assert "lines are blank and no answers" in told
    assert "nothing was doubled" in ann("import", "answers", str(file)).stdout
    assert ann("audit", "verify").stdout.strip() == "the audit is whole"


def test_a_calendar_is_printed_filled_in_tried_and_taken_over(ann: Shell) -> None:
    asked = ("import", "template", "--calendar", "--visit", "month_3", "--study-id", "P0001")
    assert ann(*asked).stdout.count(",no_medicine,") == 28
    joined = TODAY - timedelta(days=92)
    db = ann.database()
    with db.write("staff") as tx:
        people.change(tx, 1, "test", enrolled_at=datetime.combine(joined, time(18), UTC))
        episode = MORPHINE.model_copy(update={"change": "enrolled", "starts_on": joined})
        facts.write(tx, "m1", episode.model_copy(update={"ends_on": joined}), facts.Where(1, "P0001", "test"))
    assert "nothing to ask" in ann(*asked, "--answered-on", joined.isoformat()).stderr
    with db.write("staff") as tx:
        facts.write(tx, "m1", episode, facts.Where(1, "P0001", "test"))
    db.close()
    rows = list(csv.DictReader(io.StringIO(ann(*asked, "--answered-on", YESTERDAY).stdout)))
    for row in rows:
        row.update(CELLS | {"status": "as_usual"})
    rows[0].update({"status": "", "value": "-1"})
    file = ann.folder / "calendar.csv"
    save(file, rows)
    refused = ann("import", "calendar", str(file), status=1).stderr
    assert refused.startswith(
        "calendar.csv:2:value: '-1' is no amount of a day; allowed: 0 to 1000 tablets, whole ones"
    )
    rows[0].update({"value": "0"})
    save(file, rows)
    assert ann.json("import", "calendar", str(file), "--dry-run")["written"] == 28
    assert "28 days written" in ann("import", "calendar", str(file), "--who", "erin").stdout
    assert "nothing was doubled" in ann("import", "calendar", str(file)).stdout
    assert ann("audit", "verify").stdout.strip() == "the audit is whole"
    for words in (("--visit", "month_3"), ("--study-id", "P0001"), (*asked[3:], "--answered-on", "3 June")):
        ann("import", "template", "--calendar", *words, status=2)
    assert "no participant P0099" in ann(*asked[:-1], "P0099", status=1).stderr


def test_what_is_wrong_stands_on_stderr_by_line_and_column(ann: Shell) -> None:
    file = filled_in(ann, {"nrs4.average": "11", "peg.p": "x"})
    done = ann("import", "answers", str(file), status=1)
    first, second, last = done.stderr.splitlines()
    assert first.startswith("answers.csv:")
    assert ":value: '11' is no answer to nrs4.average; allowed: 0 to 10" in first
    assert "'x' is no answer to peg.p" in second
    assert last == "coach: answers.csv: 2 wrong; nothing was imported"
    found = json.loads(ann("import", "answers", str(file), "--json", status=1).stdout)
    assert (found["imported"], [each["column"] for each in found["wrong"]]) == (False, ["value", "value"])


def test_wrong_usage_ends_with_status_2(ann: Shell) -> None:
    ann("import", "template", "--visit", "month_4", status=2)
    ann("import", "template", "--instrument", "eq5d", status=2)
    ann("import", "answers", status=2)
    ann("import", "answers", "x.csv", "--correct", " ", status=2)
    assert "cannot be read" in ann("import", "answers", "none.csv", status=1).stderr
