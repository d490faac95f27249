"""The books are looked at every night: each fault that is planted is found, staff hear of it once, none is invented."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.bookkeeping import check_books
from coordinator import alerting, enrolling, ledger
from coordinator import today as mornings
from coordinator.export import Request, export_csv
from records import due, people
from records.database import Tx
from study.facts import CheckInFinished
from tests.clinic import OXYCODONE, Clinic, clinic_over, fresh_sqlite
from tests.living import books, days, joined, prompts_sent, rows_of
from tests.logged import notes_of_alerts

NO_PLAN = (
    *("visit_again", "again", "session_again", "allocated", "patch_assumed"),
    *("travel", "outage", "amount_check", "step", "check_back"),
)
ANSWERED = "answered without an answer"
ALL_ANSWERED = "UPDATE due_item SET state = 'answered' WHERE sent_at IS NOT NULL"
ALL_EXPIRED = "UPDATE due_item SET state = 'expired' WHERE sent_at IS NOT NULL"
GONE = "DELETE FROM due_item WHERE item = 'diary' AND sent_at IS NOT NULL"
PLANTED = {
    "UPDATE outbox SET due_item_id = NULL": "sent without a letter",
    "DELETE FROM outbox WHERE kind = 'prompt'": "sent without a letter",
    "UPDATE outbox SET message_id = NULL": "sent without Telegram's id",
    "UPDATE outbox SET due_item_id = 99999 WHERE due_item_id IS NOT NULL": "a letter of nothing",
    "UPDATE due_item SET final_at = NULL, state = 'sent' WHERE sent_at IS NOT NULL": "open past its window",
    GONE: "missing",
}


class Undone(Exception):
    """A fault is planted and taken out again."""


def found_after(clinic: Clinic, fault: str) -> set[tuple[str, str]]:
    """Item and kind of what a look finds with the fault in the database."""
    found: set[tuple[str, str]] = set()

    def planted(tx: Tx) -> None:
        tx.run(text(fault))
        found.update((each.item, each.what) for each in ledger.check_one(tx, 1))
        raise Undone

    with pytest.raises(Undone), clinic.database.write("nobody") as tx:
        planted(tx)
    return found


async def test_each_fault_that_is_planted_is_found_before_a_hold_and_after_leaving(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        ann = await joined(clinic, OXYCODONE, since=88)
        with clinic.database.write("test") as tx:
            people.change(tx, 1, "test", allocated_on=tx.now.date())
        await ann.says("/pain 4")
        await days(clinic, 8, ann)
        await ann.says("/help")
        assert books(clinic) == []
        for fault, what in PLANTED.items():
            assert what in {each for _, each in found_after(clinic, fault)}, fault
        families = {item.split(".")[0] for item, what in found_after(clinic, ALL_ANSWERED) if what == ANSWERED}
        assert families == {"diary", "session", "visit", "practice_nudge"}
        with clinic.database.write("test") as tx:
            for item in NO_PLAN:
                due.plan(tx, due.Planned(1, item, "1.1", tx.now - timedelta(hours=1), "UTC"))
        assert {item for item, what in found_after(clinic, "SELECT 1") if what == "open past its window"} == {*NO_PLAN}
        with clinic.database.write("test") as tx:
            tx.run(text("DELETE FROM due_item WHERE occurrence = '1.1'"))
        enrolling.hold(clinic.database, "P0001", "hospital", "dana")
        assert ("diary", "missing") in found_after(clinic, GONE)
        enrolling.hold(clinic.database, "P0001", None, "dana")
        enrolling.withdraw(clinic.database, "P0001", "study", "dana")
        assert books(clinic) == []
        opened = "UPDATE due_item SET state = 'pending', final_at = NULL"
        assert ("diary", "open after leaving") in found_after(clinic, opened)


async def test_what_the_night_finds_is_one_alert_and_stands_in_the_morning(clinic: Clinic) -> None:
    ann = await joined(clinic, OXYCODONE, since=30)
    await days(clinic, 2, ann)
    assert await check_books(clinic.node) == 0
    assert alerting.listed(clinic.database) == []
    with clinic.database.write("nobody") as tx:
        tx.run(text(ALL_ANSWERED))
    assert await check_books(clinic.node) > 0
    assert await check_books(clinic.node) > 0
    (alert,) = alerting.listed(clinic.database)
    assert (alert.rule, alert.tier) == ("books", 2)
    (note,) = notes_of_alerts(clinic)["books"]
    assert "P0001 diary: answered without an answer" in note
    morning = [need for need in mornings.today(clinic.database).participants if need.kind == "books"]
    assert [need.study_id for need in morning] == ["P0001"]
    assert "answered without an answer" in morning[0].what
    with clinic.database.write("nobody") as tx:
        tx.run(text(ALL_EXPIRED))
    assert await check_books(clinic.node) == 0
    assert "books" not in {need.kind for need in mornings.today(clinic.database).participants}


async def test_after_twelve_days_away_every_row_has_its_end_and_one_message_tells_of_it(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        ann = await joined(clinic, OXYCODONE, since=30)
        await days(clinic, 1, ann)
        clinic.clock.move(days=12)
        before = len(prompts_sent(clinic))
        await clinic.node.start()
        await clinic.settle()
        assert len(prompts_sent(clinic)) - before <= 1
        assert books(clinic) == []
        missed = [row for row in rows_of(clinic, "diary") if row.due_at < clinic.clock() - timedelta(days=1)]
        assert len(missed) == 12
        assert all(row.final_at is not None for row in missed)
        await days(clinic, 1)
        assert books(clinic) == []
        told = [m.text for m in ann.person.messages if m.from_bot and m.text.startswith("I was away for a while.")]
        assert len(told) <= 1


async def test_an_answer_after_the_window_is_late_in_the_row_of_its_message_and_in_the_sentence(
    clinic: Clinic, tmp_path: Path
) -> None:
    ann = await joined(clinic, OXYCODONE, since=112)
    await days(clinic, 2, ann)
    await ann.taps("Begin")
    await ann.taps("5")
    await clinic.passes(days=8)
    assert clinic.kept(CheckInFinished)[-1].visit == "baseline"
    closed, as_of = ends_told(clinic, tmp_path / "closed"), clinic.clock()
    await clinic.passes(seconds=1)
    await ann.taps("5")
    await ann.taps("Go on")
    while clinic.kept(CheckInFinished)[-1].visit == "baseline":
        await ann.taps(ann.buttons[0])
    states = {row.item: (row.state, row.reason) for row in rows_of(clinic, "visit.month_3")}
    assert states["visit.month_3.close"] == ("expired", "window closed")
    assert states["visit.month_3.last"] == ("answered_late", "answered after the window had closed")
    assert ledger.why(clinic.database, "P0001", "month_3").endswith(", late.")
    assert [line for line in books(clinic) if line.startswith("visit.")] == []
    assert "visit.month_3.last," in closed
    assert ends_told(clinic, tmp_path / "late") != ends_told(clinic, tmp_path / "again", as_of) == closed


def ends_told(clinic: Clinic, out: Path, as_of: datetime | None = None) -> str:
    """What an export says of due items."""
    export_csv(clinic.database, Request(out=out, as_of=as_of), actor="staff")
    return (out / "due_items.csv").read_text(encoding="utf-8")


async def test_why_answers_of_everything_that_can_be_due(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        await joined(clinic, OXYCODONE)
        with clinic.database.write("test") as tx:
            tomorrow = tx.now + timedelta(days=1)
            due.plan(tx, due.Planned(1, "visit_again", "x", tomorrow, "UTC", payload={"visit": "baseline"}))
        for asked in ("meeting", "allocated", "amount_check", "diary", "outage"):
            assert ledger.why(clinic.database, "P0001", asked).startswith(f"P0001 {asked}: nothing was due"), asked
        assert ledger.why(clinic.database, "P0001", "visit_again") == (
            "P0001 visit_again: nothing was due so far; the next 2026-03-03 15:00 "
            "(the person chose a time to be asked for a check-in again)."
        )
        with pytest.raises(ledger.NothingCalledSo, match=r"ask for one of: baseline, .*S1, .*diary, .*meeting"):
            ledger.why(clinic.database, "P0001", "nonsense")
