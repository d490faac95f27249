"""What operators see: alive, ready, and the figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from bot.studio.faults import Fate
from bot.web import web_app
from tests.clinic import Clinic, clinic_over, fresh_sqlite


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path)) as clinic:
        yield clinic


async def got(clinic: Clinic, path: str, method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(app=web_app(clinic.node))
    async with httpx.AsyncClient(transport=transport, base_url="http://coach") as client:
        return await client.request(method, path)


async def problems(clinic: Clinic) -> list[str]:
    answer = await got(clinic, "/readyz")
    said: dict[str, Any] = answer.json()
    assert answer.status_code == (503 if said["problems"] else 200)
    assert said["ready"] is (not said["problems"])
    return list(said["problems"])


async def test_a_process_that_answers_is_alive_whatever_else_is_wrong(clinic: Clinic) -> None:
    answer = await got(clinic, "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_it_is_ready_once_it_heard_from_telegram_and_looked_at_what_is_due(clinic: Clinic) -> None:
    assert await problems(clinic) == ["sweep: not fresh", "telegram: nothing heard"]
    await clinic.settle()
    assert await problems(clinic) == []


async def test_it_is_not_ready_when_telegram_or_the_sweep_fell_silent(clinic: Clinic) -> None:
    await clinic.settle()
    clinic.clock.move(seconds=31)
    assert await problems(clinic) == ["sweep: not fresh"]
    clinic.clock.move(minutes=2)
    await clinic.node.sweep()
    assert await problems(clinic) == ["telegram: nothing heard"]


async def test_it_is_not_ready_without_its_database_and_says_no_more_than_that(clinic: Clinic) -> None:
    await clinic.settle()
    clinic.database.reading.dispose()
    a_folder_stands_in_its_place(Path(str(clinic.database.url.database)))
    assert await problems(clinic) == ["database: OperationalError"]


def a_folder_stands_in_its_place(file: Path) -> None:
    file.rename(file.with_suffix(".away"))
    file.mkdir()


async def metrics(clinic: Clinic) -> dict[str, float]:
    lines = (await got(clinic, "/metrics")).text.splitlines()
    return {name: float(value) for name, value in (line.split() for line in lines if not line.startswith("#"))}


async def test_the_figures_count_what_waits_and_what_went_wrong(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    assert set((await metrics(clinic)).values()) == {0.0}
    clinic.pretend.faults.next(Fate.FLOOD, retry_after=60, method="sendMessage")
    await ann.says("my back went numb between the legs")
    figures = await metrics(clinic)
    assert figures["coach_alerts_open"] == 1
    assert figures["coach_outbox_waiting"] >= 1
    assert figures["coach_inbox_open"] == figures["coach_inbox_set_aside"] == figures["coach_outbox_in_doubt"] == 0


async def test_an_input_that_broke_its_turn_is_counted(clinic: Clinic) -> None:
    ann = await clinic.enrolled("mbt")
    with clinic.database.write() as tx:
        tx.conn.execute(text("ALTER TABLE note RENAME TO gone"))
    await ann.says("a word for the team")
    assert (await metrics(clinic))["coach_inbox_set_aside"] == 1
    assert "Something went wrong on my side" in ann.hears


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_nothing_but_looking_is_possible(clinic: Clinic, path: str) -> None:
    assert (await got(clinic, path, "POST")).status_code == 405


async def test_without_a_webhook_there_is_no_way_in(clinic: Clinic) -> None:
    assert (await got(clinic, "/telegram/hook", "POST")).status_code == 404


async def test_the_figures_name_nobody(clinic: Clinic) -> None:
    await clinic.enrolled("mbt", "Annabella")
    said = (await got(clinic, "/metrics")).text
    assert "P0001" not in said
    assert "Annabella" not in said
