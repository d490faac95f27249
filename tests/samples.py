"""One fact of every kind, and a database that has been lived in: a few hundred rows in every table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert

from records import (
    alerts,
    allocation,
    checklists,
    confirmed,
    due,
    escalations,
    facts,
    groups,
    meta,
    people,
    plans,
    post,
    roster,
    screening,
    second_contacts,
    supplied,
    talks,
    watched,
)
from records.database import Database, Tx
from records.facts import Where
from records.person import person_of
from records.post import Address, Letter, Sent
from records.roster import Reader
from records.study_tables import AllocationDraw
from records.tables import table
from study.conversation import Reply
from study.facts import (
    AdverseEvent,
    AlertRaised,
    Allocated,
    Attendance,
    BreakTaken,
    CheckBack,
    CheckInFinished,
    ConsentGiven,
    DiaryDay,
    DiaryDose,
    DosePrompts,
    DoseTaken,
    Enrolled,
    ExerciseLed,
    GroupAssigned,
    Held,
    MedicineEpisode,
    Note,
    PainRated,
    PatchWear,
    PauseBegun,
    PauseEnded,
    PlanMade,
    PracticeDone,
    PracticeWeek,
    PreferencesSet,
    ProtocolMoved,
    PutOff,
    RedFlagsAnswered,
    RemindMe,
    Response,
    SafeAgain,
    ScoreGiven,
    SessionDone,
    SessionPartDone,
    SettingsChanged,
    Stopped,
    TlfbDay,
    TravelPlanned,
    VisitPlanned,
)
from study.steps import Fact

AT = datetime(2026, 3, 2, 14, 30, 15, 123456, tzinfo=UTC)
ZONE = "America/New_York"
LOCAL = "2026-03-02T09:30:15"
FREE_TEXT = "My sister Zoë said: \u201cenough\u201d\n=1+1"
RAW_UPDATE = '{"update_id": 1, "message": {"text": "hello"}}'
SAMPLES: tuple[Fact, ...] = (
    ConsentGiven(version="1.0", language="en", sha256="0" * 64, answer="agreed", at=AT),
    MedicineEpisode(
        nickname="the white one",
        product="oxycodone",
        form="tablet",
        strength=2.5,
        unit="mg",
        schedule="as_needed",
        usual_count=0.5,
        starts_on=date(2026, 2, 28),
        change="enrolled",
        reason=FREE_TEXT,
    ),
    DoseTaken(
        medicine="m1",
        product="oxycodone",
        form="tablet",
        strength=2.5,
        unit="mg",
        count=1.5,
        status="taken",
        taken_at=AT,
        taken_local=LOCAL,
        zone=ZONE,
        time_quality="said",
        pause="p1",
    ),
    PatchWear(
        medicine="m2",
        product="fentanyl",
        strength=12.5,
        unit="mcg/h",
        put_on_at=AT - timedelta(hours=70),
        put_on_local="2026-02-27T11:30:15",
        zone=ZONE,
    ),
    PauseBegun(medicine="m1", pain=7, urge=0, nature="usual_time", started_at=AT, started_local=LOCAL, zone=ZONE),
    ExerciseLed(
        pause="p1",
        exercise="stop",
        seconds=61,
        completed=True,
        ended="completed",
        done_at=AT,
        done_local=LOCAL,
        zone=ZONE,
    ),
    PauseEnded(pause="p1", pain=None, urge=3, decision="rather_not_say", ended_at=AT),
    PainRated(pain=10, rated_at=AT, rated_local=LOCAL, zone=ZONE),
    PracticeDone(exercise=None, minutes=30, done_at=AT, done_local=LOCAL, zone=ZONE),
    DiaryDay(on=date(2026, 3, 2), answer="as_usual", answered_at=AT, answered_local=LOCAL, zone=ZONE),
    DiaryDose(
        on=date(2026, 3, 2),
        medicine="P0001-m1",
        count=2.5,
        status="different",
        logged=None,
        answered_at=AT,
        answered_local=LOCAL,
        zone=ZONE,
    ),
    PracticeWeek(
        on=date(2026, 3, 8),
        led_minutes=20,
        reported_minutes=15,
        answer="more",
        minutes=60,
        answered_at=AT,
        answered_local=LOCAL,
        zone=ZONE,
    ),
    AdverseEvent(description=FREE_TEXT, related_to=None, severity="mild", serious=False, aware_at=AT),
    Note(text=FREE_TEXT, to_team=True, written_at=AT),
    RedFlagsAnswered(ticked="leg,bladder", naloxone=None, answered_at=AT),
    SettingsChanged(zone=ZONE, discreet=True),
    Enrolled(on=date(2026, 3, 2)),
    BreakTaken(days=14, until=AT + timedelta(days=14)),
    Held(reason="hospital", at=AT),
    Stopped(level="prompts", reason=None),
    CheckBack(medicine="m1", pause="p1", due_at=AT + timedelta(minutes=30)),
    AlertRaised(rule="sedation", event_at=AT, detail=FREE_TEXT, about="p1"),
    SafeAgain(at=AT),
    DosePrompts(medicine="m1", wanted=True, at=AT),
    PreferencesSet(contact_at="10:30", fewer_messages=False, at=AT),
    PutOff(talk="practice_nudge", args="{}", due_at=AT),
    TravelPlanned(zone="Europe/Berlin", from_on=date(2026, 3, 5), back_on=date(2026, 3, 9)),
    VisitPlanned(
        visit="month_3",
        anchor="enrolment",
        anchor_on=date(2025, 11, 30),
        opens_on=date(2026, 2, 14),
        target_on=date(2026, 2, 28),
        closes_on=date(2026, 3, 28),
        protocol_version="1",
    ),
    Response(
        visit="month_3",
        instrument="peg",
        instrument_version="peg-1",
        item="p",
        value=7,
        status="answered",
        answered_at=AT,
        answered_local=LOCAL,
        zone=ZONE,
    ),
    ScoreGiven(
        visit="month_3",
        instrument="sf12",
        score="sf12_physical",
        value=38.25,
        version="SF-12v2, 2009",
        mode="paper",
        taken_by="AB",
        answered_at=AT,
        answered_local=LOCAL,
        zone=ZONE,
    ),
    CheckInFinished(visit="month_3", complete=False, at=AT),
    RemindMe(visit="month_3", due_at=AT),
    TlfbDay(
        visit="month_3",
        on=date(2026, 3, 1),
        medicine="m1",
        count=1.5,
        status="different",
        answered_at=AT,
        answered_local=LOCAL,
        zone=ZONE,
    ),
    Allocated(list_id=1, stratum="main", sequence=3, site="main", on=date(2026, 3, 2)),
    ProtocolMoved(from_version="1", to_version="2", at=AT),
    SessionPartDone(session="S1", part="idea", version=1, done_at=AT, done_local=LOCAL, zone=ZONE),
    SessionDone(session="S1", version=1, done_at=AT, done_local=LOCAL, zone=ZONE),
    PlanMade(session="S1", what=FREE_TEXT, moment="morning", often="daily", made_at=AT),
    GroupAssigned(group=1, at=AT),
    Attendance(
        meeting=1, group=1, session="S1", status="excused", starts_at=AT, starts_local="2026-03-02T09:30:00", zone=ZONE
    ),
)
REPLY = Reply(key="before.pain", shape="nrs@1", value=7, at=AT, by="person")


def lived_in(db: Database, persons: int = 8) -> None:
    """Fill every table: people in all states of talk, post, time and safety, and every kind of fact, revised."""
    with db.write("staff") as tx:
        ada = Reader("AB", "Dr. Ada Błaszczyk", "physician", "12345", "09:00", "17:00", "Europe/Warsaw")
        roster.add(tx, replace(ada, chat=5_100_000_000, mail="ada@example.org"))
        meta.next_fence(tx, "1")
        allocation.keep(tx, "sequence,stratum,arm\n1,main,mbt\n2,main,cbt\n", made="permuted", recipe={"seed": "00"})
        supplied.keep(tx, "gad7", "a wording that fits no schema")
        confirmed.confirm(tx, "rmdq", "0" * 64)
        group = groups.add(tx, "G1", "main", "mbt", "Dr. Lee Błaszczyk", "Room 4")
        groups.set_meeting(tx, group, "S1", AT, ZONE)
        people.wrong_code(tx, 999, timedelta(hours=1))
    for number in range(persons):
        with db.write("participant") as tx:
            _live(tx, number)


def _live(tx: Tx, number: int) -> None:
    study_id = people.add(tx, arm=("mbt", "cbt", None)[number % 3], test=number % 4 == 3, zone=ZONE)
    person = people.by_study_id(tx, study_id)
    invited = people.invite(tx, study_id, 14)
    found = people.invitation(tx, invited.code)
    assert found is not None
    people.use(tx, found.id)
    people.link(tx, person.id, 5_000_000_000 + number)
    people.change(tx, person.id, "participant:enrolled", status="enrolled", enrolled_on=AT.date(), enrolled_at=tx.now)
    people.heard(tx, person.id)
    plans.keep(tx, person.id, person_of(tx, people.by_id(tx, person.id)))
    talk = _talks(tx, person.id)
    _facts(tx, Where(person.id, study_id, "before", talk, number))
    _post_and_time(tx, person.id, number)
    _screened(tx, person.id, study_id, test=person.test)
    drawn = {"list_id": 1, "stratum": "main", "sequence": number + 1, "participant_id": person.id}
    tx.run(insert(table(AllocationDraw)), **drawn, drawn_at=AT, drawn_by="AB")
    raised = alerts.raise_(tx, person.id, "sedation", 1, 1, AT, entity=f"{study_id}-17", study_id=study_id)
    alerts.add_note(tx, raised.id, FREE_TEXT, "participant")
    escalations.tell(tx, raised.id, "AB", None)
    escalations.tried(tx, raised.id, "no_answer")
    watched.tell(tx, person.id, "dose_drop", [AT.date()])
    checklists.done(tx, person.id, study_id, "naloxone")
    second_contacts.keep(tx, person.id, study_id, FREE_TEXT)
    if number % 2:
        alerts.close(tx, raised.id, "AB", "called, all well")


def _screened(tx: Tx, participant_id: int, study_id: str, *, test: bool) -> None:
    number = screening.add(tx, site="main", test=test, criteria="stamp", version="1")
    for answer, why in (("20", None), ("54", "typed wrong")):
        screening.write(tx, screening.by_number(tx, number), "criterion", "age", answer, met=answer == "54", why=why)
    screening.write(tx, screening.by_number(tx, number), "refusal", "no_time", "refused")
    screening.join(tx, screening.by_number(tx, number), participant_id, study_id)


def _talks(tx: Tx, participant_id: int) -> int:
    ended = talks.start(tx, participant_id, "dose", timedelta(hours=1), "0.1")
    talks.save(tx, ended, (REPLY,), state="ended", ask_seq=4, ask_key=None)
    front = talks.start(tx, participant_id, "pause", timedelta(hours=2), "0.1")
    talks.save(tx, front, (REPLY, REPLY), state="front", ask_seq=2, ask_key="after.pain", ticked=("a", "b"))
    return front


def _facts(tx: Tx, where: Where) -> None:
    for number, fact in enumerate(SAMPLES):
        entity = f"{where.study_id}-{number}"
        facts.write(tx, entity, fact, where)
        if number % 2:
            facts.write(tx, entity, fact, where, why="said again")
        if number % 5 == 0:
            facts.void(tx, entity, where, "undone")


def _post_and_time(tx: Tx, participant_id: int, number: int) -> None:
    chat = people.chat_of(tx, participant_id)
    assert chat is not None
    first, second = post.receive(tx, "1", [(2 * number, RAW_UPDATE), (2 * number + 1, RAW_UPDATE)])
    post.done(tx, first)
    post.set_aside(tx, second, "Traceback: …")
    for day in range(4):
        at = tx.now + timedelta(days=day)
        planned = due.Planned(participant_id, "pre_dose", f"day{day}", at, ZONE, at + timedelta(hours=1), {"m": ["m1"]})
        item = due.plan(tx, planned)
        assert item is not None
        letter = Letter("prompt", "sendMessage", "prompt.pre_dose", {"text": FREE_TEXT}, "never", due_item_id=item)
        sent = post.put(tx, "1", Address(participant_id, chat.chat_hash, chat.sealed_chat), letter, "v1")
        if sent is not None and day % 2:
            post.claim(tx, [sent], 1)
            post.note(tx, [Sent(sent, "sent", message_id=day)])
            due.close(tx, item, "answered")
    away = due.Planned(participant_id, "travel", "let go of", tx.now, ZONE)
    due.close(tx, due.plan(tx, away) or 0, "superseded", "changed")
    due.plan_all(tx, [away], "changed")
