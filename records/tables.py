"""The tables of people, talks, post and time. Facts have their own module.

Rows never leave this room: other rooms get frozen values. The database repeats the rules (NOT NULL, UNIQUE, CHECK).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Column, Index, LargeBinary, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

# a rule without a name cannot be changed by a later migration
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}


def one_of(column: str, *values: str) -> CheckConstraint:
    """A CHECK that a column holds one of the words named."""
    words = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


def sealed(*, nullable: bool = False) -> Any:
    """A column of encrypted bytes."""
    return Field(default=None, sa_column=Column(LargeBinary, nullable=nullable))


class Participant(SQLModel, table=True):
    """One person in the study, under the study id; no identity is kept here."""

    __table_args__: ClassVar[Any] = (
        one_of("status", "invited", "enrolled", "prompts_stopped", "stopped", "data_removed", "declined"),
        one_of("arm", "mbt", "cbt"),
    )

    id: int | None = Field(default=None, primary_key=True)
    study_id: str = Field(unique=True)
    site: str = "main"
    arm: str | None = None
    test: bool = False
    language: str = "en"
    zone: str = "UTC"
    quiet_from: str = "21:00"
    quiet_to: str = "08:00"
    discreet: bool = False
    status: str = "invited"
    hold: str | None = None
    protocol_version: str = "1"
    created_at: datetime
    enrolled_on: date | None = None
    enrolled_at: datetime | None = None
    allocated_on: date | None = None
    break_until: datetime | None = None
    calm_since: datetime | None = None
    last_heard_at: datetime | None = None
    home_zone: str | None = None
    completed_on: date | None = None


class Chat(SQLModel, table=True):
    """One Telegram chat that is or was linked to a participant; found by the keyed hash of its id."""

    chat_hash: str = Field(primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    sealed_chat: bytes = sealed()
    active: bool = True
    linked_at: datetime
    unreachable_at: datetime | None = None
    menu_message_id: int | None = None


class Stranger(SQLModel, table=True):
    """Wrong enrolment codes of a chat that belongs to nobody: how many, since when."""

    chat_hash: str = Field(primary_key=True)
    tries: int = 0
    since: datetime


class Invitation(SQLModel, table=True):
    """A single-use way in: the hash of the link's token and of the code that can be typed."""

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    token_hash: str = Field(unique=True)
    code_hash: str = Field(unique=True)
    expires_at: datetime
    used_at: datetime | None = None
    relink: bool = False


