"""The year as a picture says what the protocol says, and the same for both arms."""

from __future__ import annotations

from content.protocol import protocol
from study.calendar import calendar_chart, calendar_marks

RULES = protocol()


def test_the_picture_of_the_year_holds_every_check_in_try_and_session_on_its_day() -> None:
    marks = calendar_marks(RULES, "mbt")
    windows = {m.label: (m.begins, m.ends) for m in marks if m.row == "Check-ins"}
    # 2 March → 2 June is 92 days; open from 14 days before through 28 days after
    assert windows["month 3"] == (92 - 14, 92 + 28 + 1)
    tries = [(m.label, m.begins - 92) for m in marks if m.row == "Messages of a check-in" and 92 <= m.begins < 92 + 28]
    assert tries == [("invite", 0), ("nudge", 3), ("core", 7), ("last", 21)]
    assert [m.begins for m in marks if m.row == "Sessions"] == [1, 8, 15, 22, 29, 36, 43, 50]
    assert len(windows) == len(RULES.visits)


def test_the_year_looks_the_same_in_both_arms() -> None:
    assert calendar_chart(RULES, "mbt") == calendar_chart(RULES, "cbt")
