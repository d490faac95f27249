"""What a conversation may look up, answered from the records within the turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from bot import choices, reasons
from bot.desk import Desk
from bot.diary_lookups import DIARY
from bot.meanwhile import MEANWHILE
from bot.own_data import everything_kept
from bot.readiness import on_call
from content.consent_text import consent_text
from content.medicines import limit
from content.places import zone_of
from records import looking_back, people, sessions, visits
from records.facts import Kept, asked, column, each, find, in_force, latest, newest
from records.home_practice import in_a_session
from records.person import person_of, protocol_of, wants_prompts
from study import facts as kinds
from study import queries
from study.plan import closes_at, windows_of
from study.queries import Entry
from study.responses import Given
from study.steps import Fact, Query
from study.view import MedicineView, ParticipantView, instant_of, study_day

CORRECTABLE: tuple[type[Fact], ...] = (
    kinds.PauseEnded,
    kinds.PainRated,
    kinds.PracticeDone,
    kinds.PatchWear,
    kinds.DoseTaken,
)
"""What can be taken back or changed; of two logged in one turn the later in this order is the newer one."""
PARTS: tuple[type[Fact], ...] = (
    kinds.PauseBegun,
    kinds.ExerciseLed,
    kinds.DoseTaken,
    kinds.PatchWear,
    kinds.PauseEnded,
)
PATCHES_LOOKED_AT = 10


def answer(desk: Desk, query: Query[Any]) -> Any:
    """The answer to a query, as its type declares."""
    return _ANSWERS[type(query)](desk, query)


def view(desk: Desk) -> ParticipantView:
    """The participant as a talk sees them now."""
    person = desk.participant
    medicines, led, worse = each(
        desk.tx,
        asked(kinds.MedicineEpisode, participant_id=person.id),
        asked(kinds.ExerciseLed, by="id", participant_id=person.id),
        asked(kinds.ExerciseLed, participant_id=person.id, ended="worse"),
    )
    return ParticipantView(
        study_id=person.study_id,
        arm=person.arm,
        language=person.language,
        zone=person.zone,
        discreet=person.discreet,
        enrolled=person.status == "enrolled",
        quiet_from=person.quiet_from,
        quiet_to=person.quiet_to,
        medicines=tuple(_medicines(medicines, view_local(desk.at, person.zone).date())),
        last_minutes=_minutes_of(led[0].fact) if led else None,
        avoid_exercises=tuple(sorted({k.fact.exercise for k in worse})),
    )


def still_linked(desk: Desk) -> bool:
    """True while the participant has a chat and has not declined."""
    return people.chat_of(desk.tx, desk.participant.id) is not None


def _medicines(kept: list[Kept[kinds.MedicineEpisode]], today: date) -> Iterator[MedicineView]:
    for each_one in kept:
        episode = each_one.fact
        if episode.ends_on is None or episode.ends_on > today:
            yield looking_back.medicine_view(each_one.entity, episode)


def _minutes_of(led: kinds.ExerciseLed) -> int | None:
    from content.exercises import exercises

    known = exercises().get(led.exercise)
    return known.minutes if known else None


def _now(desk: Desk, _: queries.Now) -> datetime:
    at: datetime = desk.at
    return at


def _draw(desk: Desk, query: queries.Draw) -> int:
    return desk.world.draw(query.below)


def _last_dose(desk: Desk, query: queries.LastDoseOf) -> Entry | None:
    last = latest(
        desk.tx,
        kinds.DoseTaken,
        "taken_at",
        participant_id=desk.participant.id,
        medicine=query.medicine,
        status="taken",
    )
    return entry(last) if last is not None else None


def _count_on_day(desk: Desk, query: queries.CountOnDay) -> float:
    zone = desk.participant.zone
    first, after = day_begins(query.at, zone), day_begins(query.at, zone, days_later=1)
    taken_at = column(kinds.DoseTaken, "taken_at")
    doses = in_force(
        desk.tx,
        kinds.DoseTaken,
        desk.participant.id,
        column(kinds.DoseTaken, "medicine") == query.medicine,
        taken_at >= first,
        taken_at < after,
    )
    return float(sum(k.fact.count or 0 for k in doses if k.entity != query.without))


def day_begins(at: datetime, zone: str, days_later: int = 0) -> datetime:
    """The instant (UTC) at which the study day of `at` begins, or one so many days later."""
    ends = time(int(limit("study_day_ends_at_hour")))
    begins = datetime.combine(study_day(view_local(at, zone), ends), ends)
    return instant_of(begins + timedelta(days=days_later), zone)


def _day_begins(desk: Desk, query: queries.DayBegins) -> datetime:
    return day_begins(desk.at, desk.participant.zone, query.days_later)


def view_local(at: datetime, zone: str) -> datetime:
    """The wall clock in `zone` at an instant, without a zone."""
    return ParticipantView(study_id="", zone=zone).local(at)


def _patches(desk: Desk, _: queries.PatchesWorn) -> tuple[Entry, ...]:
    worn = in_force(desk.tx, kinds.PatchWear, desk.participant.id, removal="wearing")
    return tuple(entry(k) for k in sorted(worn, key=_when))


def _entries(desk: Desk, query: queries.LastEntries) -> tuple[Entry, ...]:
    kept = [
        (_logged_at(k, first_at), place, first_at, k)
        for place, kind in enumerate(CORRECTABLE)
        for first_at, k in newest(desk.tx, kind, desk.participant.id, max(query.limit, PATCHES_LOOKED_AT))
    ]
    kept.sort(key=lambda each: each[:3], reverse=True)
    return tuple(entry(each[3]) for each in kept[: query.limit])


def _logged_at(kept: Kept[Any], first_at: datetime) -> datetime:
    """When an entry was logged; taking a patch off counts as logging it, a correction does not."""
    fact = kept.fact
    taken_off = isinstance(fact, kinds.PatchWear) and fact.removal in ("taken_off", "fell_off")
    return kept.recorded_at if taken_off else first_at


def _entry_now(desk: Desk, query: queries.EntryNow) -> Entry | None:
    kept = find(desk.tx, query.entity)
    mine = kept is not None and kept.participant_id == desk.participant.id
    return entry(kept) if kept is not None and mine and kept.state == "recorded" else None


def _pause_parts(desk: Desk, query: queries.PauseParts) -> tuple[Entry, ...]:
    parts = [
        entry(k)
        for kind in PARTS
        for k in in_force(desk.tx, kind, desk.participant.id, **{_pause_column(kind): query.pause})
    ]
    return tuple(parts)


def _pause_column(kind: type[Fact]) -> str:
    return "entity" if kind is kinds.PauseBegun else "pause"


def _pause(desk: Desk, query: queries.PauseOf) -> Entry | None:
    found = list(in_force(desk.tx, kinds.PauseEnded, desk.participant.id, pause=query.pause))
    return entry(found[-1]) if found else None


def _practice(desk: Desk, query: queries.PracticeMinutes) -> int:
    since = day_begins(desk.at, desk.participant.zone, days_later=1 - query.days)
    recent = column(kinds.ExerciseLed, "done_at") >= since
    led = in_force(desk.tx, kinds.ExerciseLed, desk.participant.id, recent, ~in_a_session(kinds.ExerciseLed))
    seconds = sum(k.fact.seconds for k in led)
    said = in_force(desk.tx, kinds.PracticeDone, desk.participant.id, column(kinds.PracticeDone, "done_at") >= since)
    return round(seconds / 60) + sum(k.fact.minutes for k in said)


def _ratings(desk: Desk, query: queries.RatingsSince) -> tuple[Entry, ...]:
    since = day_begins(desk.at, desk.participant.zone, days_later=1 - query.days)
    places = (
        (kinds.PainRated, "rated_at"),
        (kinds.PauseBegun, "started_at"),
        (kinds.PauseEnded, "ended_at"),
    )
    kept = [
        k for kind, when in places for k in in_force(desk.tx, kind, desk.participant.id, column(kind, when) >= since)
    ]
    return tuple(entry(k) for k in sorted(kept, key=_when))


def _standing(desk: Desk, _: queries.StandingNow) -> queries.Standing:
    person = desk.participant
    on_break = person.break_until if person.break_until is not None and person.break_until > desk.tx.now else None
    prompts = in_force(desk.tx, kinds.Stopped, person.id, level="prompts")
    stops = [k.entity for k in prompts] if person.status == "prompts_stopped" else []
    return queries.Standing(
        status=person.status,
        hold=person.hold,
        break_until=on_break,
        stopped=stops[-1] if stops else None,
        travel=choices.travel(desk, queries.TravelNow()),
    )


def _episode(desk: Desk, query: queries.EpisodeOf) -> Entry | None:
    found = list(in_force(desk.tx, kinds.MedicineEpisode, desk.participant.id, entity=query.medicine))
    return entry(found[0]) if found else None


def _staffed(desk: Desk, _: queries.Staffed) -> bool:
    return on_call(desk.world, desk.tx)


def _zone_now(desk: Desk, _: queries.ZoneNow) -> str:
    return str(desk.participant.zone)


def _answered_items(desk: Desk, query: queries.AnsweredItems) -> tuple[str, ...]:
    found = visits.answers(desk.tx, desk.participant.id, query.visit)
    return tuple(sorted(f"{instrument}.{item}" for (_, instrument), said in found.items() for item in said))


def _answered_so_far(desk: Desk, query: queries.AnsweredSoFar) -> dict[str, Given]:
    found = visits.answers(desk.tx, desk.participant.id, query.visit)
    return _given(found.get((query.visit, query.instrument), {}), query.version)


def _answered_before(desk: Desk, query: queries.AnsweredBefore) -> tuple[dict[str, Given], ...]:
    found = visits.answers(desk.tx, desk.participant.id)
    others = [said for (visit, code), said in found.items() if code == query.instrument and visit != query.visit]
    others.sort(key=lambda said: max(each.answered_at for each in said.values()))
    return tuple(_given(said, query.version) for said in others)


def _last_answered(desk: Desk, query: queries.LastAnswered) -> date | None:
    found = visits.answers(desk.tx, desk.participant.id)
    said = [
        each.answered_local
        for (visit, code), answers in found.items()
        for each in answers.values()
        if code == query.instrument and visit != query.visit and each.status == "answered"
    ]
    return date.fromisoformat(max(said)[:10]) if said else None


def _given(said: visits.Answers, version: str) -> dict[str, Given]:
    same = {item: each for item, each in said.items() if each.instrument_version == version}
    return {item: Given(value=each.value, status=each.status) for item, each in same.items()}


def _calendar(desk: Desk, query: queries.CalendarOf) -> queries.Calendar:
    """The days before today, or those the visit already looks back on."""
    yesterday = view_local(desk.at, desk.participant.zone).date() - timedelta(days=1)
    return looking_back.calendar_of(desk.tx, desk.participant.id, query.visit, yesterday)


def _consent(desk: Desk, _: queries.ConsentText) -> dict[str, str]:
    text = consent_text(desk.language)
    return {"version": text.version, "sha256": text.sha256, "text": text.text.strip()}


def _zone(_: Desk, query: queries.ZoneOf) -> str | None:
    return zone_of(query.place)


def entry(kept: Kept[Any]) -> Entry:
    """A kept fact as a conversation sees it, with the instant it is about."""
    pause = getattr(kept.fact, "pause", None)
    return Entry(
        entity=kept.entity,
        kind=type(kept.fact).__name__,
        at=_when(kept),
        fact=kept.fact.model_dump(mode="json"),
        pause=pause,
    )


def _when(kept: Kept[Any]) -> datetime:
    for name in ("taken_at", "put_on_at", "rated_at", "started_at", "ended_at", "done_at"):
        at: datetime | None = getattr(kept.fact, name, None)
        if at is not None:
            return at
    return kept.recorded_at


def open_visit(desk: Desk) -> dict[str, Any] | None:
    """The check-in that is open today and not finished, as the talk `check_in` is begun with it."""
    person, tx = desk.participant, desk.tx
    today = view_local(desk.at, person.zone).date()
    rules, seen = protocol_of(person), person_of(tx, person)
    for window in visits.windows(tx, person.id).values():
        done = visits.finished(tx, person.id, window.visit)
        if window.opens_on <= today <= window.closes_on and (done is None or not done.complete):
            visit = rules.visit(window.visit)
            found = next(w for w in windows_of(rules, seen) if w.visit == window.visit)
            return {
                "visit": window.visit,
                "mode": "full",
                "closes_at": closes_at(found, seen).isoformat(),
                "instruments": list(visit.instruments),
                "core": list(visit.core),
            }
    return None


def _open_visit(desk: Desk, _: queries.OpenVisit) -> dict[str, Any] | None:
    return open_visit(desk)


def _sessions_open(desk: Desk, _: queries.SessionsOpen) -> tuple[queries.SessionOpen, ...]:
    person = desk.participant
    return sessions.open_to(desk.tx, person, view_local(desk.at, person.zone).date())


_ANSWERS: dict[type[Query[Any]], Callable[[Any, Any], Any]] = {
    queries.Now: _now,
    queries.Draw: _draw,
    queries.LastDoseOf: _last_dose,
    queries.CountOnDay: _count_on_day,
    **DIARY,
    **MEANWHILE,
    queries.PatchesWorn: _patches,
    queries.LastEntries: _entries,
    queries.EntryNow: _entry_now,
    queries.PauseParts: _pause_parts,
    queries.PauseOf: _pause,
    queries.EverythingKept: lambda desk, _: everything_kept(desk),
    queries.PracticeMinutes: _practice,
    queries.RatingsSince: _ratings,
    queries.StandingNow: _standing,
    queries.EpisodeOf: _episode,
    queries.DayBegins: _day_begins,
    queries.Staffed: _staffed,
    queries.ZoneNow: _zone_now,
    queries.AnsweredItems: _answered_items,
    queries.AnsweredSoFar: _answered_so_far,
    queries.AnsweredBefore: _answered_before,
    queries.LastAnswered: _last_answered,
    queries.CalendarOf: _calendar,
    queries.ConsentText: _consent,
    queries.ZoneOf: _zone,
    queries.OpenVisit: _open_visit,
    queries.SessionsOpen: _sessions_open,
    queries.PartDone: lambda desk, asked: sessions.part_done(desk.tx, desk.participant.id, asked.session, asked.part),
    queries.LastPlan: lambda desk, _: sessions.last_plan(desk.tx, desk.participant.id),
    queries.PreDoseRules: choices.pre_dose_rules,
    queries.WithoutPrompt: choices.without_prompt,
    queries.PreferencesNow: choices.preferences,
    queries.TravelNow: choices.travel,
    queries.YearGiven: choices.year_given,
    queries.VisitDueUntil: choices.visit_due_until,
    queries.VisitClosingBy: choices.visit_closing_by,
    queries.MedicinesNow: lambda desk, _: view(desk).medicines,
    queries.WhyThis: reasons.why_this,
    queries.PromptsWanted: lambda desk, _: wants_prompts(desk.tx, desk.participant.id),
}
