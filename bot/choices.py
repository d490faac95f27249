"""Look-ups of what a person chose: prompts before doses, hours and number of messages, travels."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.desk import Desk
from records import due, facts, visits
from records.person import person_of, protocol_of, travels_of
from study import facts as kinds
from study import queries
from study.left_out import Why, left_out
from study.person import MedicineTimes, local_at
from study.plan import closes_at, diary_time, windows_of
from study.prompting import cap_of

SECONDS_A_MINUTE = 60


def pre_dose_rules(desk: Desk, _: queries.PreDoseRules) -> queries.PreDose:
    """How prompts before a dose come."""
    rules = protocol_of(desk.participant).pre_dose
    return queries.PreDose(minutes_before=rules.minutes_before, from_week=rules.from_week)


def without_prompt(desk: Desk, query: queries.WithoutPrompt) -> queries.NoPrompt:
    """Which of the times asked about will get no prompt."""
    rules, seen = protocol_of(desk.participant), person_of(desk.tx, desk.participant)
    chosen = tuple(time.fromisoformat(at) for at in query.times)
    others = (medicine for medicine in seen.medicines if medicine.id not in query.asked)
    none = left_out(rules, replace(seen, medicines=(*others, MedicineTimes("", chosen))))
    found: dict[Why, tuple[str, ...]] = {"quiet": (), "cap": (), "spacing": ()}
    for at in chosen:
        if (why := none.get(at)) is not None:
            found[why] += (f"{at:%H:%M}",)
    return queries.NoPrompt(**found, a_day=cap_of(rules, seen))


def preferences(desk: Desk, _: queries.PreferencesNow) -> queries.Chosen:
    """What was chosen, and between which limits."""
    person = desk.participant
    rules, seen = protocol_of(person), person_of(desk.tx, person)
    contact_at = seen.preferences.contact_at
    return queries.Chosen(
        contact_at=f"{contact_at:%H:%M}" if contact_at is not None else None,
        diary_at=f"{diary_time(rules, seen):%H:%M}",
        fewer_messages=seen.preferences.fewer_messages,
        diary_earliest=f"{rules.diary.earliest:%H:%M}",
        diary_latest=f"{rules.diary.latest:%H:%M}",
        fewer_a_day=rules.prompts.fewer.cap_a_day,
        quiet_from=person.quiet_from,
        quiet_to=person.quiet_to,
    )


def year_given(desk: Desk, _: queries.YearGiven) -> queries.YearInNumbers:
    """Everything that was logged and answered, counted."""
    tx, who = desk.tx, desk.participant.id
    led = sum(kept.fact.seconds for kept in facts.in_force(tx, kinds.ExerciseLed, who))
    said = sum(kept.fact.minutes for kept in facts.in_force(tx, kinds.PracticeDone, who))
    answered = {kept.fact.visit for kept in facts.in_force(tx, kinds.CheckInFinished, who)}
    return queries.YearInNumbers(
        doses=sum(kept.fact.status == "taken" for kept in facts.in_force(tx, kinds.DoseTaken, who)),
        pauses=len(list(facts.in_force(tx, kinds.PauseBegun, who))),
        minutes=round(led / SECONDS_A_MINUTE) + said,
        visits=len(answered),
    )


def visit_due_until(desk: Desk, query: queries.VisitDueUntil) -> str | None:
    """The check-in that a break moves."""
    for row in due.pending_of(desk.tx, desk.participant.id):
        open_after = row.latest_at is not None and row.latest_at > query.until
        is_message = row.item.startswith("visit.") and not row.item.endswith((".call", ".close"))
        if is_message and row.look_at < query.until and open_after:
            return str(row.payload["visit"])
    return None


def visit_closing_by(desk: Desk, query: queries.VisitClosingBy) -> dict[str, str] | None:
    """The open check-in that a break would outlast."""
    rules, seen = protocol_of(desk.participant), person_of(desk.tx, desk.participant)
    today = local_at(desk.at, desk.participant.zone).date()
    for window in windows_of(rules, seen):
        ends_at = closes_at(window, seen)
        if window.opens_on <= today <= window.closes_on and ends_at <= query.until:
            answered = visits.finished(desk.tx, desk.participant.id, window.visit) is not None
            return None if answered else {"visit": window.visit, "closes_at": ends_at.isoformat()}
    return None


def travel(desk: Desk, _: queries.TravelNow) -> queries.Travelling | None:
    """The travel that is not over, the one planned first of several."""
    seen = person_of(desk.tx, desk.participant)
    for kept in travels_of(desk.tx, desk.participant.id):
        planned = kept.fact
        today = local_at(desk.tx.now, planned.zone).date()
        if planned.back_on is None or today < planned.back_on:
            return queries.Travelling(
                entity=kept.entity,
                zone=planned.zone,
                from_on=planned.from_on,
                back_on=planned.back_on,
                away=planned.from_on <= today,
                home=seen.zone,
            )
    return None
