"""The first tables: people, talks, post, time, safety, audit, and one table for each kind of fact."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables. A way back there is none: it would be restoring a backup."""
    _people()
    _talks_and_post()
    _time_and_safety()
    _study()
    _medicines_and_doses()
    _pauses_and_practice()
    _other_facts()


def _people() -> None:
    _table(
        "participant",
        *_text("study_id", "site"),
        *_text("arm", null=True),
        *_yes_no("test"),
        *_text("language", "zone", "quiet_from", "quiet_to"),
        *_yes_no("discreet"),
        *_text("status"),
        *_text("hold", null=True),
        *_text("protocol_version"),
        *_instant("created_at"),
        *_day("enrolled_on", null=True),
        *_instant("enrolled_at", "break_until", "calm_since", "last_heard_at", null=True),
        _once("study_id", name="uq_participant_study_id"),
        _one_of("arm", "mbt", "cbt"),
        _one_of("status", "invited", "enrolled", "prompts_stopped", "stopped", "data_removed", "declined"),
    )
    _table(
        "chat",
        *_text("chat_hash"),
        *_whole("participant_id"),
        *_sealed("sealed_chat"),
        *_yes_no("active"),
        *_instant("linked_at"),
        *_instant("unreachable_at", null=True),
        *_whole("menu_message_id", null=True),
        key="chat_hash",
    )
    _table("stranger", *_text("chat_hash"), *_whole("tries"), *_instant("since"), key="chat_hash")
    _table(
        "invitation",
        *_whole("participant_id"),
        *_text("token_hash", "code_hash"),
        *_instant("expires_at"),
        *_instant("used_at", null=True),
        *_yes_no("relink"),
        _once("token_hash", name="uq_invitation_token_hash"),
        _once("code_hash", name="uq_invitation_code_hash"),
    )


def _talks_and_post() -> None:
    _table(
        "conversation",
        *_whole("participant_id"),
        *_text("talk", "release", "state"),
        *_sealed("sealed_log"),
        *_whole("ask_seq"),
        *_text("ask_key", null=True),
        *_text("ticked"),
        *_whole("repeats"),
        *_instant("started_at", "touched_at", "expires_at"),
        *_instant("ended_at", null=True),
        _one_of("state", "front", "parked", "ended", "expired", "stopped", "broken"),
        sqlite_autoincrement=True,
    )
    _index("one_front_talk", "conversation", "participant_id", unique=True, where="state = 'front'")
    _table(
        "inbox",
        *_whole("seq"),
        *_text("bot"),
        *_whole("update_id"),
        *_sealed("sealed_raw", null=True),
        *_instant("received_at"),
        *_yes_no("delayed"),
        *_text("state"),
        *_instant("done_at", null=True),
        *_sealed("sealed_error", null=True),
        _once("bot", "update_id", name="received_once"),
        _one_of("state", "open", "done", "set_aside"),
        key="seq",
    )
    _index("inbox_open", "inbox", "seq", where="state = 'open'")
    _table(
        "outbox",
        *_text("bot"),
        *_whole("participant_id", null=True),
        *_sealed("sealed_chat"),
        *_text("chat_hash", "kind"),
        *_whole("priority"),
        *_text("method", "message_key", "catalogue_version"),
        *_sealed("sealed_body", null=True),
        *_text("occurrence", null=True),
        *_text("doubt", "state"),
        *_instant("not_before", null=True),
        *_whole("fence", null=True),
        *_whole("attempts"),
        *_yes_no("doubted"),
        *_whole("message_id", "conversation_id", "due_item_id", null=True),
        *_instant("created_at"),
        *_instant("sent_at", null=True),
        *_text("reason", null=True),
        _once("occurrence", name="uq_outbox_occurrence"),
        _one_of("kind", "emergency", "answer", "step", "prompt", "staff", "mail"),
        _one_of("doubt", "once_more", "never"),
        _one_of("state", "waiting", "sending", "sent", "refused", "unknown", "cancelled"),
    )
    _index("outbox_waiting", "outbox", "priority", "id", where="state IN ('waiting', 'sending')")


