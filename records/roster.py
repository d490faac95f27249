"""Who reads what and when: the staff roster, with names sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from records import audit
from records.database import Tx
from records.tables import Staff, table

staff = table(Staff)
UNBLINDED = "unblinded"
"""The role of staff who may see arms; everybody else's exports are blinded."""
INVESTIGATOR = "investigator"
"""The role of staff who may sign what others have decided."""

DAY_NAMES = {"1": "Mon", "2": "Tue", "3": "Wed", "4": "Thu", "5": "Fri", "6": "Sat", "7": "Sun"}


class NoSuchStaff(LookupError):
    """There is no staff member with this code."""


@dataclass(frozen=True)
class Reader:
    """A person of the study team: reads this chat on `days` (ISO weekday digits) between two hours of `zone`.

    `chat` and `mail`: where urgent alerts reach this person alone; without them the staff chat names them.
    """

    code: str
    name: str
    role: str
    days: str
    from_hour: str
    to_hour: str
    zone: str
    disabled: bool = False
    chat: int | None = None
    mail: str | None = None

    def on_duty(self, now: datetime) -> bool:
        """True in the hours in which this person reads the chat."""
        local = now.astimezone(ZoneInfo(self.zone))
        return str(local.isoweekday()) in self.days and self.from_hour <= local.strftime("%H:%M") < self.to_hour

    @property
    def days_text(self) -> str:
        """The days in words: `Mon-Fri` for a run, else each."""
        names = [DAY_NAMES[d] for d in self.days]
        run = "1234567".find(self.days) >= 0 and len(names) > 2
        return f"{names[0]}-{names[-1]}" if run else ", ".join(names)


def add(tx: Tx, reader: Reader) -> None:
    """Add somebody to the roster."""
    tx.run(
        insert(staff),
        code=reader.code,
        sealed_name=tx.keys.seal(reader.name),
        role=reader.role,
        days=reader.days,
        from_hour=reader.from_hour,
        to_hour=reader.to_hour,
        zone=reader.zone,
        sealed_chat=None if reader.chat is None else tx.keys.seal(str(reader.chat)),
        sealed_mail=None if reader.mail is None else tx.keys.seal(reader.mail),
    )
    audit.note(tx, audit.STUDY, "staff:added", f"{reader.code},role={reader.role}")


def disable(tx: Tx, code: str) -> None:
    """Take somebody off the roster; `NoSuchStaff` when nobody active has this code."""
    mine = (staff.c.code == code) & staff.c.disabled_at.is_(None)
    if not tx.run(update(staff).where(mine).values(disabled_at=tx.now)):
        raise NoSuchStaff(code)
    audit.note(tx, audit.STUDY, "staff:disabled", code)


def everyone(tx: Tx) -> list[Reader]:
    """Everybody who is or was on the roster."""
    return [
        Reader(
            r.code,
            tx.keys.open(r.sealed_name),
            r.role,
            r.days,
            r.from_hour,
            r.to_hour,
            r.zone,
            r.disabled_at is not None,
            None if r.sealed_chat is None else int(tx.keys.open(r.sealed_chat)),
            None if r.sealed_mail is None else tx.keys.open(r.sealed_mail),
        )
        for r in tx.rows(select(staff).order_by(staff.c.id))
    ]


def role_of(tx: Tx, code: str) -> str:
    """The role of somebody active on the roster; `NoSuchStaff` when nobody has this code."""
    found = tx.first(select(staff.c.role).where(staff.c.code == code, staff.c.disabled_at.is_(None)))
    if found is None:
        raise NoSuchStaff(code)
    return str(found.role)


def readers(tx: Tx) -> list[Reader]:
    """Who reads the chat now in principle: the active roster."""
    return [r for r in everyone(tx) if not r.disabled]
