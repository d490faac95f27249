"""Beginning a check-in in a test, as a due item does once its time has come."""

from __future__ import annotations

from typing import Any

from bot import talking, turns
from records import people
from tests.clinic import Clinic, Patient

BATTERY = ["nrs4", "peg", "rmdq", "tlfb", "hrqol4", "phq4", "pgic"]
CORE = ["nrs4.average", "peg", "tlfb.usual"]


async def begins(clinic: Clinic, patient: Patient, visit: str, **args: Any) -> Patient:
    """Begin a check-in; the person hears its first words."""
    patient._begin(f"({visit} begins)")
    with clinic.database.write("study") as tx:
        person = people.by_chat(tx, patient.person.user_id)
        desk = turns._of(clinic.node.world, tx, person, people.chat_of(tx, person.id))
        talking.begin(desk, "check_in", {"visit": visit, **args})
    await clinic.settle()
    patient._note()
    return patient
