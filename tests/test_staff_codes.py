"""Who wrote something down is exported as a code: no command lets a name into the records."""

from __future__ import annotations

import pytest

from records.audit import STUDY
from records.tables import AuditEntry, table
from study.staff_codes import NoStaffCode, checked
from tests.test_commands import Shell
from tests.test_commands import bare as bare
from tests.test_commands import coach as coach

NAME = "Dana Q. Smith"
COMMANDS = (
    ("participant", "hold", "P0001", "hospital", "--who", NAME),
    ("participant", "withdraw", "P0001", "--who", NAME),
    ("alert", "ack", "1", "--who", NAME),
    ("alert", "test", "--who", NAME),
    ("checklist", "P0001", "--done", "x", "--who", NAME),
    ("group", "add", "G1", "--arm", "mbt", "--therapist", "Dr Lee", "--place", "Room 1", "--who", NAME),
    ("group", "attendance", "1", "P0001", "present", "--who", NAME),
    ("screening", "add", "--who", NAME),
    ("screening", "decide", "S0001", "age=54", "--by", NAME),
    ("screening", "sign", "S0001", "--by", NAME),
    ("allocation", "permute", "--places", "8", "--who", NAME),
    ("allocation", "unblind", "P0001", "--by", NAME, "--why", "x"),
    ("import", "instrument", "--withdraw", "gad7", "--who", NAME),
    ("import", "answers", "answers.csv", "--who", NAME),
    ("staff", "add", NAME, "--name", "Dana"),
)


def test_a_name_is_refused_in_one_line_that_says_what_to_give(coach: Shell) -> None:
    coach("participant", "add")
    printed = coach("import", "template", "--visit", "baseline", "--study-id", "P0001").stdout
    (coach.folder / "answers.csv").write_text(printed, encoding="utf-8")
    db = coach.database()
    entries = table(AuditEntry)
    with db.read() as tx:
        before = tx.rows(entries.select())
    for words in COMMANDS:
        said = coach.refuses(*words)
        assert said.startswith(f"coach: '{NAME}' is no staff code"), words
        assert said.endswith("such as dana"), words
    with db.read() as tx:
        assert tx.rows(entries.select()) == before
    db.close()
    assert coach("alert", "test", "--who", "dana-2.x").stdout


@pytest.mark.parametrize("given", ["", "dana smith", "-dana", "d" * 21, "dana\n", "Zoë", "=1"])
def test_a_staff_code_is_short_and_made_of_letters_digits_and_three_signs(given: str) -> None:
    with pytest.raises(NoStaffCode):
        checked(given)
    assert [checked(code) for code in ("staff", "AB", "dr_lee", "d.k-2", STUDY.lower())]
