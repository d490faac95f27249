"""Joining: every branch of it, every wrong way in, a new phone, and discreet words from then on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from content.wording import discreet_words_in
from records import facts, people
from records.fact_tables import TABLE_OF
from records.tables import AlertRow, Chat, ConversationRow, Inbox, Invitation, Outbox, table
from study.facts import ConsentGiven, DosePrompts, Enrolled, MedicineEpisode, Note, RedFlagsAnswered, SettingsChanged
from tests.clinic import FENTANYL, MORPHINE, OXYCODONE, Clinic, Patient, clinic_over, fresh_sqlite
from tests.golden import check

AGREE, DECLINE = "I agree to take part", "I do not want to take part"
OXY = ("oxycodone", "Tablet", ">5", "mg", "As needed", ">1", "It does not say", "Skip", "Use oxycodone")
PRACTICE = "About to take a dose"
FLAGS = {
    "Numb between the legs": "numb",
    "New trouble with bladder or bowels": "bladder",
    "Both legs weak, or fast getting weaker": "weak",
    "No feeling during sex": "sex",
    "Fever or chills": "fever",
    "Losing weight without trying": "weight",
    "A bad fall": "fall",
}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def joining(clinic: Clinic, *acts: str) -> Patient:
    """Somebody who opened the link, and did so much more."""
    code = clinic.invited().code
    ann = clinic.stranger()
    await ann.says(f"/start {code}")
    ann.script[0] = "> /start CODE"
    return await ann.does(*acts)


def person_of(clinic: Clinic, study_id: str = "P0001") -> Any:
    with clinic.database.read() as tx:
        return people.by_study_id(tx, study_id)


def alerts_of(clinic: Clinic) -> list[tuple[str, int]]:
    rows = table(AlertRow)
    return [(r.rule, r.tier) for r in clinic.rows(select(rows).order_by(rows.c.id))]


def chats_of(clinic: Clinic) -> list[Any]:
    return clinic.rows(select(table(Chat)))


# from hello to the first practice tap


async def test_joining_with_nothing_on_the_list_yet(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes", "Done", PRACTICE)
    check("enrolment_asked", ann.transcript())
    person = person_of(clinic)
    assert (person.status, person.zone, person.quiet_from, person.quiet_to) == (
        "enrolled",
        "America/New_York",
        "21:00",
        "08:00",
    )
    assert person.enrolled_on is None, "the day of enrolment is the one on which the baseline is answered"
    assert person.enrolled_at is not None
    (consent,) = clinic.kept(ConsentGiven)
    assert (consent.answer, len(consent.sha256), consent.language) == ("agreed", 64, "en")
    assert len(clinic.kept(Enrolled)) == 1
    (flags,) = clinic.kept(RedFlagsAnswered)
    assert (flags.ticked, flags.naloxone) == ("", "yes")
    assert alerts_of(clinic) == []


async def test_joining_with_the_coordinators_list(clinic: Clinic) -> None:
    invited = clinic.invited()
    clinic.give_medicines(invited.study_id, OXYCODONE, MORPHINE, FENTANYL)
    ann = clinic.stranger()
    await ann.says(f"/start {invited.token}")
    ann.script[0] = "> /start CODE"
    await ann.does(AGREE, "Chicago", "10 pm to 7 am", "No", "Yes", "Yes", "Yes", "No", "Yes, please")
    await ann.does("Not sure", "Done", PRACTICE)
    check("enrolment_listed", ann.transcript())
    assert len(clinic.kept(MedicineEpisode)) == 3
    assert alerts_of(clinic) == []


async def test_the_emergency_line_is_pinned_with_the_numbers_of_the_city(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, "London")
    (pinned,) = [m for m in ann.person.messages if m.pinned]
    assert pinned.text == "Emergency: call 999. This chat is not monitored. Crisis line: 116 123. Help: /urgent"


async def test_who_declines_is_forgotten(clinic: Clinic) -> None:
    ann = await joining(clinic, ">how long does it take every day then", ">/team is this safe", ">/urgent")
    assert len(clinic.kept(Note)) == 2
    await ann.does("Something else", "I am safe", "Go on", DECLINE)
    assert "I deleted what you entered." in ann.hears
    assert person_of(clinic).status == "declined"
    assert chats_of(clinic) == []
    kept = [kind.__name__ for kind, rows in TABLE_OF.items() if clinic.rows(select(table(rows)))]
    assert kept == ["ConsentGiven"]
    talks = clinic.rows(select(table(ConversationRow)))
    assert [t.talk for t in talks] == ["enrol"]
    with clinic.database.read() as tx:
        assert list(facts.altered(tx)) == []
    bodies = [r.sealed_body for r in clinic.rows(select(table(Outbox)).order_by(table(Outbox).c.id))]
    assert [b is not None for b in bodies] == [False] * (len(bodies) - 1) + [True]


async def test_who_declined_is_a_stranger_afterwards_and_safety_still_answers(clinic: Clinic) -> None:
    ann = await joining(clinic, DECLINE, ">/dose")
    assert "This chat is for people in a study." in ann.hears
    await ann.says("I want to die")
    assert "Call" in ann.hears
    assert clinic.kept(Note) == []


async def test_who_declined_can_join_with_a_new_code(clinic: Clinic) -> None:
    ann = await joining(clinic, DECLINE)
    with clinic.database.write("staff") as tx:
        code = people.invite(tx, "P0001", 14).code
    await ann.does(f">/start {code}", AGREE, "New York", ">/dose")
    assert "Let us finish joining first." in ann.hears
    assert person_of(clinic).status == "invited"


async def test_a_button_of_a_declined_joining_does_nothing(clinic: Clinic) -> None:
    ann = await joining(clinic)
    asked = ann.last
    await ann.taps(DECLINE)
    ann.person.taps(asked.message_id, AGREE)
    await clinic.settle()
    assert person_of(clinic).status == "declined"
    assert chats_of(clinic) == []


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Boston", "America/New_York"),
        ("salt lake city", "America/Denver"),
        ("Berlin", "Europe/Berlin"),
        ("Europe/Paris", "Europe/Paris"),
        ("St. Louis, Missouri", "America/Chicago"),
    ],
)
async def test_a_city_can_be_typed(clinic: Clinic, said: str, zone: str) -> None:
    await joining(clinic, AGREE, f">{said}")
    assert person_of(clinic).zone == zone


async def test_an_unknown_place_is_asked_again_as_often_as_it_takes(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, ">Atlantis")
    assert "I do not know that place." in ann.hears
    assert "New York" in ann.buttons
    await ann.does(">Middle Earth", "Denver")
    assert person_of(clinic).zone == "America/Denver"


async def test_back_to_the_city_and_another_one_gives_the_other_zone(clinic: Clinic) -> None:
    await joining(clinic, AGREE, "New York", "« Back", "London")
    assert person_of(clinic).zone == "Europe/London"


@pytest.mark.parametrize(
    ("acts", "kept"),
    [
        (("9 pm to 8 am",), ("21:00", "08:00")),
        (("10 pm to 7 am",), ("22:00", "07:00")),
        (("8 pm to 9 am",), ("20:00", "09:00")),
        (("Other hours", ">11 pm", ">half past six", ">6:30 am"), ("23:00", "06:30")),
        (("Other hours", ">noon", ">12:00", ">13"), ("12:00", "13:00")),
    ],
)
async def test_quiet_hours(clinic: Clinic, acts: tuple[str, ...], kept: tuple[str, str]) -> None:
    await joining(clinic, AGREE, "New York", *acts)
    assert (person_of(clinic).quiet_from, person_of(clinic).quiet_to) == kept


async def test_a_second_medicine(clinic: Clinic) -> None:
    second = ("morphine", "Long-acting tablet (ER)", ">15 mg", "At fixed times", ">1", ">2", ">6:00, 20:00")
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "Yes", *second, ">morning tablet", "No")
    await ann.does("Yes, please")
    assert "quiet hours, so nothing comes before them: 6:00\u202fAM." in ann.hears
    assert [p.wanted for p in clinic.kept(DosePrompts)] == [True]
    assert "Do you have naloxone at home?" in ann.hears
    first, other = clinic.kept(MedicineEpisode)
    assert (first.product, other.product, other.times) == ("oxycodone", "morphine", "06:00,20:00")
    assert (other.nickname, other.max_per_day, other.change) == ("morning tablet", 2, "enrolled")


async def test_a_wrong_entry_of_the_coordinator_is_told_and_can_be_put_right(clinic: Clinic) -> None:
    invited = clinic.invited()
    clinic.give_medicines(invited.study_id, OXYCODONE, MORPHINE)
    ann = clinic.stranger()
    await ann.says(f"/start {invited.code}")
    await ann.does(AGREE, "New York", "9 pm to 8 am", "No", "No")
    assert "I told the team" in ann.hears
    await ann.does("Yes", "oxycodone", "Tablet", ">10", "mg", "As needed", ">1", "It does not say", "Skip")
    await ann.does("Use oxycodone", "Yes", "No", "No, thank you", "Yes", "Done", PRACTICE)
    assert alerts_of(clinic) == [("medicine_list", 3)]
    await ann.says("/medicines")
    assert "oxycodone 10 mg, as needed" in ann.hears
    assert "oxycodone 5 mg" not in ann.hears
    assert "morning tablet" in ann.hears


async def test_a_wrong_entry_can_also_just_be_taken_off(clinic: Clinic) -> None:
    invited = clinic.invited()
    clinic.give_medicines(invited.study_id, OXYCODONE)
    ann = clinic.stranger()
    await ann.says(f"/start {invited.code}")
    await ann.does(AGREE, "New York", "9 pm to 8 am", "No", "No", "No")
    assert "Is there another one?" in ann.hears


# red flags


@pytest.mark.parametrize(("flag", "code"), list(FLAGS.items())[:4])
async def test_an_urgent_flag_brings_its_text_at_once_and_an_urgent_alert(clinic: Clinic, flag: str, code: str) -> None:
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes", flag, "Done")
    assert "Go to an emergency department now" in ann.hears
    assert "Nobody is watching this chat." in ann.hears
    assert ann.buttons == ["Go on"]
    assert alerts_of(clinic) == [("back_red_flags", 1)]
    assert person_of(clinic).calm_since is not None
    await ann.does("Go on", PRACTICE)
    assert person_of(clinic).status == "enrolled"
    assert clinic.kept(RedFlagsAnswered)[0].ticked == code


@pytest.mark.parametrize(("flag", "code"), list(FLAGS.items())[4:])
async def test_another_flag_brings_the_softer_text_and_alert(clinic: Clinic, flag: str, code: str) -> None:
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes", flag, "Done")
    assert "Call your clinic within a day or two" in ann.hears
    assert alerts_of(clinic) == [("back_soon", 2)]
    await ann.taps(PRACTICE)
    assert clinic.kept(RedFlagsAnswered)[0].ticked == code


async def test_an_urgent_flag_among_others_is_what_counts(clinic: Clinic) -> None:
    ticks = ("Fever or chills", "A bad fall", "No feeling during sex")
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes", *ticks, "Done")
    assert "Go to an emergency department now" in ann.hears
    assert clinic.kept(RedFlagsAnswered)[0].ticked == "sex,fever,fall"


async def test_ticks_change_the_buttons_under_the_same_question(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes")
    asked = ann.last.message_id
    await ann.taps("Fever or chills")
    assert ann.hears == ""
    assert ann.last.message_id == asked
    assert "✓ Fever or chills" in ann.buttons
    await ann.taps("✓ Fever or chills")
    assert "✓ Fever or chills" not in ann.buttons
    assert "Fever or chills" in ann.buttons
    await ann.taps("Done")
    assert clinic.kept(RedFlagsAnswered)[0].ticked == ""


async def test_after_a_flag_was_told_there_is_no_way_back_over_it(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes", "A bad fall", "Done")
    assert "« Back" not in ann.buttons


@pytest.mark.parametrize(
    ("button", "code"), [("Yes", "yes"), ("No", "no"), ("Not sure", "not_sure"), ("Rather not say", "rather_not_say")]
)
async def test_each_answer_about_naloxone_is_kept(clinic: Clinic, button: str, code: str) -> None:
    await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", button, "Done")
    assert clinic.kept(RedFlagsAnswered)[0].naloxone == code


# back


async def test_back_goes_through_everything_after_the_consent_and_leaves_no_orphan(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, "New York", "9 pm to 8 am", "No", *OXY, "No", "Yes")
    questions = []
    while "« Back" in ann.buttons:
        await ann.taps("« Back")
        questions.append(ann.last.text)
    assert questions[-1].startswith("Which city has the same time as you?")
    assert len(questions) == 14
    assert clinic.kept(MedicineEpisode) == []
    assert clinic.kept(SettingsChanged) == []
    assert len(clinic.kept(ConsentGiven)) == 1
    await ann.does("Chicago", "8 pm to 9 am", "Yes", *OXY[:2], ">10", *OXY[3:], "No", "No", "Done", PRACTICE)
    (medicine,) = clinic.kept(MedicineEpisode)
    assert medicine.strength == 10
    person = person_of(clinic)
    assert (person.zone, person.quiet_from, person.discreet) == ("America/Chicago", "20:00", True)
    assert (clinic.kept(RedFlagsAnswered)[0].naloxone, person.status) == ("no", "enrolled")


async def test_there_is_no_way_back_over_the_consent(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE)
    assert "« Back" not in ann.buttons
    await ann.says("back")
    assert "Which city" in ann.hears


# ways in that change nothing


async def test_start_without_a_code(clinic: Clinic) -> None:
    ann = clinic.stranger()
    await ann.says("/start")
    assert "If you have a code from the study team" in ann.hears
    assert chats_of(clinic) == []


@pytest.mark.parametrize("said", ["hello", "/dose", "/help", "/stop", "12345"])
async def test_a_stranger_gets_one_clear_answer(clinic: Clinic, said: str) -> None:
    ann = clinic.stranger()
    await ann.says(said)
    assert len(ann.heard) == 1
    assert "This chat is for people in a study." in ann.hears
    assert chats_of(clinic) == []


async def test_an_unknown_code(clinic: Clinic) -> None:
    ann = clinic.stranger()
    await ann.says("/start ABCDEFGH")
    assert ann.hears.startswith("I do not know that code.")


async def test_a_used_code_from_a_second_account(clinic: Clinic) -> None:
    invited = clinic.invited()
    ann, bob = clinic.stranger("Ann"), clinic.stranger("Bob")
    await ann.says(f"/start {invited.code}")
    for given in (invited.code, invited.token):
        await bob.says(f"/start {given}")
        assert bob.hears.startswith("That code was used before.")
    assert len(chats_of(clinic)) == 1


async def test_an_expired_code(clinic: Clinic) -> None:
    invited = clinic.invited()
    await clinic.later(days=15)
    ann = clinic.stranger()
    await ann.says(f"/start {invited.code}")
    assert ann.hears == "That code has run out. Ask the study team for a new one."
    assert chats_of(clinic) == []


async def test_an_earlier_code_ends_when_a_new_one_is_made(clinic: Clinic) -> None:
    first = clinic.invited()
    with clinic.database.write("staff") as tx:
        people.invite(tx, first.study_id, 14)
    ann = clinic.stranger()
    await ann.says(f"/start {first.code}")
    assert ann.hears.startswith("That code has run out.")


@pytest.mark.parametrize("written", ["{code}", "{lower}", "{dashed}", "/start {dashed}", "/start  {lower} "])
async def test_a_code_can_be_typed_in_many_ways(clinic: Clinic, written: str) -> None:
    code = clinic.invited().code
    dashed = f"{code[:4]}-{code[4:]}"
    ann = clinic.stranger()
    await ann.says(written.format(code=code, lower=code.lower(), dashed=dashed))
    assert "I agree to take part" in ann.buttons


async def test_after_five_wrong_codes_the_chat_has_to_wait_an_hour(clinic: Clinic) -> None:
    ann, good = clinic.stranger(), clinic.invited()
    for letter in "ABCDE":
        await ann.says(f"/start {letter * 8}")
        assert ann.hears.startswith("I do not know that code.")
    await ann.says(f"/start {good.code}")
    assert "Please wait one hour" in ann.hears
    assert chats_of(clinic) == []
    await clinic.later(minutes=61)
    await ann.says(f"/start {good.code}")
    assert "I agree to take part" in ann.buttons


async def test_another_chat_does_not_wait_for_the_one_that_guessed(clinic: Clinic) -> None:
    ann, bob, good = clinic.stranger("Ann"), clinic.stranger("Bob"), clinic.invited()
    for letter in "ABCDE":
        await ann.says(f"/start {letter * 8}")
    await bob.says(f"/start {good.code}")
    assert "I agree to take part" in bob.buttons


async def test_the_code_in_a_group_opens_nothing(clinic: Clinic) -> None:
    ann, good = clinic.stranger(), clinic.invited()
    group = clinic.pretend.group(-500, "Family")
    ann.person.says_in_group(-500, f"/start {good.code}")
    await clinic.settle()
    said = [m.text for m in group.shown() if m.from_bot]
    assert said == ["Please open a private chat with me to join. I changed nothing here."]
    assert chats_of(clinic) == []
    assert clinic.rows(select(table(Invitation).c.used_at)) == [(None,)]


async def test_start_again_while_joining_repeats_the_question(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, ">/start")
    assert "Let us finish joining first." in ann.hears
    assert "Which city" in ann.hears


async def test_start_again_once_enrolled_changes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("/start")
    assert ann.hears == "You are in the study already. /help shows what I can do."


async def test_somebody_elses_code_changes_nothing_for_who_is_in(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    other = clinic.invited()
    await ann.says(f"/start {other.code}")
    assert ann.hears == "This chat belongs to somebody in the study already. I changed nothing."
    assert len(chats_of(clinic)) == 1


async def test_a_command_before_the_end_of_joining_leads_back_to_it(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, ">/dose")
    assert "Let us finish joining first." in ann.hears
    assert "Which city" in ann.hears


async def test_urgent_help_works_while_joining_and_joining_goes_on_after_it(clinic: Clinic) -> None:
    ann = await joining(clinic, AGREE, "New York", ">/urgent", "Something else", "I am safe")
    assert "joining the study" in ann.hears
    await ann.says("/dose")
    assert "Let us finish joining first." in ann.hears
    assert "quiet" in ann.hears
    talks = clinic.rows(select(table(ConversationRow)).where(table(ConversationRow).c.talk == "enrol"))
    assert len(talks) == 1


async def test_a_live_study_that_is_not_ready_enrols_no_real_person(tmp_path: Path) -> None:
    async with clinic_over(fresh_sqlite(tmp_path), {"live": True}) as clinic:
        ann, tess = clinic.stranger("Ann"), clinic.stranger("Tess")
        await ann.says(f"/start {clinic.invited().code}")
        assert ann.hears.startswith("The study is not ready to begin yet.")
        assert chats_of(clinic) == []
        await tess.says(f"/start {clinic.invited(test=True).code}")
        assert "I agree to take part" in tess.buttons


# a new phone


def relinked(clinic: Clinic) -> str:
    with clinic.database.write("staff") as tx:
        return people.invite(tx, "P0001", 14, relink=True).code


async def test_a_new_phone_gets_the_study_id_and_the_old_chat_nothing_more(clinic: Clinic) -> None:
    old = await clinic.enrolled()
    await old.does(">/pause", "3", "2", "Both", "Stop here", "Later", "In 15 minutes")
    new = clinic.stranger("Ann, new")
    await new.says(f"/start {relinked(clinic)}")
    assert "your study number P0001" in new.hears
    assert "can still be read on the old phone" in new.hears
    before = len(old.person.messages)
    await clinic.passes(minutes=20)
    assert len(old.person.messages) == before
    assert "You asked me to come back about oxy." in new.transcript()


async def test_the_old_chat_is_told_that_it_is_not_linked_and_safety_still_answers(clinic: Clinic) -> None:
    old = await clinic.enrolled()
    await old.says("/dose")
    new = clinic.stranger("Ann, new")
    await new.says(f"/start {relinked(clinic)}")
    await old.taps("1 tablet (usual)")
    assert old.hears == "This chat is not linked to the study any more."
    await old.says("I want to die")
    assert "Call" in old.hears


async def test_the_open_question_moves_to_the_new_phone(clinic: Clinic) -> None:
    old = await clinic.enrolled()
    await old.says("/dose")
    new = clinic.stranger("Ann, new")
    await new.says(f"/start {relinked(clinic)}")
    assert "How much oxy" in new.hears
    await new.does("1 tablet (usual)", "Now")
    assert new.hears.startswith("Logged:")


async def test_what_waited_for_the_old_phone_is_not_sent_to_it(clinic: Clinic) -> None:
    old = await clinic.enrolled()
    at_once, clinic.node.sender.in_flight = clinic.node.sender.in_flight, 0
    old.person.says("/dose")
    await clinic.node.poll_once()
    await clinic.node.work()
    before = len(old.person.messages)
    new = clinic.stranger("Ann, new")
    new.person.says(f"/start {relinked(clinic)}")
    await clinic.node.poll_once()
    await clinic.node.work()
    clinic.node.sender.in_flight = at_once
    await clinic.settle()
    assert len(old.person.messages) == before


async def test_a_phone_lost_while_joining_goes_on_with_the_question(clinic: Clinic) -> None:
    await joining(clinic, AGREE, "New York")
    new = clinic.stranger("Ann, new")
    await new.says(f"/start {relinked(clinic)}")
    assert "quiet" in new.hears


async def test_the_code_for_a_new_phone_works_once(clinic: Clinic) -> None:
    await clinic.enrolled()
    code = relinked(clinic)
    new, third = clinic.stranger("Ann, new"), clinic.stranger("Eve")
    await new.says(f"/start {code}")
    await third.says(f"/start {code}")
    assert third.hears.startswith("That code was used before.")


# discreet words


EVERYTHING: tuple[tuple[str, ...], ...] = (
    (">/help",),
    (">/pain", "9"),
    (">/rate 2",),
    (">/dose", "1 tablet (usual)", "Now"),
    (">/dose", "I missed one", "Now"),
    (">/dose", "Another amount", ">9", "Earlier today", ">8:00"),
    (">/pause", "8", "2", "Both", "1 minute", "Next", "Next", "Take my dose now", "1 tablet (usual)"),
    (">/pause", "3", "2", "Both", "Stop here", "Later", "In 15 minutes"),
    (">/pause", "3", "2", "Both", "No exercise, log only", "3", "2", "I did not need it this time"),
    (">/practice", "20 min", "Now"),
    (">/practice", "Lead me one now", "1 minute", "One quiet minute", "Next", "This is making it worse"),
    (">/medicines", "oxycodone", "New times", ">8:00", "Side effects", "Today"),
    (">/medicines", "Add one", ">fentanil", "fentanyl", "Patch", ">25", "Use fentanyl", "Rather not say"),
    (">/medicines", "I am in hospital", ">/settings", "I am back home"),
    (">/settings", "City and time", ">Nowhere", "London"),
    (">/settings", "Quiet hours", "10 pm to 7 am"),
    (">/break", "3 days", ">/break 0"),
    (">/team hello there",),
    (">/progress",),
    (">/undo",),
    (">/fix",),
    (">/mydata",),
    (">/nonsense",),
    (">words that nobody has asked for",),
    (">/urgent", "New leg or bladder trouble", "I am not safe", "I am safe"),
    (">I took too many pills", "I am safe"),
    (">my medicine ran out", "I am safe"),
    (">this back is killing me", "That is not what I meant"),
    (">I was in hospital last week",),
    (">/stop", "1: Messages only", "Yes, do this", ">/settings", "Send messages again"),
    (">/stop", "2: Leave the study", "Yes, do this", ">/dose"),
)


@pytest.mark.parametrize("arm", ["mbt", "cbt"])
async def test_with_discreet_words_nothing_on_the_screen_says_what_it_is_about(clinic: Clinic, arm: str) -> None:
    invited = clinic.invited(arm)
    ann = clinic.stranger()
    await ann.says(f"/start {invited.code}")
    await ann.does(AGREE, "New York", "9 pm to 8 am")
    read_before = len(ann.person.messages)
    await ann.does("Yes", *OXY, "No", "Yes", "A bad fall", "Done", PRACTICE)
    for acts in EVERYTHING:
        await _as_far_as_it_goes(ann, acts)
    await clinic.passes(hours=1)
    shown = [m for m in ann.person.messages[read_before:] if m.from_bot]
    assert len(shown) > 100
    told = [(m.text, word) for m in shown for word in discreet_words_in(m.text)]
    told += [(b, word) for m in shown for b in m.button_texts for word in discreet_words_in(b)]
    told += [(b, word) for row in ann.person.keyboard for b in row for word in discreet_words_in(b)]
    assert told == []
    assert not re.search("(?i)opioid|pain", "\n".join(m.text for m in shown))


async def _as_far_as_it_goes(ann: Patient, acts: tuple[str, ...]) -> None:
    """Do what the arm has buttons for; the two arms have exercises of their own."""
    for act in acts:
        if act.startswith(">") or act in ann.buttons or any(act in row for row in ann.person.keyboard):
            await ann.does(act)


async def test_what_came_in_is_kept_sealed(clinic: Clinic) -> None:
    await joining(clinic, AGREE)
    for row in clinic.rows(select(table(Inbox))):
        assert b"agree" not in bytes(row.sealed_raw)
