"""A small study to export, and the files of an export as a reader that knows only the csv module sees them."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coordinator.export import Request, export
from records import facts, people, roster
from records.database import Database
from records.facts import Where
from records.roster import Reader
from study.facts import (
    Attendance,
    CheckInFinished,
    DiaryAnswer,
    DiaryDay,
    DiaryDose,
    DoseTaken,
    ExerciseLed,
    MedicineEpisode,
    PatchWear,
    PauseBegun,
    PauseEnded,
    PlanMade,
    PracticeDone,
    PracticeWeek,
    Response,
    ScoreGiven,
    SessionPartDone,
    TlfbDay,
    VisitPlanned,
)
from study.steps import Fact
from tests.databases import START, Clock

ZONE = "America/New_York"
FIRST_DAY = START.date()


class Person:
    """One participant; what they log is written as the bot writes it."""

    def __init__(self, study: Study, study_id: str, id: int) -> None:
        self.study, self.study_id, self.id = study, study_id, id
        self.where = Where(id, study_id, "step")

    def logs(self, fact: Fact, entity: str | None = None, *, actor: str = "participant", why: str | None = None) -> str:
        """Write a fact, as a further revision when its entity is named again; gives the entity."""
        entity = entity or f"{next(self.study.entities):04x}"
        with self.study.database.write(actor) as tx:
            facts.write(tx, entity, fact, self.where, why=why)
        return entity

    def takes_back(self, entity: str, why: str = "undone", actor: str = "participant") -> None:
        with self.study.database.write(actor) as tx:
            facts.void(tx, entity, self.where, why)

    def becomes(self, status: str, **values: Any) -> None:
        with self.study.database.write() as tx:
            people.change(tx, self.id, f"participant:{status}", status=status, **values)

    def enrols(self, on: date = FIRST_DAY, zone: str = ZONE) -> Person:
        self.becomes("enrolled", enrolled_on=on)
        with self.study.database.write() as tx:
            people.change(tx, self.id, "participant:settings", zone=zone)
        return self


class Study:
    """A study around one database."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder
        self.entities = itertools.count(1)
        self.numbers = itertools.count(1)

    def adds(self, arm: str | None = "mbt", *, test: bool = False, site: str = "main") -> Person:
        with self.database.write("staff") as tx:
            study_id = people.add(tx, arm=arm, test=test, site=site)
            return Person(self, study_id, people.by_study_id(tx, study_id).id)

    @cached_property
    def unblinded(self) -> str:
        """The code of somebody who may see arms."""
        with self.database.write("staff") as tx:
            roster.add(tx, Reader("UB", "Uma", roster.UNBLINDED, "12345", "09:00", "17:00", "UTC"))
        return "UB"

    def exports(self, **asked: Any) -> Export:
        """An export into a new folder; to unblind, by somebody who may."""
        if asked.get("unblind"):
            asked.setdefault("acting", self.unblinded)
        request = Request(out=self.folder / f"export{next(self.numbers)}", **asked)
        made = export(self.database, request, actor="staff")
        return Export(request.out, made.model_dump())

    def rows(self, table: str, **asked: Any) -> list[dict[str, str]]:
        """The rows of one table of a new export."""
        return self.exports(**asked).rows(table)


class Export:
    """The files of one export."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder, self.manifest = folder, manifest

    def cells(self, table: str) -> list[list[str]]:
        with (self.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file, strict=True))

    def rows(self, table: str) -> list[dict[str, str]]:
        header, *rows = self.cells(table)
        return [dict(zip(header, row, strict=True)) for row in rows]

    @property
    def tables(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.csv") if path.stem not in ("codebook", "questions"))

    @property
    def everything(self) -> str:
        """Names and contents of all files."""
        return "\n".join(path.name + path.read_text(encoding="utf-8") for path in sorted(self.folder.iterdir()))

    @property
    def digests(self) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(self.folder.iterdir())}

    @property
    def on_disk(self) -> Any:
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))


def only(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    (row,) = rows
    return row


def at(text: str, zone: str = ZONE) -> datetime:
    """The instant of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def medicine(product: str = "oxycodone", **given: Any) -> MedicineEpisode:
    usual = {
        "nickname": "the white one",
        "product": product,
        "form": "tablet",
        "strength": 5.0,
        "unit": "mg",
        "schedule": "as_needed",
        "usual_count": 1.0,
        "starts_on": START.date(),
        "change": "enrolled",
    }
    return MedicineEpisode.model_validate(usual | given)


def dose(
    local: str | None = "2026-03-02T09:00:00", count: float | None = 1.0, zone: str = ZONE, **given: Any
) -> DoseTaken:
    """A dose by the wall clock; a date alone when the time is not known."""
    known = local is not None and "T" in local
    usual = {
        "medicine": "unlisted",
        "product": "oxycodone",
        "form": "tablet",
        "strength": 5.0,
        "unit": "mg",
        "count": count,
        "status": "taken",
        "taken_at": at(local, zone) if local is not None and known else None,
        "taken_local": local,
        "zone": zone,
        "time_quality": "said" if known else "unknown",
    }
    return DoseTaken.model_validate(usual | given)


def patch(on: str, off: str | None = None, zone: str = ZONE, **given: Any) -> PatchWear:
    usual = {
        "medicine": "unlisted",
        "product": "fentanyl",
        "strength": 25.0,
        "unit": "mcg/h",
        "put_on_at": at(on, zone),
        "put_on_local": on,
        "removed_at": at(off, zone) if off else None,
        "removed_local": off,
        "removal": "taken_off" if off else "wearing",
        "zone": zone,
    }
    return PatchWear.model_validate(usual | given)