def _time_and_safety() -> None:
    due_states = ("pending", "sent", "answered", "answered_late", "skipped", "expired")
    _table(
        "due_item",
        *_whole("participant_id"),
        *_text("item", "occurrence"),
        *_instant("due_at"),
        *_text("due_local", "zone"),
        *_instant("latest_at", null=True),
        *_text("protocol_version"),
        *_columns(sa.JSON(), "payload"),
        *_text("state"),
        *_instant("sent_at", "final_at", null=True),
        *_text("reason", null=True),
        _once("participant_id", "item", "occurrence", name="due_once"),
        _one_of("state", *due_states, "cancelled", "undeliverable", "superseded"),
    )
    _index("due_pending", "due_item", "due_at", where="state = 'pending'")
    _table(
        "alert",
        *_whole("participant_id", null=True),
        *_whole("tier"),
        *_text("rule"),
        *_whole("rule_version"),
        *_instant("event_at", "aware_at"),
        *_whole("times"),
        *_text("state"),
        *_text("entity", null=True),
        *_instant("acknowledged_at", null=True),
        *_text("acknowledged_by", null=True),
        *_instant("closed_at", null=True),
        *_text("closed_by", null=True),
        _one_of("state", "open", "acknowledged", "closed"),
    )
    _index("one_open_alert", "alert", "participant_id", "rule", unique=True, where="state != 'closed'")
    _table(
        "alert_note",
        *_whole("alert_id"),
        *_instant("at"),
        *_text("author"),
        *_sealed("sealed_text"),
        _points("alert_note", "alert_id", "alert"),
    )
    _index("ix_alert_note_alert_id", "alert_note", "alert_id")


def _study() -> None:
    _table(
        "staff",
        *_text("code"),
        *_sealed("sealed_name"),
        *_text("role", "days", "from_hour", "to_hour", "zone"),
        *_instant("disabled_at", null=True),
        _once("code", name="uq_staff_code"),
    )
    _table(
        "audit",
        *_text("chain"),
        *_whole("seq"),
        *_instant("at"),
        *_text("actor", "action", "subject", "content_hash", "previous", "link"),
        _once("chain", "seq", name="one_place_each"),
    )
    _table("audit_head", *_text("chain"), *_whole("seq"), *_text("link"), key="chain")
    _table("meta", *_text("name", "value"), key="name")


def _medicines_and_doses() -> None:
    _facts(
        "medicine",
        *_sealed("nickname"),
        *_text("product", "form"),
        *_number("strength"),
        *_text("unit", "schedule"),
        *_number("usual_count", "max_per_day", null=True),
        *_text("times"),
        *_day("starts_on"),
        *_day("ends_on", null=True),
        *_text("change"),
        *_sealed("reason", null=True),
        *_yes_no("confirmed"),
        *_text("source"),
        _one_of("schedule", "scheduled", "as_needed"),
    )
    _facts(
        "dose",
        *_text("medicine", "product", "form"),
        *_number("strength"),
        *_text("unit"),
        *_number("count", null=True),
        *_text("status"),
        *_instant("taken_at", null=True),
        *_text("taken_local", null=True),
        *_text("zone", "time_quality"),
        *_text("pause", null=True),
        *_text("source"),
        _one_of("status", "taken", "missed", "not_sure"),
        sa.CheckConstraint("count > 0", name="count_positive"),
        sa.CheckConstraint("status = 'taken' OR count IS NULL", name="count_only_when_taken"),
    )
    _index("ix_dose_medicine", "dose", "medicine")
    _index("ix_dose_pause", "dose", "pause")
    _facts(
        "patch_wear",
        *_text("medicine", "product"),
        *_number("strength"),
        *_text("unit"),
        *_instant("put_on_at"),
        *_text("put_on_local"),
        *_instant("removed_at", null=True),
        *_text("removed_local", null=True),
        *_text("removal", "zone"),
        *_text("pause", null=True),
        *_text("source"),
        _one_of("removal", "wearing", "taken_off", "fell_off", "assumed"),
    )


