"""Days on which no medicine was on the list: asked once, a zero when none was taken, and else missing with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from coordinator import alerting
from study.facts import NO_MEDICINE, CheckInFinished, TlfbDay
from tests.clinic import MORPHINE, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.databases import Shelf
from tests.test_import_calendar import JUNE_3, ON, Desk, Lines
from tests.test_redcap_diary import data, of_form
from tests.test_visits import joined, skip_to
from tests.visiting import begins

pytestmark = pytest.mark.weeks

MAY_27 = datetime(2026, 5, 27, 20, 0, tzinfo=UTC)
STOPPED = date(2026, 5, 27)
FROM_THE_START = MORPHINE.model_copy(update={"change": "enrolled"})


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    """On SQLite; the first journey runs on both."""
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


@pytest.fixture
async def either(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    async with clinic_over(shelf.url(kind)) as clinic:
        yield clinic


async def stopped_on_day_21(clinic: Clinic) -> Patient:
    """Ann, at 30 MME a day; of the 28 days her check-in looks back on the last seven have nothing on the list."""
    ann = await joined(clinic)
    clinic.give_medicines("P0001", FROM_THE_START)
    await skip_to(clinic, MAY_27)
    await ann.does(">/medicines", "morning tablet", "I no longer take it", "My prescriber and I agreed", "Today")
    await skip_to(clinic, JUNE_3)
    return ann


async def looks_back(clinic: Clinic, ann: Patient, newest: str) -> Patient:
    await begins(clinic, ann, "month_3", "tlfb")
    return await ann.does("None at all", newest, *["As usual on all 7 days"] * 3)


def average(desk: Desk) -> dict[str, str]:
    (row,) = [row for row in desk.exported("mme_summary") if (row["visit"], row["source"]) == ("month_3", "tlfb")]
    names = ("days_known", "low_coverage", "mme_mean28_observed", "mme_mean28_window", "mme_mean28_therapy")
    return {name.removeprefix("mme_mean28_"): row[name] for name in names}


def by_log(desk: Desk) -> dict[str, str]:
    """Why a day of the log has no figure."""
    return {row["on"]: row["reason"] for row in desk.exported("mme_days") if row["source"] == "log"}


async def test_who_has_stopped_and_says_none_has_zero_and_not_the_mean_of_before(
    either: Clinic, tmp_path: Path
) -> None:
    desk = Desk(either, tmp_path)
    ann = await stopped_on_day_21(either)
    told = len(alerting.listed(either.database))
    await looks_back(either, ann, "None on all 7 days")
    assert average(desk) == {
        "days_known": "28", "low_coverage": "0", "observed": "22.5", "window": "22.5", "therapy": "30.0"
    }  # fmt: skip
    assert desk.figures()["2026-05-27"] == ("0.0", "1", "")
    assert {row["score"]: row["value"] for row in desk.exported("scores") if row["instrument"] == "tlfb"} == {
        "days_known": "28.0", "mean_daily_mme": "22.5"
    }  # fmt: skip
    (wide,) = desk.exported("wide")
    assert wide["mme_tlfb_observed_m3"] == "22.5"
    reasons = by_log(desk)
    assert [reasons[f"2026-05-{day}"] for day in (26, 27, 28)] == ["no_entry", *["no_medicine_listed"] * 2]
    assert len(alerting.listed(either.database)) == told


async def test_some_taken_without_a_list_is_missing_with_its_reason(clinic: Clinic, tmp_path: Path) -> None:
    desk = Desk(clinic, tmp_path)
    ann = await looks_back(clinic, await stopped_on_day_21(clinic), "I took some")
    assert "It is kept. What you take now can go on your list with /medicines." in ann.transcript()
    assert average(desk) == {
        "days_known": "21", "low_coverage": "0", "observed": "30.0", "window": "", "therapy": "30.0"
    }  # fmt: skip
    assert Counter(reason for _, _, reason in desk.figures().values()) == {"": 21, "not_listed": 7}
    days = [row for row in desk.exported("tlfb_days") if row["medicine"] == NO_MEDICINE]
    assert {(row["count"], row["status"]) for row in days} == {("", "not_listed")}
    assert len({row["tlfb_id"] for row in days}) == 7
    logged = of_form(data(desk.study.exports(format="redcap")), "calendar_log")
    assert Counter(row["cal_medicine"] for row in logged) == {"M1": 21, NO_MEDICINE: 7}
    assert sorted(int(row["redcap_repeat_instance"]) for row in logged) == list(range(1, 29))
    (end,) = [end for end in clinic.kept(CheckInFinished) if end.visit == "month_3"]
    assert end.complete


async def test_who_never_took_what_was_listed_by_mistake_has_a_mean_of_zero(clinic: Clinic, tmp_path: Path) -> None:
    desk = Desk(clinic, tmp_path)
    ann = await joined(clinic)
    clinic.give_medicines("P0001", OXYCODONE.model_copy(update={"ends_on": OXYCODONE.starts_on}))
    await skip_to(clinic, JUNE_3)
    await begins(clinic, ann, "month_3", "tlfb")
    await ann.does("None at all", *["None on all 7 days"] * 4)
    assert {day.medicine for day in clinic.kept(TlfbDay)} == {NO_MEDICINE}
    assert average(desk) == {
        "days_known": "28", "low_coverage": "0", "observed": "0.0", "window": "0.0", "therapy": ""
    }  # fmt: skip
    assert set(by_log(desk).values()) == {"no_medicine_listed"}


async def test_a_medicine_told_of_the_day_after_all_counts_and_the_day_is_not_asked_twice(
    clinic: Clinic, tmp_path: Path
) -> None:
    """Staff put on the list what was taken, from the day on which it was."""
    desk = Desk(clinic, tmp_path)
    ann = await looks_back(clinic, await stopped_on_day_21(clinic), "I took some")
    clinic.give_medicines("P0001", MORPHINE.model_copy(update={"nickname": "left over", "starts_on": STOPPED}))
    await begins(clinic, ann, "month_3", "tlfb")
    assert "left over" in ann.hears
    await ann.taps("As usual on all 7 days")
    assert average(desk)["observed"] == "30.0"
    assert average(desk)["days_known"] == "28"


# from the phone and from paper


def filled(desk: Desk, unlisted: str) -> Lines:
    return desk.filled(lambda medicine, _: unlisted if medicine == NO_MEDICINE else "as_usual")


async def test_the_same_comes_from_the_phone(clinic: Clinic, tmp_path: Path) -> None:
    desk = Desk(clinic, tmp_path)
    await stopped_on_day_21(clinic)
    lines = filled(desk, "0")
    assert [line["medicine"] for line in lines] == ["M1"] * 21 + [NO_MEDICINE] * 7
    assert lines[-1]["label"] == "no opioid was on the list that day; was any taken?"
    assert lines[-1]["allowed"] == "0 for none; or status not_listed for some, dont_remember, skipped, rather_not_say"
    done = desk.brings(lines)
    assert (done.written, done.visits[0].calendar_open) == (28, 0)
    assert average(desk)["observed"] == "22.5"
    some = filled(desk, "not_listed")
    assert (
        desk.refused(some)[0] == "23:value: no_medicine on 2026-06-02 is answered: 0 (phone, 2026-06-03); see --correct"
    )
    assert desk.brings(some, correct="read wrong").corrected == 7
    assert average(desk)["observed"] == "30.0"
    assert "not_listed; see --correct" in desk.refused(filled(desk, "0"))[0].replace(" (phone, 2026-06-03)", "")
    assert len(clinic.kept(TlfbDay)) == 28


async def test_what_is_wrong_with_a_day_without_a_medicine_is_said(clinic: Clinic, tmp_path: Path) -> None:
    desk = Desk(clinic, tmp_path)
    await stopped_on_day_21(clinic)
    newest, *_, first = [line | ON for line in desk.template() if line["medicine"] == NO_MEDICINE]
    listed = desk.template()[0] | ON
    wrong = desk.refused(
        [
            newest | {"value": "2"},
            newest | {"on": "2026-06-01", "status": "as_usual"},
            newest | {"on": "2026-05-31", "value": "0", "status": "not_listed"},
            first | {"on": "2026-05-26", "value": "0"},
            listed | {"status": "not_listed"},
        ]
    )
    assert [each.split(": ")[0] for each in wrong] == ["2:value", "3:status", "4:status", "5:on", "6:status"]
    assert all("allowed" in each for each in wrong)
    assert clinic.kept(TlfbDay) == []
