"""Enrolment: what the coach is and is not, consent, time, medicines, safety, one practice tap."""

from __future__ import annotations

from itertools import count as counting

from content import say
from content.message import Message
from content.places import places
from handlers.amounts import label_of
from handlers.asking import Asking, choose, tick, typed, yes_no
from handlers.before_dose import choose_prompts
from handlers.medicines import add_medicine, schedule_of
from study import facts, queries, reading
from study.queries import Entry, look
from study.steps import Conversation, Option, Record, Say
from study.view import MedicineView, ParticipantView

URGENT_FLAGS = ("numb", "bladder", "weak", "sex")


def enrol(me: ParticipantView) -> Conversation:
    """From the first hello to the first practice tap."""
    yield Say("welcome", say.enrol.welcome())
    yield Say("is_not", say.enrol.is_not())
    yield Say("who_reads", say.enrol.who_reads())
    yield Say("telegram", say.enrol.telegram())
    if not (yield from _consent(me)):
        return
    zone = yield from choose_zone("zone")
    me = me.model_copy(update={"zone": zone})
    yield Record("zone_set", facts.SettingsChanged(zone=zone))
    yield Say("pinned", say.enrol.pinned(), pin=True)
    yield from choose_quiet_hours("quiet")
    discreet = yield from yes_no("discreet", say.enrol.discreet())
    yield Record("discreet_set", facts.SettingsChanged(discreet=discreet))
    yield from _medicines(me)
    listed: tuple[MedicineView, ...] = yield look("listed", queries.MedicinesNow())
    yield from choose_prompts(me, "prompts", listed)
    yield from _safety()
    practice = (Option("practice", say.enrol.practice_button()),)
    yield from choose("practice", say.enrol.practice(), practice)
    at = yield queries.now()
    yield Record("enrolled", facts.Enrolled(on=me.local(at).date()), barrier=True)
    yield Say("finished", say.enrol.finished(study_id=me.study_id))
    yield Say("first_check_in", say.enrol.first_check_in())


def _consent(me: ParticipantView) -> Asking[bool]:
    text: dict[str, str] = yield look("consent_text", queries.ConsentText())
    question = say.enrol.consent(text=text["text"], version=text["version"])
    options = (Option("agree", say.enrol.agree_button()), Option("decline", say.enrol.decline_button()))
    answer = yield from choose("consent", question, options, barrier=True, back=False)
    agreed = answer == "agree"
    at = yield queries.now("consented_at")
    consent = facts.ConsentGiven(
        version=text["version"],
        language=me.language,
        sha256=text["sha256"],
        answer="agreed" if agreed else "declined",
        at=at,
    )
    yield Record("consented", consent, barrier=True)
    if agreed:
        yield Say("copy", say.enrol.consent_copy(version=text["version"], mark=text["sha256"][:8]))
    else:
        yield Say("declined", say.enrol.declined())
    return agreed


def choose_zone(key: str, question: Message | None = None) -> Asking[str]:
    """The IANA zone of the person, by a city button or a typed place."""
    options = [Option(zone, city) for city, zone in places().offered.items()]
    question, n = question or say.enrol.zone(), 0
    while True:
        n += 1
        place = yield from typed(f"{key}.{n}", question, reading.words, "place@1", options)
        zone: str | None = yield look(f"{key}.{n}.found", queries.ZoneOf(place=place))
        if zone is not None:
            return zone
        question = say.reading.place()


def choose_quiet_hours(key: str) -> Asking[tuple[str, str]]:
    """Hours in which nothing unsolicited is sent, from and to as `HH:MM`."""
    options = (
        Option("21:00-08:00", say.enrol.quiet_usual_button()),
        Option("22:00-07:00", say.enrol.quiet_late_button()),
        Option("20:00-09:00", say.enrol.quiet_early_button()),
        Option("own", say.enrol.quiet_own_button()),
    )
    hours = yield from choose(key, say.enrol.quiet(), options)
    if hours == "own":
        start = yield from typed(f"{key}.from", say.enrol.quiet_from(), reading.clock_time, "clock@1")
        end = yield from _until(key, start)
        hours = f"{start}-{end}"
    quiet_from, quiet_to = hours.split("-")
    yield Record(f"{key}.set", facts.SettingsChanged(quiet_from=quiet_from, quiet_to=quiet_to))
    return quiet_from, quiet_to


