"""A life in tests in which anything happens, and what must hold of every message that nobody asked for.

Each look at the outbox notes the new prompts with what was true of the person then; `Life.proved` looks at the whole.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any

from bot.node import Node
from bot.studio.faults import Fate
from coordinator import enrolling
from records import due, meta, people
from records.due import FINAL
from records.person import person_of, protocol_of
from records.tables import DueItem, Inbox, Outbox, table
from study.person import local_at
from study.prompting import cap_of
from study.view import instant_of
from tests.clinic import Clinic, Patient
from tests.living import books

items, letters, inbox = table(DueItem), table(Outbox), table(Inbox)
ASKED_FOR = ("again", "visit_again", "session_again", "check_back", "step")
OF_OURS = ("outage", "allocated", "patch_assumed")
"""Told because of what we or staff did; each keeps quiet hours, and counts for what comes after it."""
SPACING, SPACING_OF_A_DOSE = timedelta(minutes=90), timedelta(minutes=30)
FIRST_CATCHING_UP, CATCHING_UP = timedelta(minutes=25), timedelta(hours=2)


@dataclass(frozen=True)
class Sent:
    """A prompt, with what was true when it was first seen in the outbox: a moment after it was written."""

    number: int
    item: str
    at: datetime
    local: datetime
    today: int
    cap: int
    quiet: bool
    silent: bool
    status: str
    hold: str | None
    on_break: bool

    @property
    def unasked(self) -> bool:
        return self.item not in ASKED_FOR


class Life:
    """One person of a clinic, P0001, and the machine that runs it."""

    def __init__(self, clinic: Clinic, patient: Patient) -> None:
        self.clinic, self.patient = clinic, patient
        self.sent: list[Sent] = []
        self.stepped_back = False
        self.gone_at: datetime | None = None
        self.rolled_at = clinic.clock()
        self.look()

    # --- what happens

    async def does(self, kind: str, what: Any) -> None:
        await getattr(self, f"_{kind}")(what)
        await self.clinic.settle()
        self._heard_nothing_new()
        if self.clinic.clock() - self.rolled_at >= timedelta(days=1):
            await self._roll()
        self.look()
        self.no_input_broke()

    async def _roll(self) -> None:
        await self.clinic.node.roll()
        self.rolled_at = self.clinic.clock()

    def _heard_nothing_new(self) -> None:
        """An empty poll is noted, as by a process that polls all the time."""
        with self.clinic.database.write("study") as tx:
            meta.polled(tx, self.clinic.node.world.bot)

    async def _days(self, told: tuple[int, str]) -> None:
        """Days with the nightly roll: `silent`, `writes` a line a day, or `answers` what comes."""
        count, style = told
        for _ in range(count):
            if style == "writes" and not self.blocked:
                await self.patient.says("/help")
            await self._until(self.clinic.clock() + timedelta(days=1), answers=style == "answers")
            await self._roll()
            self._heard_nothing_new()
            self.look()

    async def _until(self, at: datetime, *, answers: bool = False) -> None:
        """Nothing comes late: as `Clinic.passes`, with a look after each instant."""
        clinic = self.clinic
        while clinic.clock() < at:
            with clinic.database.read() as tx:
                next_at = due.next_due_at(tx)
            clinic.clock.at = min(at, max(clinic.clock(), next_at)) if next_at is not None else at
            clinic.node.last_poll_at = clinic.clock()
            before = len(self.sent)
            await clinic.settle()
            self.look()
            if answers and len(self.sent) > before:
                await self._tap(0)

    async def _tap(self, number: int) -> None:
        buttons = self.patient.buttons
        if buttons and not self.blocked:
            await self.patient.taps(buttons[number % len(buttons)])

    async def _tries(self, acts: tuple[str, ...]) -> None:
        """Says and taps as long as there is such a button."""
        for act in acts:
            if self.blocked:
                return
            if act.startswith(">"):
                await self.patient.says(act[1:])
            elif act in self.patient.buttons:
                await self.patient.taps(act)
            else:
                return

    async def _restart(self, _: None) -> None:
        old = self.clinic.node
        node = Node(old.storage, old.bot, old.world, old.pacer, parcels=old.parcels, at=old.at)
        node.offset = old.offset
        self.clinic.node = node
        await node.start()

    async def _away(self, hours: float) -> None:
        """The machine is off for so long; what comes at once when it is back is at most one message."""
        self.clinic.clock.move(hours=hours)
        self.look()
        before = len(self.sent)
        await self._restart(None)
        await self.clinic.settle()
        self.look()
        assert len(self.sent) - before <= 1, [each.item for each in self.sent[before:]]
        back = self.clinic.clock()
        await self._until(back + FIRST_CATCHING_UP)
        at_once = [each for each in self.sent[before:] if each.unasked]
        assert len(at_once) <= 1, [each.item for each in at_once]
        await self._until(back + CATCHING_UP)
        told = [m for m in self.patient.person.messages if m.from_bot and m.text.startswith("I was away for a while.")]
        assert sum(m.at >= back for m in told) <= 1, [m.text for m in told]

    async def _jumps(self, seconds: float) -> None:
        """The clock of the machine is set right, forwards or a little back."""
        self.stepped_back |= seconds < 0
        self.clinic.clock.move(seconds=seconds)

    async def _no_line(self, hours: float) -> None:
        """Telegram cannot be reached for so long, while the machine runs."""
        self.clinic.pretend.faults.next(Fate.REFUSED, 10**6, None)
        until = self.clinic.clock() + timedelta(hours=hours)
        while self.clinic.clock() < until:
            self.clinic.clock.move(minutes=20)
            await self.clinic.node.sweep()
            await self.clinic.node.sender.drain()
            self.look()
        self.clinic.pretend.faults.clear()
        before = self.read
        self.clinic.clock.move(seconds=5)
        await self.clinic.settle()
        assert self.read - before <= 1, "a burst when the line is back"

    async def _blocks(self, _: None) -> None:
        if not self.blocked:
            self.patient.person.blocks()

    async def _unblocks(self, _: None) -> None:
        before = self.read
        self.patient.person.unblocks()
        await self.clinic.settle()
        assert self.read == before, "a burst after they unblocked"

    async def _hold(self, reason: str | None) -> None:
        if not self.gone_at:
            enrolling.hold(self.clinic.database, "P0001", reason, "dana")

    async def _withdraw(self, level: str) -> None:
        if not self.gone_at:
            enrolling.withdraw(self.clinic.database, "P0001", level, "dana")
            self.gone_at = self.clinic.clock()

    # --- what is seen

    @property
    def blocked(self) -> bool:
        return self.patient.person.has_blocked

    @property
    def read(self) -> int:
        """How many messages of the bot the person has."""
        return len([m for m in self.patient.person.messages if m.from_bot])

    def look(self) -> None:
        """Note what was written to the person unasked since the last look."""
        known = self.sent[-1].number if self.sent else 0
        fresh = letters.select().where(letters.c.kind == "prompt", letters.c.id > known).order_by(letters.c.id)
        rows = self.clinic.rows(fresh)
        if rows:
            with self.clinic.database.read() as tx:
                person = people.by_study_id(tx, "P0001")
                cap = cap_of(protocol_of(person), person_of(tx, person))
            for row in rows:
                self.sent.append(self._seen(row, person, cap))

    def _seen(self, row: Any, person: Any, cap: int) -> Sent:
        local = local_at(row.created_at, person.zone)
        midnight = instant_of(datetime.combine(local.date(), time()), person.zone)
        body = self.clinic.database.keys.open_json(row.sealed_body)
        before = [each for each in self.sent if each.at >= midnight and each.unasked]
        return Sent(
            row.id,
            self._item(row),
            row.created_at,
            local,
            len(before) + 1,
            cap,
            self._is_quiet(local.time(), person),
            bool(body.get("disable_notification")),
            person.status,
            person.hold,
            person.break_until is not None and person.break_until > row.created_at,
        )

    def _item(self, row: Any) -> str:
        if row.due_item_id is None:
            return "away"
        (found,) = self.clinic.rows(items.select().where(items.c.id == row.due_item_id))
        return str(found.item)

    def _is_quiet(self, at: time, person: Any) -> bool:
        start, end = time.fromisoformat(person.quiet_from), time.fromisoformat(person.quiet_to)
        return start <= at < end if start <= end else at >= start or at < end

    def no_input_broke(self) -> None:
        broken = self.clinic.rows(inbox.select().where(inbox.c.state == "set_aside"))
        assert not broken, self.clinic.database.keys.open(broken[0].sealed_error)
        stumbled = self.clinic.rows(items.select().where(items.c.reason.in_(("KeyError", "LookupError"))))
        assert not stumbled, [(row.item, row.reason) for row in stumbled]

    # --- what must hold

    def proved(self) -> None:
        """The books agree with the protocol, every row has its end, and no rule of a message was broken."""
        assert books(self.clinic) == []
        self._every_row_has_its_end()
        self._no_occurrence_twice()
        self._nobody_was_woken()
        for each in self.sent:
            if each.unasked:
                self._kept_the_rules(each)
        self._apart()

    def _every_row_has_its_end(self) -> None:
        now = self.clinic.clock()
        for row in self.clinic.rows(items.select()):
            if row.state in FINAL:
                assert row.final_at is not None, row
            else:
                assert row.final_at is None, row
                assert row.state == "sent" or row.look_at > now, f"{row.item} {row.due_local} was passed over"
                assert self._may_still_be_answered(row, now), f"{row.item} {row.due_local} has no end"

    def _may_still_be_answered(self, row: Any, now: datetime) -> bool:
        if row.state == "pending":
            return True
        ends_at = row.latest_at if row.item.startswith("visit.") else row.sent_at + timedelta(days=2)
        return ends_at is None or bool(now <= ends_at)

    def _no_occurrence_twice(self) -> None:
        rows = self.clinic.rows(letters.select().where(letters.c.kind == "prompt"))
        assert max(Counter(row.occurrence for row in rows if row.occurrence).values(), default=1) == 1
        assert max(Counter(row.due_item_id for row in rows if row.due_item_id).values(), default=1) == 1

    def _nobody_was_woken(self) -> None:
        """What had to wait for the line did not come in the night."""
        for row in self.clinic.rows(letters.select().where(letters.c.kind == "prompt", letters.c.state == "sent")):
            (item,) = self.clinic.rows(items.select().where(items.c.id == row.due_item_id)) or (None,)
            if item is not None and item.item not in OF_OURS and row.sent_at - row.created_at > timedelta(minutes=1):
                assert 7 <= local_at(row.sent_at, item.zone).hour < 22, f"{item.item} came at {row.sent_at}"

    def _kept_the_rules(self, each: Sent) -> None:
        assert self.gone_at is None or each.at <= self.gone_at, f"{each} went to somebody who left"
        assert each.status == "enrolled", each
        assert each.hold is None, each
        assert not each.on_break, each
        assert each.today <= each.cap, f"{each} is one too many"
        assert not each.quiet or (each.item == "pre_dose" and each.silent), f"{each} in quiet hours"

    def _apart(self) -> None:
        if self.stepped_back:
            return
        for earlier, later in pairwise(self.sent):
            if later.unasked and later.item not in OF_OURS:
                least = SPACING_OF_A_DOSE if later.item == "pre_dose" else SPACING
                assert later.at - earlier.at >= least, f"{later} too soon after {earlier}"