class ConversationRow(SQLModel, table=True):
    """One talk: its replies (sealed), the open question, and its place among the other talks."""

    __tablename__ = "conversation"
    __table_args__: ClassVar[Any] = (
        one_of("state", "front", "parked", "ended", "expired", "stopped", "broken"),
        Index(
            "one_front_talk",
            "participant_id",
            unique=True,
            sqlite_where=text("state = 'front'"),
            postgresql_where=text("state = 'front'"),
        ),
        # buttons in a chat outlive an erased talk: its number is never given again
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    talk: str
    release: str
    state: str
    sealed_log: bytes = sealed()
    ask_seq: int = 0
    ask_key: str | None = None
    ticked: str = ""
    repeats: int = 0
    started_at: datetime
    touched_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None


class Inbox(SQLModel, table=True):
    """Every update that reached us, before anything is done with it; the raw text goes after some days."""

    __table_args__: ClassVar[Any] = (
        UniqueConstraint("bot", "update_id", name="received_once"),
        one_of("state", "open", "done", "set_aside"),
        Index("inbox_open", "seq", sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
    )

    seq: int | None = Field(default=None, primary_key=True)
    bot: str
    update_id: int
    sealed_raw: bytes | None = sealed(nullable=True)
    received_at: datetime
    delayed: bool = False
    state: str = "open"
    done_at: datetime | None = None
    sealed_error: bytes | None = sealed(nullable=True)


class Outbox(SQLModel, table=True):
    """Every message we mean to send: what, to whom, how urgent, and what became of it."""

    __table_args__: ClassVar[Any] = (
        one_of("kind", "emergency", "answer", "step", "prompt", "staff", "mail"),
        one_of("state", "waiting", "sending", "sent", "refused", "unknown", "cancelled"),
        one_of("doubt", "once_more", "never"),
        Index(
            "outbox_waiting",
            "priority",
            "id",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    bot: str
    participant_id: int | None = Field(default=None, foreign_key="participant.id", index=True)
    sealed_chat: bytes = sealed()
    chat_hash: str
    kind: str
    priority: int
    method: str
    message_key: str
    catalogue_version: str
    sealed_body: bytes | None = sealed(nullable=True)
    occurrence: str | None = Field(default=None, unique=True)
    doubt: str
    state: str = "waiting"
    not_before: datetime | None = None
    not_after: datetime | None = None
    fence: int | None = None
    attempts: int = 0
    doubted: bool = False
    message_id: int | None = None
    conversation_id: int | None = None
    due_item_id: int | None = None
    created_at: datetime
    sent_at: datetime | None = None
    reason: str | None = None


class DueItem(SQLModel, table=True):
    """Something that is due: one row an occurrence, which ends in exactly one final state.

    `look_at`: when its turn comes, which may be put off; `due_at` stays.
    """

    __tablename__ = "due_item"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("participant_id", "item", "occurrence", name="due_once"),
        one_of(
            "state",
            "pending",
            "sent",
            "answered",
            "answered_late",
            "skipped",
            "expired",
            "cancelled",
            "undeliverable",
            "superseded",
        ),
        Index(
            "due_pending",
            "look_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    item: str
    occurrence: str
    due_at: datetime
    look_at: datetime
    due_local: str
    zone: str
    latest_at: datetime | None = None
    protocol_version: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "pending"
    sent_at: datetime | None = None
    final_at: datetime | None = None
    reason: str | None = None


class DueEnd(SQLModel, table=True):
    """How a due item stood at an end that did not last: it was wanted again, or answered after all, at `until`."""

    __tablename__ = "due_end"

    id: int | None = Field(default=None, primary_key=True)
    due_item_id: int = Field(foreign_key="due_item.id", index=True)
    due_at: datetime
    due_local: str
    zone: str
    state: str
    final_at: datetime
    reason: str | None = None
    until: datetime


class PlanBasis(SQLModel, table=True):
    """What a plan was made from, since when: zone, hours, dates, dosing times as they were then."""

    __tablename__ = "plan_basis"

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participant.id", index=True)
    since: datetime
    person: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class AlertRow(SQLModel, table=True):
    """A safety alert: one open per person and rule."""

    __tablename__ = "alert"
    __table_args__: ClassVar[Any] = (
        one_of("state", "open", "acknowledged", "closed"),
        Index(
            "one_open_alert",
            "participant_id",
            "rule",
            unique=True,
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
        Index(
            "alert_to_escalate",
            "escalate_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int | None = Field(default=None, foreign_key="participant.id", index=True)
    tier: int
    rule: str
    rule_version: int
    event_at: datetime
    aware_at: datetime
    times: int = 1
    state: str = "open"
    entity: str | None = None
    escalate_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None


class AlertNote(SQLModel, table=True):
    """What was added to an alert: by the person, by staff, or because an entry was corrected."""

    __tablename__ = "alert_note"

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    at: datetime
    author: str
    sealed_text: bytes = sealed()


class Staff(SQLModel, table=True):
    """Who reads what and when; names are sealed."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    sealed_name: bytes = sealed()
    role: str
    days: str
    from_hour: str
    to_hour: str
    zone: str
    sealed_chat: bytes | None = sealed(nullable=True)
    sealed_mail: bytes | None = sealed(nullable=True)
    disabled_at: datetime | None = None


class AuditEntry(SQLModel, table=True):
    """One link of an audit chain; content stands as a salted hash, so erasure keeps the chain whole."""

    __tablename__ = "audit"
    __table_args__: ClassVar[Any] = (UniqueConstraint("chain", "seq", name="one_place_each"),)

    id: int | None = Field(default=None, primary_key=True)
    chain: str
    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    content_hash: str
    previous: str
    link: str


class AuditHead(SQLModel, table=True):
    """The last link of each chain."""

    __tablename__ = "audit_head"

    chain: str = Field(primary_key=True)
    seq: int
    link: str


class SuppliedText(SQLModel, table=True):
    """The wording of an instrument that the site holds the rights to, as it was imported; the newest of each counts."""

    __tablename__ = "supplied_text"

    id: int | None = Field(default=None, primary_key=True)
    instrument: str = Field(index=True)
    body: str
    sha256: str
    imported_at: datetime
    imported_by: str
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None


class Meta(SQLModel, table=True):
    """Small values of the installation: the bot's fence number, the last sweep, the offset of a rehearsal clock."""

    name: str = Field(primary_key=True)
    value: str


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model, for Core statements."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found
