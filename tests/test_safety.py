"""Safety words come first, in every state; the alert reaches staff; nothing else is sent until the person is safe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from coordinator import alerting, enrolling
from records import alerts
from records.tables import AlertRow, Outbox, table
from study.facts import Note, PauseBegun
from tests.clinic import Clinic, Patient, clinic_over
from tests.databases import Shelf
from tests.golden import check

DYING = "i want to kill myself"
STAFF_CHAT = -777


@pytest.fixture
async def clinic(kind: str, shelf: Shelf) -> AsyncIterator[Clinic]:
    async with clinic_over(shelf.url(kind), {"staff_chat": STAFF_CHAT, "mail": True}) as clinic:
        clinic.pretend.group(STAFF_CHAT, "Staff")
        clinic.node.carriers["mail"] = clinic_mail
        clinic.node.sender.carriers["mail"] = clinic_mail
        MAILS.clear()
        yield clinic


MAILS: list[dict[str, object]] = []


async def clinic_mail(body: dict[str, object]) -> None:
    MAILS.append(body)


def staff_reads(clinic: Clinic) -> list[str]:
    return [m.text for m in clinic.pretend.world.chats[STAFF_CHAT].shown()]


def alert_rows(clinic: Clinic) -> list[object]:
    return clinic.rows(table(AlertRow).select())


async def test_a_crisis_is_answered_at_once_and_staff_are_told_on_both_channels(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says(DYING)
    assert ann.heard[0].text.startswith("Call or text 988 now.")
    (alert,) = alerting.listed(clinic.database)
    assert (alert.tier, alert.study_id, alert.state) == (0, "P0001", "open")
    (told,) = staff_reads(clinic)
    assert "P0001" in told
    assert "tier 0" in told
    assert len(MAILS) == 1
    for words in (told, str(MAILS[0])):
        assert "kill" not in words
        assert "Ann" not in words
    await ann.taps("I am safe")
    check("safety_crisis", ann.transcript())


@pytest.mark.parametrize("state", ["pause", "tick list", "typed question", "parked", "break", "discreet"])
async def test_safety_words_come_first_in_every_state_of_a_talk(clinic: Clinic, state: str) -> None:
    ann = await clinic.enrolled()
    before = {
        "pause": (">/pause", "6"),
        "tick list": (">/dose",),
        "typed question": (">/dose", "Another amount"),
        "parked": (">/pause", "6", ">/dose"),
        "break": (">/break", "3 days"),
        "discreet": (">/settings",),
    }[state]
    await ann.does(*before, f">{DYING}")
    assert ann.heard[0].text.startswith("Call or text 988 now.")
    assert ann.buttons == ["I am safe", "I am not safe", "That is not what I meant"]


async def test_somebody_who_is_not_in_the_study_gets_the_same_words(clinic: Clinic) -> None:
    eve = clinic.stranger("Eve")
    await eve.says("i took too many pills")
    assert eve.heard[0].text.startswith("Call your local emergency number now.")
    assert "not in the study" in eve.hears
    assert alert_rows(clinic) == []


async def test_somebody_who_is_joining_gets_them_too(clinic: Clinic) -> None:
    eve = clinic.stranger("Eve")
    await eve.says(f"/start {clinic.invited().code}")
    await eve.says(DYING)
    assert "crisis line" in eve.heard[0].text
    assert len(alert_rows(clinic)) == 1


async def test_somebody_who_has_left_gets_them_too(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    enrolling.withdraw(clinic.database, "P0001", "study", "dana")
    await ann.says(DYING)
    assert ann.heard[0].text.startswith("Call or text 988 now.")
    assert "You have left the study" in ann.hears


async def test_an_old_phone_gets_them_too_and_nothing_else(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    way = enrolling.relink(clinic.database, "P0001", username="coach", qr=None)
    new_phone = clinic.stranger("Ann")
    await new_phone.says(f"/start {way.code}")
    await ann.says(DYING)
    assert ann.heard[0].text.startswith("Call or text 988 now.")
    await ann.says("/pause")
    assert ann.hears == "This chat is not linked to the study any more."


async def test_words_in_an_edited_message_count(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("I will think about it")
    mine = [m for m in ann.person.messages if not m.from_bot][-1]
    ann._begin("(edits)")
    ann.person.edits(mine.message_id, DYING)
    await clinic.settle()
    assert ann.heard[0].text.startswith("Call or text 988 now.")


async def test_words_in_a_caption_or_a_forwarded_message_count(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann._begin("(forwards)")
    ann.person.forwards(DYING)
    await clinic.settle()
    assert ann.heard[0].text.startswith("Call or text 988 now.")
    ann._begin("(photo)")
    ann.person.sends_photo(b"x", caption=DYING)
    await clinic.settle()
    assert ann.heard[0].text.startswith("Call or text 988 now.")


async def test_words_that_waited_while_we_were_away_are_answered_with_when_they_were_written(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ann._begin("(writes while the bot is down)")
    ann.person.says(DYING)
    clinic.clock.move(hours=2)
    await clinic.settle()
    assert ann.heard[0].text.startswith("You wrote this at 10:00")
    (alert,) = alerting.listed(clinic.database)
    assert alert.aware_at - alert.event_at == timedelta(hours=2)


async def test_one_open_alert_for_each_person_and_rule(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(f">{DYING}", "I am safe", f">{DYING}")
    (alert,) = alerting.listed(clinic.database)
    assert alert.times == 2
    assert len(staff_reads(clinic)) == 1


async def test_that_is_not_what_i_meant_adds_a_note_and_closes_nothing(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(f">{DYING}", "That is not what I meant")
    assert "Only the study team can close" in ann.hears
    (alert,) = alerting.listed(clinic.database)
    assert alert.state == "open"
    assert [n.about for n in clinic.kept(Note)] == ["suicide_now", "not_meant"]


async def test_not_safe_brings_the_numbers_and_stays_there_until_safe(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(f">{DYING}", "I am not safe")
    assert "Call 911 now" in ann.hears
    assert ann.buttons == ["I am safe"]
    await ann.says("hello are you there today")
    assert ann.buttons == ["I am safe"]
    await ann.taps("I am safe")
    check("safety_not_safe", ann.transcript())


async def test_the_exercise_stops_and_no_timer_speaks_after_safety_words(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/pause", "6", "4", "Both", "1 minute", "One quiet minute", f">{DYING}")
    shown = len(ann.person.messages)
    await clinic.passes(minutes=10)
    assert len(ann.person.messages) == shown
    assert len(clinic.kept(PauseBegun)) == 1


async def test_nothing_unsolicited_until_safe_or_closed(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/pause", "5", "4", "Both", "No exercise, log only", "4", "3", "Later", "In 2 hours")
    await ann.says(DYING)
    await clinic.passes(hours=3)
    assert "come back" not in "\n".join(m.text for m in ann.person.messages[-3:])


async def test_closing_the_last_urgent_alert_lets_the_usual_messages_come_again(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says(DYING)
    (alert,) = alerting.listed(clinic.database)
    alerting.acknowledge(clinic.database, alert.number, "dana")
    alerting.close(clinic.database, alert.number, "dana", "called, she is safe")
    with clinic.database.read() as tx:
        from records import people

        assert people.by_study_id(tx, "P0001").calm_since is None
        notes = alerts.notes_of(tx, alert.number)
    assert notes[-1][1:] == ("dana", "called, she is safe")


async def test_an_idiom_gets_a_short_question_and_no_alert(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("my back is killing me")
    assert ann.hears == "I may read this wrong, so I ask. Are you safe right now?"
    await ann.taps("I am safe")
    assert alert_rows(clinic) == []


async def test_a_question_open_before_an_idiom_is_offered_again_afterwards(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.does(">/pause", "6", ">my back is killing me", "I am safe")
    assert "your pause" in ann.hears


@pytest.mark.parametrize(
    ("words", "begins", "rule"),
    [
        ("i ran out of my pills", "Call your prescriber or pharmacist now", "ran_out"),
        ("the pharmacy won't fill it", "Call your prescriber or pharmacist now", "ran_out"),
        ("i stopped cold turkey and i am shaking", "Call your prescriber or pharmacist now", "withdrawal"),
        ("i am numb between my legs", "Go to an emergency department now", "back_red_flags"),
        ("he won't wake up", "Call 911 now", "overdose"),
    ],
)
async def test_each_danger_has_its_own_fixed_text(clinic: Clinic, words: str, begins: str, rule: str) -> None:
    ann = await clinic.enrolled()
    await ann.says(words)
    assert ann.heard[0].text.startswith(begins)
    assert [a.rule for a in alerting.listed(clinic.database)] == [rule]


async def test_the_urgent_menu_gives_its_text_at_once_and_raises_the_alert(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.taps("Urgent help")
    await ann.taps("Ran out, or withdrawal")
    assert ann.heard[0].text.startswith("Call your prescriber or pharmacist now")
    assert [a.rule for a in alerting.listed(clinic.database)] == ["ran_out"]
    await ann.taps("I am safe")
    check("urgent_ran_out", ann.transcript())


async def test_a_death_stops_everything_and_a_slip_is_taken_back_with_one_tap(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    await ann.says("this is her son. she passed away on sunday")
    assert "I am very sorry" in ann.hears
    assert enrolling.listed(clinic.database)[0].hold == "died"
    await ann.taps("That is not what I meant")
    assert enrolling.listed(clinic.database)[0].hold is None
    assert [a.state for a in alerting.listed(clinic.database)] == ["open", "open"], "nothing is closed by it"


async def test_emergency_letters_leave_before_everything_else(clinic: Clinic) -> None:
    ann = await clinic.enrolled()
    ben: Patient = await clinic.enrolled("cbt", "Ben")
    for _ in range(20):
        ben.person.says("/help")
    ann.person.says(DYING)
    await clinic.node.poll_once()
    await clinic.node.work()
    outbox = table(Outbox)
    waiting = clinic.rows(outbox.select().where(outbox.c.state == "waiting").order_by(outbox.c.priority, outbox.c.id))
    assert [row.kind for row in waiting[:2]] == ["emergency", "emergency"]
    await clinic.settle()


async def test_who_reads_comes_from_the_roster_and_the_hour(clinic: Clinic) -> None:
    from records import roster
    from records.roster import Reader

    ann = await clinic.enrolled()
    await ann.says(DYING)
    assert "Nobody is watching this chat." in ann.hears
    with clinic.database.write("admin") as tx:
        roster.add(tx, Reader("dana", "Dana, study nurse", "nurse", "12345", "09:00", "17:00", "America/New_York"))
    await ann.does("I am safe", f">{DYING}")
    assert "Dana, study nurse of the study team reads this chat now (Mon-Fri, 09:00 to 17:00)." in ann.hears
    clinic.clock.move(hours=12)
    clinic.node.last_poll_at = clinic.clock()
    await ann.does("I am safe", f">{DYING}")
    assert "Nobody is watching this chat now." in ann.hears