def begun(medicine: str | None = None, **given: Any) -> PauseBegun:
    usual = {"medicine": medicine, "pain": 6, "urge": 7, "nature": "both", "started_at": START}
    return PauseBegun.model_validate(usual | {"started_local": "2026-03-02T10:00:00", "zone": ZONE} | given)


def led(pause: str | None = None, exercise: str = "stop", seconds: int = 61, **given: Any) -> ExerciseLed:
    usual = {"pause": pause, "exercise": exercise, "seconds": seconds, "completed": True, "ended": "completed"}
    when = {"done_at": START, "done_local": "2026-03-02T10:00:00", "zone": ZONE}
    return ExerciseLed.model_validate(usual | when | given)


def ended(pause: str, **given: Any) -> PauseEnded:
    usual = {"pause": pause, "pain": 4, "urge": 2, "decision": "later", "ended_at": START}
    return PauseEnded.model_validate(usual | given)


def practised(**given: Any) -> PracticeDone:
    usual = {"exercise": None, "minutes": 20, "done_at": START, "done_local": "2026-03-02T10:00:00", "zone": ZONE}
    return PracticeDone.model_validate(usual | given)


def window(visit: str = "month_3", target_on: date = FIRST_DAY, **given: Any) -> VisitPlanned:
    """The window of a visit: 14 days before its target to 28 days after it."""
    days = {"opens_on": target_on - timedelta(days=14), "closes_on": target_on + timedelta(days=28)}
    usual = {"visit": visit, "anchor": "enrolment", "anchor_on": date(2025, 12, 2), "target_on": target_on}
    return VisitPlanned.model_validate(usual | days | {"protocol_version": "1"} | given)


def said(item: str, value: int | None, visit: str = "month_3", **given: Any) -> Response:
    """An answer to an item of the PEG."""
    usual = {"visit": visit, "instrument": "peg", "instrument_version": "peg-1", "item": item, "value": value}
    usual |= {"status": "answered" if value is not None else "skipped"}
    when = {"answered_at": START, "answered_local": "2026-03-02T10:00:00", "zone": ZONE}
    return Response.model_validate(usual | when | given)


def scored_elsewhere(value: float = 38.25, visit: str = "month_3", **given: Any) -> ScoreGiven:
    """A component score of the SF-12, as a site gives it."""
    usual = {"visit": visit, "instrument": "sf12", "score": "sf12_physical", "value": value, "version": "SF-12v2"}
    when = {"answered_at": START, "answered_local": "2026-03-02T10:00:00", "zone": ZONE}
    return ScoreGiven.model_validate(usual | when | {"mode": "paper", "taken_by": "dana"} | given)


def finished(visit: str = "month_3", *, complete: bool = True, **given: Any) -> CheckInFinished:
    return CheckInFinished.model_validate({"visit": visit, "complete": complete, "at": START} | given)


def of_a_session(session: str = "S1") -> tuple[Fact, ...]:
    """A part gone through, a plan made and a meeting attended."""
    when = {"done_at": START, "done_local": "2026-03-02T10:00:00", "zone": ZONE}
    met = {"meeting": 1, "group": 1, "starts_at": START, "starts_local": "2026-03-02T10:00", "zone": ZONE}
    return (
        SessionPartDone.model_validate({"session": session, "part": "idea", "version": 1} | when),
        PlanMade(session=session, what="walk", moment="noon", often="daily", made_at=START),
        Attendance.model_validate({"session": session, "status": "present"} | met),
    )


def remembered(on: date, medicine: str, count: float | None = 1, **given: Any) -> TlfbDay:
    usual = {"visit": "month_3", "on": on, "medicine": medicine, "count": count, "status": "different"}
    usual |= {"status": "dont_remember"} if count is None else {"status": "zero"} if count == 0 else {}
    when = {"answered_at": START, "answered_local": "2026-03-02T10:00:00", "zone": ZONE}
    return TlfbDay.model_validate(usual | when | given)


def evening(on: date, answer: DiaryAnswer, clock: str = "18:30:00", zone: str = ZONE) -> DiaryDay:
    """A diary answered on its day, by the wall clock."""
    return DiaryDay(on=on, answer=answer, **_then(on, clock, zone))


def used(on: date, medicine: str, count: float | None, logged: float | None = 0, **given: Any) -> DiaryDose:
    """An amount said in the diary; zero, and not remembered, by the count."""
    status = "dont_remember" if count is None else "zero" if count == 0 else "different"
    usual = {"on": on, "medicine": medicine, "count": count, "status": status, "logged": logged}
    return DiaryDose.model_validate(usual | _then(on, "18:30:00", ZONE) | given)


def looked_back(on: date, answer: str, minutes: int | None = None, led_minutes: int = 5) -> PracticeWeek:
    usual = {"on": on, "led_minutes": led_minutes, "reported_minutes": 40, "answer": answer, "minutes": minutes}
    return PracticeWeek.model_validate(usual | _then(on, "18:31:00", ZONE))


def _then(on: date, clock: str, zone: str) -> dict[str, Any]:
    local = f"{on.isoformat()}T{clock}"
    return {"answered_at": at(local, zone), "answered_local": local, "zone": zone}
