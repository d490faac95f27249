"""Check-ins in tests: begun as a due item does once its time has come, and what is kept of them."""

from __future__ import annotations

from typing import Any

from bot import talking
from bot.alarms import ambient
from bot.desk import Desk
from content.instruments import instruments
from records import people, visits
from records.post import Address
from study import responses
from study.responses import Given
from study.scoring import Score
from tests.clinic import Clinic, Patient

BATTERY = ["nrs4", "peg", "rmdq", "tlfb", "hrqol4", "phq4", "pgic"]
CORE = ["peg", "tlfb.usual"]


async def begins(clinic: Clinic, patient: Patient, visit: str, *instruments: str, **args: Any) -> Patient:
    """Begin a check-in; the person hears its first words."""
    patient.seen = len(patient.person.messages)
    patient.script.append(f"({visit} begins)")
    with clinic.database.write("study") as tx:
        person = people.by_chat(tx, patient.person.user_id)
        assert person is not None
        to = Address(person.id, person.chat_hash, person.sealed_chat)
        world = clinic.node.world
        desk = Desk(tx, world, person, to, "en", person.discreet, ambient(world, tx, person.zone), tx.now)
        talking.begin(desk, "check_in", {"visit": visit, "instruments": list(instruments), **args})
    await clinic.settle()
    patient._note()
    return patient


def kept(clinic: Clinic, visit: str, instrument: str, study_id: str = "P0001") -> dict[str, Given]:
    """The answers that count, by item."""
    with clinic.database.read() as tx:
        person = people.by_study_id(tx, study_id)
        found = visits.answers(tx, person.id, visit).get((visit, instrument), {})
    return {item: Given(value=said.value, status=said.status) for item, said in found.items()}


def scored(clinic: Clinic, visit: str, instrument: str) -> dict[str, Score]:
    """The scores of what is kept, by name."""
    made = responses.scores(instrument, kept(clinic, visit, instrument), instruments()[instrument].version)
    return {each.name: each for each in made}
