"""The pause, as a person lives it: both arms, every way out, timers, old buttons, and the record that remains."""

from __future__ import annotations

import pytest

from bot.node import Node
from study.facts import AdverseEvent, DoseTaken, ExerciseLed, PatchWear, PauseBegun, PauseEnded
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic
from tests.golden import check

TOOK = "I took it, or take it now"


@pytest.mark.parametrize(("arm", "exercise"), [("mbt", "One quiet minute"), ("cbt", "Catch one thought")])
async def test_a_whole_pause_in_each_arm(clinic: Clinic, arm: str, exercise: str) -> None:
    ann = await clinic.enrolled(arm)
    await ann.taps("About to take a dose")
    await ann.does("6", ">about 4", "Both", "1 minute", exercise)
    await clinic.passes(minutes=2)
    await ann.does("5", "3", TOOK, "1 tablet (usual)")
    check(f"pause_{arm}", ann.transcript())
    (begun,), (led,), (ended,), (dose,) = (clinic.kept(k) for k in (PauseBegun, ExerciseLed, PauseEnded, DoseTaken))
    assert (begun.pain, begun.urge, begun.nature) == (6, 4, "both")
    assert (led.seconds, led.completed, led.ended) == (60, True, "completed")
    assert (ended.pain, ended.urge, ended.decision) == (5, 3, "took")
    assert dose.count == 1
    assert led.pause == ended.pause == dose.pause is not None


