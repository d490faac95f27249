"""Logging a dose in at most three taps; checks that ask and never judge; patches as wear."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coordinator import alerting
from study.facts import DoseTaken, PatchWear
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic
from tests.golden import check

LIQUID = OXYCODONE.model_copy(
    update={"nickname": "syrup", "product": "oxycodone", "form": "liquid", "strength": 1, "unit": "mg/mL",
            "usual_count": 5, "max_per_day": 40}
)  # fmt: skip
DROPS = OXYCODONE.model_copy(
    update={"nickname": "drops", "product": "tramadol", "form": "drops", "strength": 2.5, "usual_count": 20,
            "max_per_day": None}
)  # fmt: skip


async def test_the_usual_dose_now_takes_three_taps(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does("Log a dose", "1 tablet (usual)", "Now")
    check("dose_usual", ann.transcript())
    (dose,) = clinic.kept(DoseTaken)
    assert dose == DoseTaken(
        medicine="P0001-m0",
        product="oxycodone",
        form="tablet",
        strength=5,
        unit="mg",
        count=1,
        status="taken",
        taken_at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
        taken_local="2026-03-02T10:00:00",
        zone="America/New_York",
        time_quality="now",
    )


@pytest.mark.parametrize(("typed", "count"), [("1,5", 1.5), ("half", 0.5), ("two tablets", 2), ("1 1/2", 1.5)])
async def test_another_amount_is_understood_as_typed(clinic: Clinic, typed: str, count: float) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "Another amount", f">{typed}", "Now")
    assert [d.count for d in clinic.kept(DoseTaken)] == [count]


async def test_an_amount_can_be_typed_instead_of_tapped(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", ">2", "Now")
    assert [d.count for d in clinic.kept(DoseTaken)] == [2]


async def test_halves_are_offered_only_where_the_form_allows(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await ann.says("/dose")
    assert not any("0.5" in b or "1.5" in b for b in ann.buttons)
    ben = await clinic.enrolled("mbt", "Ben", OXYCODONE)
    await ben.says("/dose")
    assert "0.5 tablets" in ben.buttons


async def test_liquids_are_counted_in_ml_and_drops_in_drops(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", LIQUID)
    await ann.does(">/dose", "Another amount", ">7,5 ml", "Now")
    assert "7.5 mL of syrup" in ann.hears
    ben = await clinic.enrolled("mbt", "Ben", DROPS)
    await ben.does(">/dose", "20 drops (usual)", "Now")
    assert "20 drops of drops" in ben.hears
    assert [(d.count, d.unit) for d in clinic.kept(DoseTaken)] == [(7.5, "mg/mL"), (20, "mg")]


async def test_earlier_today_asks_for_the_time(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Earlier today", ">7:15")
    (dose,) = clinic.kept(DoseTaken)
    assert (dose.taken_local, dose.time_quality) == ("2026-03-02T07:15:00", "said")
    assert dose.taken_at == datetime(2026, 3, 2, 12, 15, tzinfo=UTC)


async def test_a_time_that_is_still_to_come_is_asked_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Earlier today", ">8 pm")
    assert "still to come" in ann.hears
    await ann.says("8 am")
    assert [d.taken_local for d in clinic.kept(DoseTaken)] == ["2026-03-02T08:00:00"]


async def test_yesterday_is_named_with_its_weekday_and_date(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Yesterday, Sunday 1 March", ">9 pm")
    assert [d.taken_local for d in clinic.kept(DoseTaken)] == ["2026-03-01T21:00:00"]


async def test_another_day_and_a_time_nobody_knows(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Another day", "Friday 27 February", "I do not know the time")
    assert "time not known" in ann.hears
    (dose,) = clinic.kept(DoseTaken)
    assert (dose.taken_at, dose.taken_local, dose.time_quality) == (None, "2026-02-27", "unknown")


async def test_a_missed_one_is_logged_without_an_amount(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await ann.does(">/dose", "I missed one", "Earlier today", ">8:00")
    check("dose_missed", ann.transcript())
    (dose,) = clinic.kept(DoseTaken)
    assert (dose.status, dose.count) == ("missed", None)


async def test_the_same_medicine_within_fifteen_minutes_asks_same_or_another(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    clinic.clock.move(minutes=10)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "1 tablet (usual)", "Now", "The same one")
    assert "Nothing was added" in ann.hears
    assert len(clinic.kept(DoseTaken)) == 1
    await ann.does(">/dose", "1 tablet (usual)", "Now", "Another one")
    assert len(clinic.kept(DoseTaken)) == 2


async def test_after_sixteen_minutes_nothing_is_asked(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    clinic.clock.move(minutes=16)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    assert len(clinic.kept(DoseTaken)) == 2


async def test_more_than_the_label_asks_first_then_says_whom_to_call_and_tells_staff(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "Another amount", ">5", "Now")
    assert "Is this entry right?" in ann.hears
    assert clinic.kept(DoseTaken) == []
    await ann.taps("Yes, it is right")
    check("dose_over_label", ann.transcript())
    assert [a.rule for a in alerting.listed(clinic.database)] == ["dose_excess"]
    assert [d.count for d in clinic.kept(DoseTaken)] == [5]


async def test_a_slip_over_the_label_is_mended_without_an_alert(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "Another amount", ">11", "Now", "No, change the amount", "1 tablet (usual)")
    assert [d.count for d in clinic.kept(DoseTaken)] == [1]
    assert alerting.listed(clinic.database) == []


async def test_the_study_day_ends_at_four_in_the_morning(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "Another amount", ">4", "Now")
    clinic.clock.at = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)  # 03:30 in New York, still the day before
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    assert "Is this entry right?" in ann.hears
    await ann.taps("No, change the amount")
    clinic.clock.at = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "1 tablet (usual)", "Now")
    assert "Logged" in ann.hears, "a new study day"


async def test_a_tap_that_may_be_old_is_asked_for_its_time(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/dose", "1 tablet (usual)")
    ann._begin("> [Now], while the coach is away")
    ann.person.taps(None, "Now")
    clinic.clock.move(minutes=50)
    await clinic.settle()
    assert ann.heard[-1].text.startswith("I was away for a while")
    assert "Now" not in ann.buttons
    await ann.does("Earlier today", ">10:00")
    (dose,) = clinic.kept(DoseTaken)
    assert (dose.taken_local, dose.time_quality) == ("2026-03-02T10:00:00", "said")


async def test_a_patch_is_worn_from_on_to_off(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    assert "Keep heat away" in ann.hears
    clinic.clock.move(hours=48)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "Took it off", "Now")
    (worn,) = clinic.kept(PatchWear)
    assert (worn.removed_at - worn.put_on_at).total_seconds() == 48 * 3600
    assert worn.removal == "taken_off"
    check("patch_worn", ann.transcript())


async def test_a_patch_that_fell_off(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    clinic.clock.move(hours=5)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "It fell off", "Now")
    assert [w.removal for w in clinic.kept(PatchWear)] == ["fell_off"]


async def test_a_changed_patch_ends_one_and_begins_the_next(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    clinic.clock.move(hours=71)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "Changed it: old off, new on", "Now")
    assert [w.removal for w in clinic.kept(PatchWear)] == ["taken_off", "wearing"]


async def test_two_patches_at_once_are_asked_about_and_counted(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    clinic.clock.move(hours=10)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does(">/dose", "Put a new one on", "Now", "Yes, I wear both")
    assert "Is that what your label says?" in ann.hears
    assert [w.removal for w in clinic.kept(PatchWear)] == ["wearing", "wearing"]


async def test_a_patch_nobody_took_off_is_assumed_off_after_72_hours_and_flagged(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", FENTANYL)
    await ann.does(">/dose", "Put a new one on", "Now")
    await clinic.passes(hours=73)
    assert "for three days" in ann.last.text
    (worn,) = clinic.kept(PatchWear)
    assert worn.removal == "assumed"
    assert (worn.removed_at - worn.put_on_at).total_seconds() == 72 * 3600


async def test_without_a_medicine_the_way_to_the_list_is_named(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    with clinic.database.write("staff") as tx:
        from records import facts
        from records.facts import Where

        facts.void(tx, "P0001-m0", Where(1, "P0001", "test"), "wrong")
    await ann.says("/dose")
    assert "/medicines" in ann.hears