def _until(key: str, start: str) -> Asking[str]:
    question = say.enrol.quiet_to()
    for n in counting(1):
        end = yield from typed(f"{key}.to{n}", question, reading.clock_time, "clock@1")
        if end != start:
            return str(end)
        question = say.enrol.quiet_same()
    raise AssertionError  # pragma: no cover - counting never ends


def _medicines(me: ParticipantView) -> Conversation:
    yield Say("medicines", say.enrol.medicines_intro())
    for place, medicine in enumerate(me.medicines):
        question = say.enrol.medicine_right(label=label_of(medicine), schedule=schedule_of(medicine))
        if not (yield from yes_no(f"listed.{place}", question)):
            yield from _wrongly_listed(me, f"listed.{place}", medicine.id)
    n = 0
    more = not me.medicines or (yield from yes_no("more.0", say.enrol.another_medicine()))
    while more:
        n += 1
        yield from add_medicine(me, f"m{n}", change="enrolled")
        more = yield from yes_no(f"more.{n}", say.enrol.another_medicine())


def _wrongly_listed(me: ParticipantView, key: str, medicine: str) -> Conversation:
    """An entry of the team that is not right: it ends, the team is told, and the right one can be given."""
    at = yield queries.now(f"{key}.at")
    entry: Entry | None = yield look(f"{key}.entry", queries.EpisodeOf(medicine=medicine))
    if entry is not None:
        ended = facts.MedicineEpisode.model_validate(entry.fact | {"ends_on": me.local(at).date()})
        yield Record(f"{key}.ended", ended, amends=medicine, why="not right, says the person")
    wrong = facts.AlertRaised(rule="medicine_list", event_at=at, about=medicine)
    yield Record(f"{key}.wrong", wrong, barrier=True)
    if (yield from yes_no(f"{key}.right_way", say.enrol.medicine_wrong())):
        yield from add_medicine(me, f"{key}.right", change="enrolled")


def _safety() -> Conversation:
    yield Say("keep_taking", say.enrol.keep_taking())
    yield Say("naloxone_info", say.enrol.naloxone_info())
    options = (
        Option("yes", say.button.yes()),
        Option("no", say.button.no()),
        Option("not_sure", say.button.not_sure()),
        Option("rather_not_say", say.button.rather_not_say()),
    )
    naloxone = yield from choose("naloxone", say.enrol.naloxone_have(), options)
    flags = yield from tick("red_flags", say.enrol.red_flags(), _flags())
    at = yield queries.now("flags_at")
    answered = {"ticked": ",".join(flags), "naloxone": naloxone, "answered_at": at}
    told = yield Record("flags", facts.RedFlagsAnswered.model_validate(answered))
    if not flags:
        yield Say("flags_none", say.enrol.flags_none())
        return
    urgent = any(flag in URGENT_FLAGS for flag in flags)
    rule = "back_red_flags" if urgent else "back_soon"
    yield Record("flags_alert", facts.AlertRaised(rule=rule, event_at=at, about=told), barrier=True)
    yield Say("flags_told", Message(f"safety.{rule}"), urgent=urgent)
    if urgent:
        yield Say("flags_readers", say.enrol.who_reads(), urgent=True)
        yield from choose("flags_read", say.enrol.flags_read(), (Option("go_on", say.talk.go_on_button()),))


def _flags() -> list[Option]:
    return [
        Option("numb", say.enrol.flag_numb_button()),
        Option("bladder", say.enrol.flag_bladder_button()),
        Option("weak", say.enrol.flag_weak_button()),
        Option("sex", say.enrol.flag_sex_button()),
        Option("fever", say.enrol.flag_fever_button()),
        Option("weight", say.enrol.flag_weight_button()),
        Option("fall", say.enrol.flag_fall_button()),
    ]
