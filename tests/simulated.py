"""A pretend study of two arms with an effect that was put in: as files of an export, or lived through records."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from content.analysis import analysis
from content.protocol import protocol
from records import facts
from study.facts import Attendance, CheckInFinished, PracticeWeek, Response, VisitPlanned
from study.steps import Fact
from tests.databases import START
from tests.exported import ZONE, Person, Study, begun, ended

VISITS = ("m0", "m3", "m6", "m9", "m12")
PLANTED = -0.9
"""What the arm under test falls by more than the other, at every follow-up."""
COMMON = {"m3": -0.4, "m6": -0.6, "m9": -0.6, "m12": -0.7}
WILD = 99.0
"""What nobody means; a mean with it is seen to have it."""
SITES = ("boston", "madison")
AT_A_VISIT = {"answered_at": START, "answered_local": "2026-03-02T10:00:00", "zone": ZONE, "visit": ""}


@dataclass(frozen=True)
class Simulated:
    """One person: the value at each check-in, None where they gave none."""

    arm: str
    site: str
    group: int
    values: dict[str, float | None]


def people(seed: int, number: int, *, lost: float = 0.1, of_groups: float = 0) -> list[Simulated]:
    """So many people, half in each arm, of whom a part is lost at each follow-up and never comes back.

    `of_groups`: how far therapy groups differ by themselves.
    """
    chance = random.Random(seed)  # noqa: S311
    return [_person(chance, n, lost, of_groups) for n in range(number)]


def _person(chance: random.Random, n: int, lost: float, of_groups: float) -> Simulated:
    arm, site = ("cbt", "mbt")[n % 2], SITES[n // 2 % 2]
    usual = chance.gauss(6, 1.2) + (0.3 if site == SITES[0] else 0)
    values: dict[str, float | None] = {"m0": usual + chance.gauss(0, 0.9)}
    gone, group = False, n % 2 + 2 * (n // 12)
    together = of_groups * (group * 7 % 5 - 2)
    for visit, change in COMMON.items():
        gone = gone or chance.random() < lost
        value = usual + change + together + (PLANTED if arm == "mbt" else 0) + chance.gauss(0, 0.9)
        values[visit] = None if gone else value
    return Simulated(arm, site, group, values)


# --- as the files that analysis.py reads


def written(folder: Path, seed: int, number: int, *, of_groups: float = 0, late: int = 0, **plan: str) -> Path:
    """The files of an unblinded export that the analysis reads, with one outcome; `plan` has other settings of it.

    `late`: so many of the first gave month 6 behind its window, with a wild figure.
    """
    outcome = "peg_score"
    folder.mkdir(parents=True)
    header = ["study_id", "site", "status", "arm", "therapy_group", *(f"{outcome}_{visit}" for visit in VISITS),
              *(f"in_window_{visit}" for visit in VISITS)]  # fmt: skip
    lines = [",".join(header)]
    for n, person in enumerate(people(seed, number, of_groups=of_groups), start=1):
        values = person.values | ({"m6": WILD} if n <= late else {})
        cells = [f"{value:.6f}" if value is not None else "" for value in values.values()]
        cells += ["" if value is None else str(int(not (visit == "m6" and n <= late)))
                  for visit, value in values.items()]  # fmt: skip
        lines.append(",".join([f"P{n:04}", person.site, "enrolled", person.arm, f"G{person.group}", *cells]))
    (folder / "wide.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines_of = dict(line.split(": ", 1) for line in analysis().script(by_arm=True).splitlines())
    lines_of |= {"outcomes": outcome, **plan}
    text = "".join(f"{key}: {value}\n" for key, value in lines_of.items())
    (folder / "analysis.dcf").write_text(text, encoding="utf-8")
    return folder


# --- as people who answer


def live(study: Study, seed: int, number: int, *, months: int = 12) -> list[Person]:
    """The same people in the records of a study, with whole numbers for answers; the clock stands after `months`."""
    study.clock.move(days=36 * months + 4)
    return [_lives(study, each, months) for each in people(seed, number)]


def _lives(study: Study, each: Simulated, months: int) -> Person:
    person = study.adds(each.arm, site=each.site).enrols()
    with study.database.write("participant") as tx:
        for n, fact in enumerate(_facts(each, months)):
            facts.write(tx, f"{person.study_id}.{n:04}", fact, person.where)
    return person


def _facts(each: Simulated, months: int) -> list[Fact]:
    found: list[Fact] = []
    for visit, code in zip(protocol().visits, VISITS, strict=True):
        on = START.date() + timedelta(days=round(visit.months * 30.4))
        found.append(_window(visit.code, on))
        value = each.values[code]
        if value is not None and visit.months <= months:
            found += _answers(visit.code, value)
    for n in range(8):
        status = "present" if (n + each.group) % 5 else "absent"
        found.append(Attendance.model_validate(_meeting(each, n) | {"status": status}))
        found.append(_week(START.date() + timedelta(days=7 * n + 6), 60 + 20 * n))
    return found


def _window(visit: str, on: date) -> VisitPlanned:
    days = {"opens_on": on - timedelta(days=14), "closes_on": on + timedelta(days=28)}
    return VisitPlanned.model_validate(
        {"visit": visit, "anchor": "enrolment", "anchor_on": START.date(), "target_on": on, "protocol_version": "1"}
        | days
    )


def _answers(visit: str, value: float) -> list[Fact]:
    def said(instrument: str, version: str, item: str, number: float, low: int = 0, high: int = 10) -> Response:
        answer = {"instrument": instrument, "instrument_version": version, "item": item, "status": "answered"}
        whole = min(high, max(low, round(number)))
        return Response.model_validate(AT_A_VISIT | answer | {"visit": visit, "value": whole})

    nrs4 = {"worst": 2, "least": -2, "average": 0, "now": -1}
    found: list[Fact] = [said("nrs4", "nrs4-week-1", item, value + more) for item, more in nrs4.items()]
    found += [said("peg", "peg-1", item, value + more) for item, more in {"p": 0, "e": 0.4, "g": -0.4}.items()]
    if visit == "baseline":
        found += [said("about", "about-1", "age", 40 + 3 * value, 18, 90)]
        found += [said("about", "about-1", "gender", 1 + value % 2, 1, 3)]
    return [*found, CheckInFinished.model_validate({"visit": visit, "complete": True, "at": START})]


def _meeting(each: Simulated, n: int) -> dict[str, Any]:
    when = {"starts_at": START, "starts_local": "2026-03-02T10:00", "zone": ZONE}
    return when | {"meeting": 100 * each.group + n + 1, "group": each.group, "session": f"S{n + 1}"}


def _week(on: date, minutes: int) -> PracticeWeek:
    when = {"answered_at": START, "answered_local": f"{on}T18:31:00", "zone": ZONE}
    said = {"on": on, "led_minutes": 30, "reported_minutes": minutes - 30, "answer": "fits", "minutes": None}
    return PracticeWeek.model_validate(said | when)


def pauses(person: Person, number: int) -> None:
    """Pauses of one person, every fourth without an end."""
    for n in range(number):
        pause = person.logs(begun(pain=5 + n % 3, urge=4 + n % 4))
        if n % 4:
            person.logs(ended(pause, pain=4 + n % 3, urge=3 + n % 3, decision=("took", "later", "took")[n % 3]))
