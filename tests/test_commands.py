"""The command line as coordinators and scripts use it: every command, its refusals, its exit status, its secrets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import struct
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import structlog
import zxingcpp
from typer.testing import CliRunner, Result

from bot.commands.app import app as all_commands
from bot.studio.http import telegram_app
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram
from records import alerts, facts, people
from records.database import Database
from records.facts import Where
from records.sealed import Keyring
from study.facts import ConsentGiven, DoseTaken, MedicineEpisode, Note
from tests.clinic import KEY, START, Clock
from tests.databases import Shelf
from tests.ports import free_port
from tests.samples import SAMPLES

COACH = all_commands()
ROOT = Path(__file__).parent.parent
GUARD_SECONDS = 30.0


@dataclass
class Shell:
    """A terminal in an empty folder, with the environment of one installation."""

    folder: Path
    env: dict[str, str | None]

    def __call__(self, *words: str, status: int = 0, answers: str | None = None) -> Result:
        """Run `coach` with these words; it must end with this status."""
        done = CliRunner().invoke(COACH, list(words), env=self.env, input=answers)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        assert done.exit_code == status, done.output
        return done

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json").stdout)

    def refuses(self, *words: str) -> str:
        """Run a command that is refused: status 1, one line on stderr, nothing on stdout; gives the line."""
        done = self(*words, status=1)
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        return line

    def database(self) -> Database:
        return Database(str(self.env["COACH_DATABASE_URL"]), Keyring(KEY), Clock())


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command sends its logs to its own stderr, which is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A terminal before `coach db upgrade`."""
    for name in os.environ:
        if name.startswith("COACH_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    url = f"sqlite:///{tmp_path / 'coach.sqlite3'}"
    return Shell(tmp_path, {"COACH_DATABASE_URL": url, "COACH_SECRET_KEY": KEY, "COACH_BOT_USERNAME": "pause_bot"})


@pytest.fixture
def coach(bare: Shell, shelf: Shelf) -> Shell:
    """A terminal with a database."""
    shelf.lay(bare.folder / "coach.sqlite3")
    return bare


# the database


def test_the_tables_are_made_once(bare: Shell) -> None:
    assert bare("db", "upgrade").stdout.startswith("upgraded: ")
    assert bare("db", "upgrade").stdout.startswith("nothing to do")
    assert bare.json("db", "upgrade")["applied"] == []


def test_before_that_every_command_says_what_to_run(bare: Shell) -> None:
    for words in (("participant", "list"), ("alert", "list"), ("staff", "list"), ("export", "--out", "x")):
        assert bare.refuses(*words).endswith("run: coach db upgrade")


# participants


def picture(file: Path) -> memoryview:
    """The grey pixels of a PNG of one bit a pixel, as rows."""
    raw = file.read_bytes()
    width, height, depth = struct.unpack(">IIB", raw[16:25])
    assert depth == 1
    at, packed = 8, b""
    while at < len(raw):
        (length,) = struct.unpack(">I", raw[at : at + 4])
        packed += raw[at + 8 : at + 8 + length] if raw[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    plain, stride = zlib.decompress(packed), (width + 7) // 8 + 1
    lines = [bytes(stride - 1)]
    for y in range(height):
        kind, row = plain[y * stride], plain[y * stride + 1 : (y + 1) * stride]
        assert kind in (0, 2), "as it is, or the difference to the row above"
        lines.append(bytes((a + b) % 256 for a, b in zip(row, lines[-1], strict=True)) if kind else row)
    grey = bytes(255 * (line[x // 8] >> (7 - x % 8) & 1) for line in lines[1:] for x in range(width))
    return memoryview(grey).cast("B", (height, width))


def test_a_new_participant_gets_a_link_a_code_and_a_qr_code_that_says_the_link(coach: Shell) -> None:
    file = coach.folder / "ann.png"
    way = coach.json("participant", "add", "--arm", "mbt", "--test", "--qr", str(file))
    assert way["study_id"] == "T0001"
    assert way["link"].startswith("https://t.me/pause_bot?start=")
    assert len(way["code"].replace("-", "")) == people.CODE_LENGTH
    seen = zxingcpp.read_barcode(picture(file))
    assert seen is not None
    assert seen.text == way["link"]


def test_a_telegram_link_says_no_more_than_telegram_allows(coach: Shell) -> None:
    token = coach.json("participant", "add")["link"].split("start=")[1]
    assert 1 <= len(token) <= 64
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def test_without_a_file_name_the_qr_codes_of_two_people_are_two_files(coach: Shell) -> None:
    files = [coach.json("participant", "add")["qr"] for _ in range(2)]
    assert len(set(files)) == 2
    assert all((coach.folder / name).exists() for name in files)


def test_people_are_listed_and_shown_with_their_medicines(coach: Shell) -> None:
    coach("participant", "add", "--site", "main")
    coach("participant", "medicine", "P0001", "--product", "Oxycodone", "--form", "tablet", "--strength", "5")
    (listed,) = coach.json("participant", "list")
    assert (listed["study_id"], listed["site"], listed["status"], listed["linked"]) == (
        "P0001",
        "main",
        "invited",
        False,
    )
    assert "arm" not in listed, "a list tells no arm"
    (medicine,) = coach.json("participant", "show", "P0001")["medicines"]
    assert (medicine["product"], medicine["strength"], medicine["confirmed"]) == ("oxycodone", 5, True)
    assert "oxycodone" in coach("participant", "show", "P0001").stdout
    assert "P0001" in coach("participant", "list").stdout


def test_nobody_is_listed_as_none(coach: Shell) -> None:
    assert coach("participant", "list").stdout.strip() == "none"
    assert coach.json("participant", "list") == []


def test_a_new_phone_gets_a_new_way_in_and_the_old_one_ends(coach: Shell) -> None:
    first = coach.json("participant", "add")
    second = coach.json("participant", "relink", "P0001")
    assert second["study_id"] == "P0001"
    assert second["link"] != first["link"]
    with coach.database().read() as tx:
        old = people.invitation(tx, first["code"])
    assert old is not None
    assert old.expires_at <= old.expires_at.now(old.expires_at.tzinfo)


def test_somebody_is_put_on_hold_and_goes_on_again(coach: Shell) -> None:
    coach("participant", "add")
    coach("participant", "hold", "P0001", "hospital", "--who", "dana")
    assert coach.json("participant", "show", "P0001")["hold"] == "hospital"
    coach("participant", "hold", "P0001", "none", "--who", "dana")
    assert coach.json("participant", "show", "P0001")["hold"] is None


@pytest.mark.parametrize(
    ("level", "status"), [("prompts", "prompts_stopped"), ("study", "stopped"), ("data", "stopped")]
)
def test_somebody_is_withdrawn_at_the_level_they_asked_for(coach: Shell, level: str, status: str) -> None:
    coach("participant", "add")
    coach("participant", "withdraw", "P0001", "--level", level)
    assert coach.json("participant", "show", "P0001")["status"] == status


@pytest.mark.parametrize("words", [("show",), ("relink",), ("hold", "other"), ("withdraw",), ("erase", "--yes")])
def test_a_study_id_that_is_not_there_is_refused_with_a_hint(coach: Shell, words: tuple[str, ...]) -> None:
    assert "no participant P0009" in coach.refuses("participant", words[0], "P0009", *words[1:])


# erasing


def somebody_who_told_us_much(coach: Shell, study_id: str) -> None:
    kinds = (ConsentGiven, MedicineEpisode, DoseTaken, Note)
    told = [next(fact for fact in SAMPLES if type(fact) is kind) for kind in kinds]
    db = coach.database()
    with db.write("participant") as tx:
        person = people.by_study_id(tx, study_id)
        people.link(tx, person.id, 4711)
        where = Where(person.id, study_id, "a step")
        for place, fact in enumerate(told):
            facts.write(tx, f"{study_id}-{place}", fact, where)
    db.close()


def test_erasing_removes_what_was_told_and_the_audit_still_verifies(coach: Shell) -> None:
    for study_id in ("P0001", "P0002"):
        coach("participant", "add")
        somebody_who_told_us_much(coach, study_id) if study_id == "P0001" else None
    assert coach.json("audit", "verify")["whole"]
    assert "3 rows removed" in coach("participant", "erase", "P0001", "--yes", "--who", "dana").stdout
    assert coach.json("audit", "verify") == {"whole": True, "faults": []}
    shown = coach.json("participant", "show", "P0001")
    assert (shown["status"], shown["linked"], shown["medicines"]) == ("data_removed", False, [])
    db = coach.database()
    with db.read() as tx:
        assert not list(facts.in_force(tx, Note))
        assert len(list(facts.in_force(tx, ConsentGiven))) == 1, "that they agreed, and to what, stays"
    db.close()


def test_a_row_that_is_gone_from_somebody_who_was_not_erased_is_a_fault(coach: Shell) -> None:
    coach("participant", "add")
    somebody_who_told_us_much(coach, "P0001")
    with sqlite3.connect(coach.folder / "coach.sqlite3") as db:
        db.execute("DELETE FROM note")
    db.close()
    done = coach("audit", "verify", status=1)
    assert "P0001-3.1 is gone" in done.stdout
    assert "faults found in the audit: 1" in done.stderr


def test_erasing_asks_first(coach: Shell) -> None:
    coach("participant", "add")
    somebody_who_told_us_much(coach, "P0001")
    coach("participant", "erase", "P0001", status=1, answers="n\n")
    assert coach.json("participant", "show", "P0001")["linked"] is True
    coach("participant", "erase", "P0001", answers="y\n")
    assert coach.json("participant", "show", "P0001")["linked"] is False


# alerts and staff


def test_an_alert_is_listed_acknowledged_and_closed_with_what_was_done(coach: Shell) -> None:
    coach("participant", "add")
    db = coach.database()
    with db.write() as tx:
        person = people.by_study_id(tx, "P0001")
        alerts.raise_(tx, person.id, "overdose", 0, 1, START, study_id="P0001")
    db.close()
    (line,) = coach.json("alert", "list")
    assert (line["number"], line["tier"], line["rule"], line["state"], line["study_id"]) == (
        1,
        0,
        "overdose",
        "open",
        "P0001",
    )
    coach("alert", "ack", "1", "--who", "dana")
    assert coach.json("alert", "list")[0]["acknowledged_by"] == "dana"
    coach("alert", "close", "1", "--action", "called, is well", "--who", "dana")
    assert coach.json("alert", "list") == []
    (closed,) = coach.json("alert", "list", "--all")
    assert "called, is well" in closed["notes"][0]
    assert "alert 1 is not open" in coach.refuses("alert", "close", "1", "--action", "again")
    assert "alert 7 is not open" in coach.refuses("alert", "ack", "7")


def test_the_roster_is_kept(coach: Shell) -> None:
    coach("staff", "add", "dana", "--name", "Dana, study nurse", "--days", "135", "--start", "08:00", "--end", "16:00")
    (reader,) = coach.json("staff", "list")
    assert (reader["code"], reader["name"], reader["days"], reader["disabled"]) == (
        "dana",
        "Dana, study nurse",
        "135",
        False,
    )
    coach("staff", "disable", "dana")
    assert coach.json("staff", "list")[0]["disabled"] is True
    assert "dana" in coach.refuses("staff", "disable", "dana")


def test_what_a_person_changed_on_their_list_is_shown_and_confirmed(coach: Shell) -> None:
    coach("participant", "add")
    somebody_who_told_us_much(coach, "P0001")
    (changed,) = coach.json("participant", "confirm", "P0001", "--who", "dana")
    assert (changed["product"], changed["confirmed"]) == ("oxycodone", False)
    assert coach.json("participant", "confirm", "P0001") == []
    assert coach.json("audit", "verify")["whole"]


def test_a_code_on_the_roster_is_there_once(coach: Shell) -> None:
    coach("staff", "add", "dana", "--name", "Dana")
    assert "dana" in coach.refuses("staff", "add", "dana", "--name", "Another Dana")


@pytest.mark.parametrize(
    "wrong", [("--zone", "Mars/Olympus"), ("--start", "25:00"), ("--end", "noon"), ("--days", "8"), ("--days", "")]
)
def test_hours_nobody_can_keep_are_wrong_usage(coach: Shell, wrong: tuple[str, str]) -> None:
    assert wrong[0] in coach("staff", "add", "dana", "--name", "Dana", *wrong, status=2).stderr


# what is missing


def test_check_says_what_is_missing_and_how_to_set_it(coach: Shell) -> None:
    done = coach("check", status=1)
    for words in ("COACH_EMERGENCY_NUMBER", "COACH_STAFF_CHAT", "COACH_SMTP_URL", "approved_by"):
        assert words in done.stdout
    assert "only test people can join" in done.stdout


def test_check_tells_a_script_the_same(coach: Shell) -> None:
    said = json.loads(coach("check", "--json", status=1).stdout)
    assert said["ready"] is False
    assert all(set(gap) == {"what", "how"} for gap in said["missing"])


def test_what_is_set_is_not_missing_any_more(coach: Shell) -> None:
    coach.env |= {
        "COACH_EMERGENCY_NUMBER": "911",
        "COACH_CRISIS_NUMBER": "988",
        "COACH_STAFF_CHAT": "-100",
        "COACH_SMTP_URL": "smtp://mail.invalid",
        "COACH_ALERT_MAIL_TO": "staff@example.org",
    }
    said = json.loads(coach("check", "--json", status=1).stdout)
    assert [gap["what"] for gap in said["missing"]] == ["consent text"]


# settings and secrets


def test_run_without_a_token_says_where_one_comes_from(coach: Shell) -> None:
    assert "COACH_TELEGRAM_TOKEN is not set" in coach.refuses("run")


def test_run_without_a_key_says_how_to_make_one(coach: Shell) -> None:
    coach.env |= {"COACH_TELEGRAM_TOKEN": "1:x", "COACH_SECRET_KEY": ""}
    assert "COACH_SECRET_KEY is not set" in coach.refuses("run")


def test_a_webhook_needs_a_secret(coach: Shell) -> None:
    coach.env |= {"COACH_TELEGRAM_TOKEN": "1:x", "COACH_WEBHOOK_URL": "https://coach.example.org/hook"}
    assert "COACH_WEBHOOK_SECRET is not set" in coach.refuses("run")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COACH_PORT", "eighty"),
        ("COACH_PORT", "70000"),
        ("COACH_STAFF_CHAT", "the staff"),
        ("COACH_TELEGRAM_API_URL", "not an address"),
        ("COACH_WEBHOOK_URL", "nowhere"),
        ("COACH_MESSAGES_A_SECOND", "0"),
        ("COACH_LOG_LEVEL", "LOUD"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(coach: Shell, name: str, value: str) -> None:
    coach.env[name] = value
    line = coach.refuses("participant", "list")
    assert line.startswith(f"coach: {name}: ")


def test_a_database_that_cannot_be_opened_is_named_without_its_password(bare: Shell) -> None:
    bare.env["COACH_DATABASE_URL"] = "postgresql://coach:hunter2@127.0.0.1:1/coach"
    line = bare.refuses("participant", "list")
    assert "COACH_DATABASE_URL" in line
    assert "hunter2" not in line
    bare.env["COACH_DATABASE_URL"] = "hunter2"
    line = bare.refuses("participant", "list")
    assert "COACH_DATABASE_URL" in line
    assert "hunter2" not in line


def test_secrets_are_read_from_files(bare: Shell) -> None:
    key, url = bare.folder / "key", bare.folder / "url"
    key.write_text(f"{KEY}\n")
    url.write_text(f"{bare.env.pop('COACH_DATABASE_URL')}\n")
    bare.env |= {"COACH_SECRET_KEY": None, "COACH_SECRET_KEY_FILE": str(key), "COACH_DATABASE_URL_FILE": str(url)}
    bare("db", "upgrade")
    assert bare.json("participant", "list") == []


def test_a_secret_file_that_is_not_there_is_named(coach: Shell) -> None:
    coach.env |= {"COACH_SECRET_KEY": None, "COACH_SECRET_KEY_FILE": str(coach.folder / "nowhere")}
    assert "COACH_SECRET_KEY_FILE" in coach.refuses("participant", "list")


def test_another_key_opens_nothing_and_says_so(coach: Shell) -> None:
    coach("staff", "add", "dana", "--name", "Dana")
    coach.env["COACH_SECRET_KEY"] = "quite another key than before"
    assert "COACH_SECRET_KEY" in coach.refuses("staff", "list")


# wrong usage


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("participant", "nonsense"),
        ("participant", "add", "--arm", "both"),
        ("participant", "show"),
        ("participant", "hold", "P0001", "bored"),
        ("participant", "withdraw", "P0001", "--level", "all"),
        ("participant", "medicine", "P0001", "--product", "x", "--form", "cake", "--strength", "5"),
        ("participant", "medicine", "P0001", "--product", "x", "--form", "tablet", "--strength", "-5"),
        ("alert", "close", "1"),
        ("alert", "ack", "one"),
        ("export",),
        ("export", "--format", "xlsx", "--out", "x"),
        ("mme", "cake 5"),
        ("score", "peg", "11", "1", "1"),
        ("backup",),
    ],
)
def test_wrong_usage_ends_with_status_2(coach: Shell, words: tuple[str, ...]) -> None:
    coach("participant", "add")
    done = coach(*words, status=2)
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("group", [(), ("participant",), ("alert",), ("staff",), ("db",), ("audit",)])
def test_every_command_has_a_line_of_help(coach: Shell, group: tuple[str, ...]) -> None:
    assert "Commands" in coach(*group, "--help").stdout


# the process itself


@asynccontextmanager
async def process_of(coach: Shell, *words: str, **env: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own, which is killed if it has not ended by itself."""
    given = {name: value for name, value in (coach.env | env).items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        env={**os.environ, **given, "PYTHONPATH": str(ROOT)},
        cwd=coach.folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """Status and stderr of a process that ends by itself."""
    async with asyncio.timeout(GUARD_SECONDS):
        _, said = await process.communicate()
    return process.returncode, said.decode()


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[PretendTelegram, dict[str, str]]]:
    """A pretend Telegram, and the settings of a bot on it that listens on a free port."""
    pretend = PretendTelegram(lambda: datetime.now(UTC))
    async with serving(telegram_app(pretend)) as address:
        token = {"COACH_TELEGRAM_TOKEN": pretend.token, "COACH_TELEGRAM_API_URL": address}
        yield pretend, token | {"COACH_PORT": str(free_port())}


async def until(done: Callable[[], bool], pretend: PretendTelegram) -> None:
    async with asyncio.timeout(GUARD_SECONDS):
        while not done():
            await pretend.news.wait(0.05)


async def test_a_token_telegram_does_not_know_is_refused_and_not_shown(coach: Shell) -> None:
    async with telegram() as (_, env):
        wrong = env | {"COACH_TELEGRAM_TOKEN": "1:very-secret"}
        async with process_of(coach, "run", **wrong) as process:
            status, said = await ended(process)
    assert status == 1
    assert "Telegram does not know COACH_TELEGRAM_TOKEN" in said
    assert "very-secret" not in said


async def test_it_runs_alone_says_that_it_is_alive_and_ends_when_told_to(coach: Shell) -> None:
    async with telegram() as (pretend, env), process_of(coach, "run", **env) as process:
        await until(lambda: pretend.world.calls["getupdates"] > 1, pretend)
        async with process_of(coach, "run", **env) as second:
            status, said = await ended(second)
        assert status == 1
        assert "another process runs this bot" in said
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{env['COACH_PORT']}/healthz")
        assert answer.text == "ok\n"
        process.send_signal(signal.SIGTERM)
        status, said = await ended(process)
    assert status == 0
    assert pretend.token not in said


async def test_with_a_webhook_it_tells_telegram_where_and_polls_no_more(coach: Shell) -> None:
    async with telegram() as (pretend, env):
        own = f"http://127.0.0.1:{env['COACH_PORT']}/hook"
        hook = env | {"COACH_WEBHOOK_URL": own, "COACH_WEBHOOK_SECRET": "abc_-1"}
        async with process_of(coach, "run", **hook) as process:
            await until(lambda: pretend.world.calls["getwebhookinfo"] > 0, pretend)
            pretend.person(77).says("/start")
            await until(lambda: pretend.person(77).last is not None, pretend)
            process.send_signal(signal.SIGINT)
            status, _ = await ended(process)
    assert status == 0
    assert (pretend.world.webhook.url, pretend.world.webhook.secret) == (own, "abc_-1")
    assert pretend.world.calls["getupdates"] == 0


async def test_a_webhook_telegram_does_not_take_is_refused_with_its_reason(coach: Shell) -> None:
    async with telegram() as (_, env):
        hook = env | {"COACH_WEBHOOK_URL": "http://coach.example.org/hook", "COACH_WEBHOOK_SECRET": "abc"}
        async with process_of(coach, "run", **hook) as process:
            status, said = await ended(process)
    assert status == 1
    assert "Telegram refused: Bad webhook: an https url must be provided" in said.replace("HTTPS URL", "https url")


async def test_a_port_somebody_else_has_is_named(coach: Shell) -> None:
    async with telegram() as (_, env):
        taken = env | {"COACH_PORT": str(urlsplit(env["COACH_TELEGRAM_API_URL"]).port)}
        async with process_of(coach, "run", **taken) as process:
            status, said = await ended(process)
    assert status == 1
    assert f"port {taken['COACH_PORT']} cannot be used" in said


def test_a_group_is_added_filled_and_met_from_the_terminal(coach: Shell) -> None:
    coach("participant", "add", "--arm", "mbt", "--test")
    leads = ("--therapist", "Dr Lee", "--place", "Room 4")
    coach("group", "add", "G1", "--arm", "mbt", *leads)
    assert "does not tell the arm" in coach("group", "add", "CBT2", "--arm", "cbt", *leads, status=1).stderr
    coach("group", "assign", "G1", "T0001")
    assert coach.json("group", "list") == [
        {"group": "G1", "site": "main", "therapist": "Dr Lee", "place": "Room 4", "members": 1, "next_meeting": None}
    ]
    assert coach.json("group", "list", "--unblind")[0]["arm"] == "mbt"
    assert coach.json("group", "show", "G1")["members"] == ["T0001"]
    at = ("--session", "S1", "--at", "2099-03-05 17:00")
    assert "S1 is not given in groups" in coach("group", "meeting", "G1", *at, status=1).stderr
    coach("group", "meeting", "G1", "--at", "tomorrow", status=2)
    assert "no meeting has the number 7" in coach("group", "attendance", "7", "T0001", "present", status=1).stderr
    assert "no group is called G9" in coach("group", "assign", "G9", "T0001", status=1).stderr
    assert coach("group", "show", "G1").stdout.startswith("group          G1")
