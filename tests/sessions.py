"""Weekly sessions in tests: people who were given their part on a day, and who walk through what is open."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from bot import talking
from bot.alarms import ambient
from bot.desk import Desk
from content.exercises import Arm
from records import facts, meta, people
from records.facts import Where
from records.post import Address
from scheduler import planning
from study.facts import CheckInFinished, Enrolled
from tests.clinic import Clinic, Patient

MONDAY = date(2026, 3, 2)
"""The day the clinic of tests begins with: the first week of sessions is open from the day after."""


async def in_week_one(clinic: Clinic, arm: Arm | None = "mbt", on: date = MONDAY, name: str = "Ann") -> Patient:
    """Somebody whose baseline was answered on a day, with their arm, and the plan written."""
    patient = await clinic.enrolled(arm, name)
    with clinic.database.write("study") as tx:
        person = people.by_chat(tx, patient.person.user_id)
        assert person is not None
        where = Where(person.id, person.study_id, "test")
        facts.write(tx, f"{person.study_id}-joined", Enrolled(on=on), where)
        done = CheckInFinished(visit="baseline", complete=True, at=tx.now)
        facts.write(tx, f"{person.study_id}-baseline", done, where)
        people.change(tx, person.id, "test", enrolled_on=on, allocated_on=on if arm is not None else None)
        planning.replan(tx, person.id)
    return patient


async def until(clinic: Clinic, at: datetime, hours: float = 24) -> None:
    """Live until an instant, with the nightly roll once a day."""
    while clinic.clock() < at:
        await clinic.passes(seconds=min((at - clinic.clock()).total_seconds(), hours * 3600))
        with clinic.database.write("study") as tx:
            planning.roll(tx)
            meta.polled(tx, clinic.node.world.bot)


async def walks_on(patient: Patient, *, stop_at: str = "That was session") -> None:
    """Tap what leads on until a text is read: the first answer of each question, `Next` where nothing is asked."""
    for _ in range(200):
        if stop_at in patient.hears:
            return
        await patient.taps(leads_on(patient.buttons))
    raise AssertionError(f"{stop_at!r} was never said")


def leads_on(buttons: list[str]) -> str:
    """The button that goes on: the first answer of a question, or what begins or follows."""
    begin = [button for button in buttons if button.startswith("Begin")]
    forward = [button for button in buttons if button in ("Go on", "Next")]
    asked = [button for button in buttons if button not in AROUND]
    return (begin or asked or forward)[0]


AROUND = ("Go on", "Next", "Enough for today", "« Back", "Skip", "Stop here", "This is making it worse", "Leave it out")


async def begins(clinic: Clinic, patient: Patient, talk: str, **args: Any) -> None:
    """Begin a talk as a due item does; the person hears its first words."""
    patient.seen = len(patient.person.messages)
    with clinic.database.write("study") as tx:
        person = people.by_chat(tx, patient.person.user_id)
        assert person is not None
        to = Address(person.id, person.chat_hash, person.sealed_chat)
        world = clinic.node.world
        desk = Desk(tx, world, person, to, "en", person.discreet, ambient(world, tx, person.zone), tx.now)
        talking.begin(desk, talk, args)
    await clinic.settle()
    patient._note()
