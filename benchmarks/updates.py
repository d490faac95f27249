"""Updates per second and CPU per update: the whole product beside a bare python-telegram-bot echo.

Telegram is the studio's server, in this process; the bot that is measured runs in a process of its own. The echo makes
the same calls: a text is answered with one message, a tap with `answerCallbackQuery` and one message. Pacing is off;
SQLite runs with `synchronous=FULL`, PostgreSQL as it comes. Rounds are interleaved, medians are printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks import people
from benchmarks.people import Crowd, NotAnswered, Policy, real_time
from benchmarks.places import KEY, Places
from bot.studio.faults import Fate
from bot.studio.http import telegram_app
from bot.studio.serving import serving
from bot.studio.telegram import PretendTelegram

CHATS, TOGETHER = 50, 25
WARM_UP = 200
GOALS = {"sqlite": 1.0, "postgresql": 0.6}
SIDES = ("echo", "sqlite", "postgresql")
SLOW_MS, SLOW_UPDATES, SLOW_GOAL = 50, 800, 10.0


@dataclass(frozen=True)
class Script:
    """What people do with the product; `taps` follow each text there, and with the echo too."""

    title: str
    coach: Policy
    taps: int


SCRIPTS = {
    "typed": Script("text → message (doses logged by typing)", people.typed, 0),
    "tapped": Script("tap → answer + question (doses logged with 3 taps each)", people.tapped, 3),
    "pause": Script("tap → answer + question (pauses of 15 taps each)", people.pause, 15),
}


@dataclass(frozen=True)
class Measured:
    """One run: updates a second, CPU milliseconds of the bot an update, and calls an update."""

    rate: float
    cpu: float
    calls: float


class Bench:
    """Runs one side after the other, each with a Telegram and a database of its own."""

    def __init__(self, places: Places) -> None:
        self.places = places

    async def run(self, side: str, script: Script, updates: int, delay_ms: int = 0, warm_up: int = WARM_UP) -> Measured:
        """Measure one side once."""
        pretend = PretendTelegram(real_time, keep_messages=20)
        crowd = Crowd(pretend, people.again(script.taps) if side == "echo" else script.coach, CHATS, TOGETHER)
        async with serving(telegram_app(pretend)) as address, self._bot(side, pretend, address) as process:
            if delay_ms:
                pretend.faults.next(Fate.DELAY, 10**9, milliseconds=delay_ms)
            await _answered(crowd.act(warm_up), process)
            calls_before, cpu_before, began = _calls(pretend), await _cpu(process), time.perf_counter()
            await _answered(crowd.act(updates), process)
            seconds = time.perf_counter() - began
            cpu = await _cpu(process) - cpu_before
            return Measured(updates / seconds, 1000 * cpu / updates, (_calls(pretend) - calls_before) / updates)

    @asynccontextmanager
    async def _bot(self, side: str, pretend: PretendTelegram, address: str) -> AsyncIterator[Process]:
        env = os.environ | {
            "COACH_TELEGRAM_TOKEN": pretend.token,
            "COACH_TELEGRAM_API_URL": address,
            "COACH_SECRET_KEY": KEY,
            "COACH_PACING": "false",
            "COACH_LOG_LEVEL": "ERROR",
            "PTB_TIMEDELTA": "1",
        }
        if side != "echo":
            env["COACH_DATABASE_URL"] = self.places.new(side)
        which = "echo" if side == "echo" else "coach"
        process = await create_subprocess_exec(sys.executable, "-m", "benchmarks.bots", which, env=env, stdout=PIPE)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _answered(acting: Coroutine[Any, Any, None], process: Process) -> None:
    """Wait until everybody is answered; `NotAnswered` at once when the bot has ended."""
    acts, ended = asyncio.ensure_future(acting), asyncio.ensure_future(process.wait())
    await asyncio.wait((acts, ended), return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not acts.done():
        acts.cancel()
        raise NotAnswered("the bot has ended")
    acts.result()


def _calls(pretend: PretendTelegram) -> int:
    return sum(count for name, count in pretend.world.calls.items() if name != "getupdates")


async def _cpu(process: Process) -> float:
    assert process.stdout is not None
    process.send_signal(signal.SIGUSR1)
    return float(await process.stdout.readline())


def compare(bench: Bench, script: Script, sides: Sequence[str], updates: int, rounds: int) -> None:
    """Measure all sides in turn, several times, and print the medians with the ratio to the echo."""
    results: dict[str, list[Measured]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            results[side].append(asyncio.run(bench.run(side, script, updates)))
    print(f"\n{script.title}")
    print(f"  {'':<12}{'updates/s':>10}{'min-max':>12}{'CPU ms/update':>15}{'calls/update':>14}{'ratio':>8}")
    for side, runs in results.items():
        rate = statistics.median(r.rate for r in runs)
        line = f"  {side:<12}{rate:>10.0f}{_span(runs):>12}{statistics.median(r.cpu for r in runs):>15.2f}"
        line += f"{statistics.median(r.calls for r in runs):>14.2f}"
        print(line + (_ratio(side, runs, results["echo"]) if "echo" in results else ""), flush=True)


def _span(runs: list[Measured]) -> str:
    return f"{min(r.rate for r in runs):.0f}-{max(r.rate for r in runs):.0f}"


def _ratio(side: str, runs: list[Measured], echoes: list[Measured]) -> str:
    """The median of the ratios within each round: what disturbs a round disturbs both sides."""
    ratio = statistics.median(run.rate / echo.rate for run, echo in zip(runs, echoes, strict=True))
    goal = GOALS.get(side)
    return f"{ratio:>8.2f}" + (f"   goal {goal} {'met' if ratio >= goal else 'MISSED'}" if goal else "")


def slow_telegram(bench: Bench) -> None:
    """At a slow Telegram: fifty chats beside the sequential echo."""
    script = SCRIPTS["typed"]
    echo = asyncio.run(bench.run("echo", script, SLOW_UPDATES // 10, SLOW_MS, warm_up=CHATS))
    coach = asyncio.run(bench.run("sqlite", script, SLOW_UPDATES, SLOW_MS, warm_up=CHATS))
    ratio = coach.rate / echo.rate
    print(f"\ntext → message at a Telegram that takes {SLOW_MS} ms a call, {CHATS} chats")
    print(f"  {'echo':<12}{echo.rate:>10.0f} updates/s, one after the other")
    verdict = "met" if ratio >= SLOW_GOAL else "MISSED"
    print(f"  {'sqlite':<12}{coach.rate:>10.0f} updates/s, ratio {ratio:.1f}   goal {SLOW_GOAL:.0f} {verdict}")


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description="The whole product beside a bare echo.")
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=SIDES, default=list(SIDES))
    parser.add_argument("--scripts", nargs="*", choices=list(SCRIPTS), default=list(SCRIPTS))
    parser.add_argument("--no-slow", action="store_true")
    told = parser.parse_args()
    places = Places(CHATS)
    try:
        bench = Bench(places)
        for name in told.scripts:
            compare(bench, SCRIPTS[name], told.only, told.updates, told.rounds)
        if not told.no_slow:
            slow_telegram(bench)
    finally:
        places.close()


if __name__ == "__main__":
    main()
