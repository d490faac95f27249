"""The list of medicines as dated episodes: what was started, changed or left off, since when and why.

A change ends one episode and begins the next, unconfirmed until staff have seen it. It is never judged.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

from content import say
from content.medicines import forms
from content.message import Message
from handlers.amounts import DAYS_BACK
from handlers.asking import Asking, choose
from handlers.medicines import add_medicine, ask_amounts, ask_reason, ask_strength, ask_times, line_of
from handlers.settings import HOSPITAL, back_home
from study import facts, queries
from study.facts import MedicineEpisode
from study.queries import Entry, Standing, look
from study.steps import Conversation, Option, Record, Say
from study.view import MedicineView, ParticipantView

AGREED = "prescriber"
WRONG = "list_wrong"


def medicine_list(me: ParticipantView) -> Conversation:
    """What is on the list, and one change of it."""
    standing: Standing = yield look("standing", queries.StandingNow())
    away = standing.hold == HOSPITAL
    choice = yield from choose("what", _shown(me), _ways(me, away))
    medicine = me.medicine(choice)
    if medicine is not None:
        yield from _change(me, medicine)
    elif choice == "add":
        entity = yield from add_medicine(me, "new")
        yield from _tell_team("medicine_list", entity)
        yield Say("told", say.medicines.told())
    elif choice == "hospital":
        yield from _hospital()
    elif choice == "home":
        yield from back_home()
    else:
        yield Say("left", say.talk.left())


def _shown(me: ParticipantView) -> Message:
    if not me.medicines:
        return say.medicines.list_empty()
    lines = [line_of(m) for m in me.medicines]
    return say.medicines.list(lines=reduce(lambda first, rest: say.medicines.lines(first=first, rest=rest), lines))


def _ways(me: ParticipantView, away: bool) -> list[Option]:
    place = Option("home", say.settings.home_button()) if away else Option("hospital", say.medicines.hospital_button())
    return [
        *(Option(m.id, m.nickname) for m in me.medicines),
        Option("add", say.medicines.add_button()),
        place,
        Option("leave", say.talk.leave_button()),
    ]


def _change(me: ParticipantView, medicine: MedicineView) -> Conversation:
    question = say.medicines.change(line=line_of(medicine))
    what = yield from choose("change", question, _changes(medicine))
    if what == "leave":
        yield Say("left", say.talk.left())
        return
    values = yield from _new_values(what, medicine)
    reason = AGREED if what == "taper" else (yield from ask_reason("new"))
    since = yield from _since(me)
    entry: Entry | None = yield look("episode", queries.EpisodeOf(medicine=medicine.id))
    if entry is None:
        yield Say("gone", say.medicines.gone())
        return
    old = MedicineEpisode.model_validate(entry.fact)
    ends_on = max(since, old.starts_on)
    if what == "stopped":
        yield from _end(medicine, old, ends_on, reason)
    else:
        yield from _replace(medicine, old, ends_on, _begun(what, reason) | values)


def _changes(medicine: MedicineView) -> list[Option]:
    taken = not forms()[medicine.form].patch
    return [
        Option("strength", say.medicines.change_strength_button()),
        *([Option("times", say.medicines.change_times_button())] if taken else []),
        Option("taper", say.medicines.change_taper_button()),
        Option("stopped", say.medicines.change_stopped_button()),
        Option("leave", say.talk.leave_button()),
    ]


def _new_values(what: str, medicine: MedicineView) -> Asking[dict[str, Any]]:
    """What is different from now on, by the names of an episode's fields."""
    values: dict[str, Any] = {}
    if what in ("strength", "taper"):
        strength, unit = yield from ask_strength("new", medicine.form, medicine)
        usual, most = yield from ask_amounts("new", medicine.form, medicine)
        values |= {"strength": strength, "unit": unit, "usual_count": usual, "max_per_day": most}
    if what in ("times", "taper"):
        values["times"] = yield from ask_times("new", medicine.form, medicine.schedule, medicine)
    return values


def _begun(what: str, reason: str | None) -> dict[str, Any]:
    return {"change": "corrected" if reason == WRONG else what, "reason": reason}


def _since(me: ParticipantView) -> Asking[date]:
    at: datetime = yield queries.now("asked_at")
    today = me.local(at).date()
    options = (
        Option(today.isoformat(), say.medicines.today_button()),
        Option((today - timedelta(days=1)).isoformat(), say.dose.yesterday_button(day=today - timedelta(days=1))),
        Option("other", say.dose.other_day_button()),
    )
    day = yield from choose("since", say.medicines.since(), options)
    if day == "other":
        days = [today - timedelta(days=n) for n in range(2, DAYS_BACK + 1)]
        earlier = [Option(d.isoformat(), say.dates.day(day=d)) for d in days]
        day = yield from choose("since.day", say.dose.which_day(), earlier)
    return date.fromisoformat(day)


def _replace(medicine: MedicineView, old: MedicineEpisode, ends_on: date, values: dict[str, Any]) -> Conversation:
    yield Record("old", old.model_copy(update={"ends_on": ends_on}), amends=medicine.id, why=values["change"])
    fresh = {"starts_on": ends_on, "ends_on": None, "confirmed": False, "source": "chat"}
    new = MedicineEpisode.model_validate(old.model_dump() | fresh | values)
    entity = yield Record("new", new)
    yield from _tell_team("medicine_list", entity)
    yield Say("changed", say.medicines.changed(day=ends_on, line=line_of(_view_of(str(entity), new))))


def _view_of(entity: str, episode: MedicineEpisode) -> MedicineView:
    shown = episode.model_dump(include=set(MedicineView.model_fields) - {"id", "times"})
    times = tuple(t for t in episode.times.split(",") if t)
    return MedicineView.model_validate(shown | {"id": entity, "times": times})


def _end(medicine: MedicineView, old: MedicineEpisode, ends_on: date, reason: str | None) -> Conversation:
    """Off the list; staff see it within a working day, as when it is written in words.

    One alert says it: that the list is to be confirmed stands on the same morning's list of staff.
    """
    ended = {"ends_on": ends_on, "change": "stopped", "reason": reason, "confirmed": False}
    yield Record("old", old.model_copy(update=ended), amends=medicine.id, why="stopped")
    yield from _tell_team("stopped", medicine.id)
    yield Say("off", say.medicines.off(nickname=medicine.nickname, day=ends_on))
    yield Say("keep_taking", say.safety.standing())


def _hospital() -> Conversation:
    at = yield queries.now("hospital_at")
    held = yield Record("held", facts.Held(reason=HOSPITAL, at=at))
    yield from _tell_team("hospital", str(held))
    yield Say("noted", say.medicines.hospital_noted())


def _tell_team(rule: str, about: str) -> Asking[None]:
    at = yield queries.now(f"{rule}.at")
    yield Record(f"{rule}.alert", facts.AlertRaised(rule=rule, event_at=at, about=about), barrier=True)