async def test_take_my_dose_now_is_on_every_step_from_the_first_question_on(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.says("/pause")
    for act in ("6", "4", "Both", "1 minute", "One quiet minute", "Next", "Next", "Next", "Next", "Next", "5"):
        assert {"Take my dose now", "Stop here"} <= set(ann.buttons)
        await ann.taps(act)
    assert {"Take my dose now", "Stop here"} <= set(ann.buttons)


async def test_with_two_medicines_the_dose_is_one_tap_away_at_the_first_question_too(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt", "Ann", OXYCODONE, MORPHINE)
    await ann.says("/pause")
    assert "Take my dose now" in ann.buttons
    await ann.does("Take my dose now", "morning tablet", "1 tablet (usual)")
    (dose,) = clinic.kept(DoseTaken)
    assert dose.product == "morphine"


@pytest.mark.parametrize("taps", [(), ("6",), ("6", "4"), ("6", "4", "Both"), ("6", "4", "Both", "1 minute")])
async def test_take_my_dose_now_logs_at_once_wherever_one_is(clinic: Clinic, taps: tuple[str, ...]) -> None:
    ann = await clinic.enrolled("cbt")
    await ann.says("/pause")
    await ann.does(*taps, "Take my dose now", "1 tablet (usual)")
    assert "Logged" in ann.hears
    (ended,), (dose,) = clinic.kept(PauseEnded), clinic.kept(DoseTaken)
    assert ended.decision == "took"
    assert dose.pause == ended.pause


async def test_take_my_dose_now_in_an_exercise_ends_it_and_keeps_its_seconds(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute")
    await clinic.passes(seconds=20)
    await ann.taps("Take my dose now")
    await ann.taps("1 tablet (usual)")
    (led,) = clinic.kept(ExerciseLed)
    assert (led.seconds, led.completed, led.ended) == (20, False, "took_dose")


async def test_the_dose_button_of_an_older_step_of_the_open_exercise_still_acts(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute")
    first_step = ann.last.message_id
    await clinic.passes(seconds=25)
    assert ann.last.message_id != first_step
    ann.person.taps(first_step, "Take my dose now")
    await clinic.settle()
    assert "How much" in ann.last.text


async def test_next_on_an_older_step_changes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute")
    first_step, newest = ann.last.message_id, 0
    await clinic.passes(seconds=12)
    newest = ann.last.message_id
    ann.person.taps(first_step, "Next")
    await clinic.settle()
    assert ann.last.message_id == newest, "a hasty second tap is met with nothing new"
    clinic.clock.move(seconds=6)
    clinic.node.last_poll_at = clinic.clock()
    ann.person.taps(first_step, "Next")
    await clinic.settle()
    assert "earlier question" in ann.person.messages[-2].text


async def test_stop_typed_in_an_exercise_ends_it(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute", ">stop")
    assert "stop here" in ann.hears
    (led,) = clinic.kept(ExerciseLed)
    assert led.ended == "stopped"
    await ann.taps("Rather not say")
    (ended,) = clinic.kept(PauseEnded)
    assert (ended.pain, ended.decision) == (None, "rather_not_say")


async def test_making_it_worse_stops_grounds_and_is_remembered(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute", "This is making it worse")
    check("pause_worse", ann.transcript())
    (led,), (event,) = clinic.kept(ExerciseLed), clinic.kept(AdverseEvent)
    assert led.ended == "worse"
    assert event.related_to is not None
    await ann.taps("Rather not say")
    await ann.does(">/pause", "6", "4", "Both", "1 minute")
    assert "One quiet minute" not in ann.buttons, "it is not offered again"


async def test_stop_here_beside_the_exercise_called_stop_stops(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "Stop here")
    assert "stop here" in ann.hears
    assert clinic.kept(ExerciseLed) == []


async def test_from_a_high_rating_logging_and_one_minute_come_first(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "9", "4", "Both")
    assert ann.buttons[:2] == ["No exercise, log only", "1 minute"]
    await ann.taps("5 minutes")
    assert "Zoom in" not in " ".join(ann.buttons), "nothing that looks into the pain"


async def test_the_last_length_comes_first(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "5", "4", "Both", "3 minutes", "Three-minute space")
    await ann.does("Stop here", "Rather not say", ">/pause", "5", "4", "Both")
    assert ann.buttons[0] == "3 minutes, as last time"


@pytest.mark.parametrize("medicine", [MORPHINE, FENTANYL], ids=["scheduled", "patch"])
async def test_a_scheduled_medicine_or_patch_is_never_later_nor_half(clinic: Clinic, medicine: object) -> None:
    ann = await clinic.enrolled("mbt", "Ann", medicine)  # type: ignore[arg-type]
    await ann.does(">/pause", "5", "Skip", "Both", "No exercise, log only", "Skip", "Skip")
    assert ann.buttons == [TOOK, "Rather not say", "« Back"]
    assert "yours to take as prescribed" in ann.hears
    await ann.taps(TOOK)
    assert not any("0.5" in b for b in ann.buttons)


async def test_urge_surfing_is_only_for_as_needed_medicines(clinic: Clinic) -> None:
    scheduled = await clinic.enrolled("mbt", "Ann", MORPHINE)
    await scheduled.does(">/pause", "5", "Skip", "Both", "5 minutes")
    assert not any("urge" in b.lower() or "wave" in b.lower() for b in scheduled.buttons)
    as_needed = await clinic.enrolled("mbt", "Ben", OXYCODONE)
    await as_needed.does(">/pause", "5", "4", "Both", "5 minutes")
    assert len(as_needed.buttons) == len(scheduled.buttons) + 1


async def test_a_patch_in_a_pause_is_logged_as_worn(clinic: Clinic) -> None:
    ann = await clinic.enrolled("cbt", "Ann", FENTANYL)
    await ann.does(">/pause", "5", "Skip", "Skip", "No exercise, log only", "Skip", "Skip", TOOK)
    await ann.does("Put a new one on", "Now")
    (worn,) = clinic.kept(PatchWear)
    assert worn.pause is not None
    assert worn.removal == "wearing"


async def test_later_brings_one_check_back_and_no_second_one(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "5", "4", "Both", "No exercise, log only", "4", "3", "Later", "In 30 minutes")
    await clinic.passes(minutes=31)
    assert "come back about oxy" in ann.last.text
    await ann.taps("Later")
    check("pause_later", ann.transcript())
    await clinic.passes(hours=5)
    assert "whenever your label allows" in ann.last.text, "nothing more came"
    (ended,) = clinic.kept(PauseEnded)
    assert ended.decision == "later"


async def test_the_check_back_can_end_in_a_dose_of_the_same_pause(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "5", "4", "Both", "No exercise, log only", "4", "3", "Later", "In 15 minutes")
    await clinic.passes(minutes=16)
    await ann.does(TOOK, "1 tablet (usual)")
    (ended,), (dose,) = clinic.kept(PauseEnded), clinic.kept(DoseTaken)
    assert (ended.decision, dose.pause) == ("took", ended.pause)


async def test_a_check_back_never_goes_late(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "5", "4", "Both", "No exercise, log only", "4", "3", "Later", "In 15 minutes")
    await clinic.later(hours=3)
    assert "come back" not in ann.hears


async def test_not_needed_comes_with_the_standing_line_and_no_praise(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "5", "4", "Both", "No exercise, log only", "4", "3", "I did not need it this time")
    check("pause_not_needed", ann.transcript())
    assert "Keep taking your medicine as prescribed" in ann.hears
    assert clinic.kept(PauseEnded)[0].decision == "not_needed"
    assert clinic.kept(DoseTaken) == []


async def test_a_timer_that_comes_late_says_only_that_we_were_interrupted(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute")
    await clinic.later(minutes=5)
    assert ann.heard[0].text.startswith("We were interrupted")
    assert {"Next", "Take my dose now", "Stop here"} <= set(ann.buttons)
    await clinic.passes(minutes=5)
    assert len(ann.heard) == 0, "no timer runs until the person goes on"
    await ann.taps("Next")
    await clinic.passes(minutes=2)
    assert "now, 0 to 10" in ann.last.text


async def test_a_pause_begun_hours_ago_asks_only_whether_it_was_taken_and_when(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both")
    await clinic.later(hours=3)
    await ann.taps("1 minute")
    check("pause_late", ann.transcript())
    assert "Did you take oxy" in ann.hears
    await ann.does("Yes, I took it", "Earlier today", ">10:30", "1 tablet (usual)")
    (dose,) = clinic.kept(DoseTaken)
    assert (dose.taken_local, dose.time_quality) == ("2026-03-02T10:30:00", "said")
    assert dose.pause is not None


async def test_back_goes_to_the_answer_before_and_leaves_no_orphan(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "« Back", "A restless pull", "« Back", "« Back", "3", "Skip")
    await ann.does("No exercise, log only", "4", "3", "Rather not say")
    (begun,), (ended,) = clinic.kept(PauseBegun), clinic.kept(PauseEnded)
    assert (begun.pain, begun.urge, begun.nature) == (6, 3, None)
    assert ended.decision == "rather_not_say"


async def test_back_after_the_decision_voids_it_until_it_is_made_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "No exercise, log only", "4", "3", TOOK, "« Back")
    assert clinic.kept(PauseEnded) == []
    await ann.taps("I did not need it this time")
    assert [e.decision for e in clinic.kept(PauseEnded)] == ["not_needed"]
    assert clinic.kept(DoseTaken) == []


async def test_before_allocation_a_pause_only_logs(clinic: Clinic) -> None:
    ann = await clinic.enrolled(None)
    await ann.does(">/pause", "6", "4", "Both", TOOK, "1 tablet (usual)")
    assert clinic.kept(ExerciseLed) == []
    (ended,) = clinic.kept(PauseEnded)
    assert (ended.decision, ended.pain, ended.missing) == ("took", None, "pain:not_asked urge:not_asked")
    assert len(clinic.kept(DoseTaken)) == 1
    await ann.does(">/practice", "Lead me one now")
    assert "once your place in the study is set" in ann.hears
    check("pause_before_allocation", ann.transcript())


async def test_another_command_parks_the_pause_with_its_timer_and_offers_it_afterwards(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute", ">/dose")
    await clinic.passes(minutes=2)
    assert "How much" in ann.last.text, "the parked exercise stays silent"
    await ann.does("1 tablet (usual)", "Now")
    assert "You were in the middle of something: your pause" in ann.hears
    await ann.taps("Go on")
    assert "Not while driving" in ann.hears
    check("pause_parked", ann.transcript())


async def test_a_parked_talk_can_be_left(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6", ">/dose", "1 tablet (usual)", "Now", "Leave it")
    assert "I left it as it is" in ann.hears
    await ann.taps("Go on")
    assert "earlier question" in ann.hears


async def test_unexpected_words_in_a_pause_are_kept_and_the_question_comes_again(clinic: Clinic) -> None:
    from study.facts import Note

    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", ">my sister visits me today and that is nice")
    assert "kept your words" in ann.hears
    assert "How strong is the pain" in ann.hears
    assert [n.text for n in clinic.kept(Note)] == ["my sister visits me today and that is nice"]


@pytest.mark.parametrize("typed", ["11", "-1", "7-8", "7.5"])
async def test_what_is_no_rating_is_asked_again(clinic: Clinic, typed: str) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", f">{typed}")
    assert "number" in ann.hears
    assert "How strong is the pain" in ann.hears


async def test_a_restart_in_the_middle_changes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    await ann.does(">/pause", "6")
    old = clinic.node
    clinic.node = Node(old.storage, old.bot, old.world, old.pacer, parcels=old.parcels)
    clinic.node.offset = old.offset
    await clinic.node.start()
    await ann.does("4", "Both", "No exercise, log only", "4", "3", "Rather not say")
    assert len(clinic.kept(PauseEnded)) == 1
