"""`coach today`, `checklist`, `alert try`, `alert test`, ways to staff, and the secret of the sign of life."""

from __future__ import annotations

import json

from coordinator import alert_tests
from records import alerts, facts, people, post
from records.facts import Where
from records.post import Sent
from records.tables import Outbox, table
from study.facts import RedFlagsAnswered
from tests.clinic import START
from tests.test_commands import Shell, bare, coach

__all__ = ["bare", "coach"]  # fixtures


def somebody(coach: Shell) -> None:
    coach("participant", "add")
    reaches_nobody(coach)


def reaches_nobody(coach: Shell) -> None:
    coach("participant", "add", "--test")
    db = coach.database()
    with db.write() as tx:
        person = people.by_study_id(tx, "P0001")
        people.change(tx, person.id, "test", status="enrolled")
        alerts.raise_(tx, person.id, "lost_contact", 3, 1, START, study_id="P0001")
        flags = RedFlagsAnswered(ticked="", naloxone="no", answered_at=START)
        facts.write(tx, "flags", flags, Where(person.id, "P0001", "test"))
    db.close()


def test_the_morning_is_a_list_for_people_and_an_object_for_scripts(coach: Shell) -> None:
    assert coach("today").stdout == "Participants\nnone\n"
    somebody(coach)
    said = coach.json("today")
    assert [need["kind"] for need in said["participants"]] == ["call", "unreached", "checklist"]
    assert [need["study_id"] for need in said["test_people"]] == ["T0001"]
    shown = coach("today").stdout
    assert "Test people" in shown
    assert "Try 1 of 3" in shown


def test_a_try_says_what_comes_next_and_refusals_say_why(coach: Shell) -> None:
    somebody(coach)
    assert coach("alert", "try", "1", "--result", "no answer", "--who", "dana").stdout.startswith("Try 2 of 3")
    (line,) = coach.json("alert", "list")
    assert "Try 2 of 3" in line["to_do"]
    assert "one of: no answer" in coach.refuses("alert", "try", "1", "--result", "maybe")
    assert "alert 9 does not exist" in coach.refuses("alert", "try", "9", "--result", "spoke")
    assert coach.json("audit", "verify")["whole"]


def test_a_second_contact_is_sealed_shown_where_somebody_has_to_be_reached_and_never_exported(coach: Shell) -> None:
    assert "coach participant contact P0001" in coach("participant", "add").stdout
    reaches_nobody(coach)
    told = "coach participant show P0001"
    assert told not in coach("today", "--json").stdout
    assert "write who and how" in coach("participant", "contact", "P0001", status=1, answers="\n").stderr
    coach("participant", "contact", "P0001", "--who", "dana", answers="her sister Zofia, 555 0100\n")
    assert coach.json("participant", "show", "P0001")["second_contact"] == "her sister Zofia, 555 0100"
    needs = {need["kind"]: need["what"] for need in coach.json("today")["participants"]}
    assert told in needs["call"]
    assert told in needs["unreached"]
    assert told in coach.json("alert", "list")[0]["to_do"]
    coach("export", "--out", str(coach.folder / "out"), "--free-text")
    files = [coach.folder / "coach.sqlite3", *(coach.folder / "out").iterdir()]
    assert [file.name for file in files if b"Zofia" in file.read_bytes()] == []
    coach("participant", "contact", "P0001", "--forget")
    assert coach.json("participant", "show", "P0001")["second_contact"] is None
    assert "no second contact of P0001" in coach.refuses("participant", "contact", "P0001", "--forget")
    coach("participant", "contact", "P0001", answers="his neighbour\n")
    coach("participant", "erase", "P0001", "--yes")
    assert coach.json("participant", "show", "P0001")["second_contact"] is None
    assert "has left the study" in coach("participant", "contact", "P0001", status=1, answers="x\n").stderr
    assert coach.json("audit", "verify")["whole"]


def test_a_checklist_is_shown_and_gone_through(coach: Shell) -> None:
    somebody(coach)
    assert [(line["item"], line["done_by"]) for line in coach.json("checklist", "P0001")] == [("naloxone", None)]
    assert coach.json("participant", "show", "P0001")["checklist"] == ["naloxone"]
    assert "naloxone" in coach("participant", "show", "P0001").stdout
    coach("checklist", "P0001", "--done", "naloxone", "--who", "dana")
    assert coach.json("checklist", "P0001")[0]["done_by"] == "dana"
    assert "is not on the checklist" in coach.refuses("checklist", "P0001", "--done", "co_use")
    assert "no participant P0009" in coach.refuses("checklist", "P0009")


def test_a_test_alert_on_demand_and_a_check_that_names_what_failed(coach: Shell) -> None:
    coach.env |= {"COACH_STAFF_CHAT": "-100", "COACH_SMTP_URL": "smtp://mail.invalid", "COACH_ALERT_MAIL_TO": "a@b.org"}
    coach("staff", "add", "dana", "--name", "Dana", "--chat", "-801", "--mail", "dana@example.org")
    assert coach.json("staff", "list")[0]["mail"] == "dana@example.org"
    assert "coach alert ack 1" in coach("alert", "test", "--who", "dana").stdout
    assert not any(
        "alert test" in gap["what"] for gap in json.loads(coach("check", "--json", status=1).stdout)["missing"]
    )
    db = coach.database()
    with db.read() as tx:
        test = alert_tests.last(tx)
    assert test is not None
    assert [each.name for each in test.channels] == ["chat", "mail", "dana.chat", "dana.mail"]
    with db.write() as tx:
        outbox = table(Outbox)
        letters = [row.id for row in tx.rows(outbox.select().order_by(outbox.c.id))]
        post.claim(tx, letters, 1)
        fates = ("sent", "refused", "sent", "sent")
        post.note(tx, [Sent(one, fate) for one, fate in zip(letters, fates, strict=True)])  # type: ignore[arg-type]
    db.close()
    coach("alert", "ack", "1", "--who", "dana")
    missing = json.loads(coach("check", "--json", status=1).stdout)["missing"]
    assert "alert test: mail: refused" in [gap["what"] for gap in missing]


def test_the_address_of_the_sign_of_life_is_a_secret_and_a_wrong_one_is_named_without_it(bare: Shell) -> None:
    bare.env["COACH_HEARTBEAT_URL"] = "hunter2.example.org/ping"
    line = bare.refuses("participant", "list")
    assert line == "coach: COACH_HEARTBEAT_URL: begins with https://"
    bare.env["COACH_HEARTBEAT_URL"] = None
    (bare.folder / "beat").write_text("https://example.org/ping/hunter2\n")
    bare.env["COACH_HEARTBEAT_URL_FILE"] = str(bare.folder / "beat")
    bare("db", "upgrade")
    assert "hunter2" not in bare("check", status=1).output
