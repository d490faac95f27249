"""The Dockerfile and the compose file: linted, and saying what they should. No container engine was at hand."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import SECRETS, Settings
from bot.studio.serving import serving
from bot.web import web_app
from tests.clinic import clinic_over, fresh_sqlite
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-referee/bin"
ROOMS = ("bot", "handlers", "scheduler", "coordinator", "records", "study", "content")
needs_tools = pytest.mark.skipif(
    not (TOOLS / "hadolint").exists(), reason="there are no linters for containers on this machine; make referee"
)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def told(*command: object) -> str:
    """The output of a command; it must succeed."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_tools
def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    assert told(TOOLS / "hadolint", "--no-color", "Dockerfile") == ""


@needs_tools
def test_compose_lint_finds_nothing_high_in_the_compose_file() -> None:
    told(TOOLS / "python", TOOLS / "compose-lint", "check", "compose.yaml")


# the image


def copied() -> list[str]:
    return [source for line in re.findall(r"^COPY (.*) /app/\S*$", DOCKERFILE, re.MULTILINE) for source in line.split()]


def test_the_image_holds_every_room_and_what_pins_its_libraries() -> None:
    assert set(copied()) == {*ROOMS, "requirements.txt", "LICENSE"}
    assert "--require-hashes" in DOCKERFILE


def test_nothing_else_can_reach_the_image() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied())


def test_the_image_is_pinned_by_tag_and_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim-bookworm"]
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["10001:10001"]


async def healthy(port: int) -> bool:
    """What the image's own health check says of a process on this port."""
    (command,) = re.findall(r"^HEALTHCHECK .*\\\n\s+CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    python, *words = json.loads(command)
    assert python == "python"
    check = await asyncio.create_subprocess_exec(
        sys.executable, *words, env={"COACH_PORT": str(port)}, stderr=asyncio.subprocess.DEVNULL
    )
    return await check.wait() == 0


async def test_its_health_check_tells_a_living_bot_from_none(tmp_path: Path) -> None:
    port = free_port()
    assert not await healthy(port)
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic, serving(web_app(clinic.node), port=port):
        assert await healthy(port)


# the composition


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, read by the referee's YAML."""
    code = "import json, sys, yaml; json.dump(yaml.safe_load(open('compose.yaml')), sys.stdout)"
    found: dict[str, Any] = json.loads(told(TOOLS / "python", "-c", code))
    return found


@needs_tools
def test_the_tables_are_upgraded_before_the_bot_runs(compose: dict[str, Any]) -> None:
    bot, upgrade = compose["services"]["bot"], compose["services"]["upgrade"]
    assert (bot["command"], upgrade["command"]) == (["run"], ["db", "upgrade"])
    assert bot["depends_on"]["upgrade"] == {"condition": "service_completed_successfully"}
    assert upgrade["depends_on"]["database"] == {"condition": "service_healthy"}


@needs_tools
def test_secrets_are_files_and_every_variable_is_a_setting(compose: dict[str, Any]) -> None:
    environment = compose["services"]["bot"]["environment"]
    for name, place in environment.items():
        setting = name.removeprefix("COACH_").removesuffix("_FILE").lower()
        assert setting in SECRETS
        assert setting in Settings.model_fields
        assert place == f"/run/secrets/{setting}"
        assert compose["secrets"][setting] == {"file": f"./secrets/{setting}"}
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert not re.search(r"(?i)(PASSWORD|TOKEN|KEY):\s*[\"']?[a-z0-9]", text), "no secret stands in the file itself"


@needs_tools
def test_the_bot_listens_to_this_machine_only_and_the_database_to_nobody_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["bot"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "ports" not in services["database"]
    assert services["database"]["image"] == "postgres:16-bookworm"
    assert services["database"]["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}


@needs_tools
def test_what_is_kept_is_kept_in_volumes(compose: dict[str, Any]) -> None:
    assert compose["services"]["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert compose["services"]["bot"]["volumes"] == ["data:/data"]
    assert set(compose["volumes"]) == {"database", "data"}