def _pauses_and_practice() -> None:
    _facts(
        "pause_begun",
        *_text("medicine", null=True),
        *_whole("pain", "urge", null=True),
        *_text("nature", null=True),
        *_text("missing"),
        *_instant("started_at"),
        *_text("started_local", "zone"),
        *_rated(),
    )
    _facts(
        "exercise_led",
        *_text("pause", null=True),
        *_text("exercise"),
        *_whole("seconds"),
        *_yes_no("completed"),
        *_text("ended"),
        *_instant("done_at"),
        *_text("done_local", "zone"),
        sa.CheckConstraint("seconds >= 0", name="seconds_positive"),
    )
    _index("ix_exercise_led_pause", "exercise_led", "pause")
    _facts(
        "pause_ended",
        *_text("pause"),
        *_whole("pain", "urge", null=True),
        *_text("decision", null=True),
        *_text("missing"),
        *_instant("ended_at"),
        *_rated(),
        _one_of("decision", "took", "later", "not_needed", "rather_not_say"),
    )
    _index("ix_pause_ended_pause", "pause_ended", "pause")
    _facts(
        "pain_rating",
        *_whole("pain"),
        *_whole("urge", null=True),
        *_instant("rated_at"),
        *_text("rated_local", "zone"),
        *_rated(),
    )
    _facts(
        "practice",
        *_text("exercise", null=True),
        *_whole("minutes"),
        *_instant("done_at"),
        *_text("done_local", "zone", "source"),
        _within("minutes", 1, 1440),
    )


def _other_facts() -> None:
    answers = _one_of("answer", "agreed", "declined", "withdrawn")
    _facts("consent", *_text("version", "language", "sha256", "answer"), *_instant("at"), answers)
    _facts(
        "adverse_event",
        *_sealed("description"),
        *_text("related_to", "severity", null=True),
        *_yes_no("serious", null=True),
        *_day("began_on", null=True),
        *_instant("aware_at"),
    )
    _facts("note", *_sealed("text"), *_yes_no("to_team"), *_text("about", null=True), *_instant("written_at"))
    _facts("red_flags", *_text("ticked"), *_text("naloxone", null=True), *_instant("answered_at"))
    chosen = _text("zone", "quiet_from", "quiet_to", "language", null=True)
    _facts("settings_change", *chosen, *_yes_no("discreet", null=True))
    _facts("enrolment", *_day("on"))
    _facts("break_taken", *_whole("days"), *_instant("until"), _within("days", 0, 14))
    _facts("held", *_text("reason", null=True), *_instant("at"), _one_of("reason", "hospital"))
    levels = _one_of("level", "prompts", "study", "data")
    _facts("withdrawal", *_text("level"), *_sealed("reason", null=True), levels)
    _facts("check_back", *_text("medicine", "pause"), *_instant("due_at"))
    _facts("alert_raised", *_text("rule"), *_instant("event_at"), *_sealed("detail"), *_text("about", null=True))
    _facts("safe_again", *_instant("at"))


def _facts(name: str, *parts: Any) -> None:
    """The table of one kind of fact: a row a revision, with who, when and why."""
    _table(
        name,
        *_text("entity"),
        *_whole("revision", "participant_id"),
        *_text("state"),
        *_whole("conversation_id", null=True),
        *_text("step"),
        *_whole("update_id", null=True),
        *_instant("recorded_at"),
        *_text("recorded_by"),
        *_text("why", null=True),
        *_text("salt"),
        *parts,
        _once("entity", "revision", name=f"uq_{name}_entity_revision"),
        _one_of("state", "recorded", "voided"),
    )


def _table(name: str, *parts: Any, key: str = "id", **options: Any) -> None:
    """A table; `participant_id` points at its participant and is indexed wherever it stands."""
    own = _whole("id") if key == "id" else []
    personal = any(part.name == "participant_id" for part in parts)
    rules = [_points(name, "participant_id", "participant")] if personal else []
    op.create_table(name, *own, *parts, sa.PrimaryKeyConstraint(key, name=f"pk_{name}"), *rules, **options)
    if personal:
        _index(f"ix_{name}_participant_id", name, "participant_id")


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    only = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=only, postgresql_where=only)


def _points(table: str, column: str, at: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{at}.id"], name=f"fk_{table}_{column}")


def _once(*columns: str, name: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=name)


def _one_of(column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _within(column: str, low: int, high: int) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_in_range")


def _rated() -> list[sa.CheckConstraint]:
    return [_within("pain", 0, 10), _within("urge", 0, 10)]


def _columns(kind: Any, *names: str, null: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=null) for name in names]


def _text(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.String(), *names, null=null)


def _whole(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.Integer(), *names, null=null)


def _number(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.Float(), *names, null=null)


def _yes_no(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.Boolean(), *names, null=null)


def _sealed(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.LargeBinary(), *names, null=null)


def _day(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.Date(), *names, null=null)


def _instant(*names: str, null: bool = False) -> list[sa.Column[Any]]:
    return _columns(sa.DateTime(timezone=True), *names, null=null)
