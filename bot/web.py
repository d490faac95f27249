"""The small web side of a running bot: health, metrics, and the webhook that commits before it answers."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import ColumnElement, Table, func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.node import Node
from coordinator import alert_tests
from records.database import Tx
from records.tables import AlertRow, Inbox, Outbox, table

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
SWEEP_FRESH = timedelta(seconds=30)
POLL_FRESH = timedelta(minutes=2)


def web_app(node: Node, webhook_path: str = "", webhook_secret: str = "") -> Starlette:
    """`/healthz`, `/readyz`, `/metrics`, and the webhook route when there is a path for it; it needs a secret."""
    if webhook_path and not webhook_secret:
        raise ValueError("a webhook needs a secret")

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        wrong = await problems(node)
        body = {"ready": not wrong, "problems": wrong, "warnings": await _warnings(node)}
        return JSONResponse(body, 503 if wrong else 200)

    async def metrics(_: Request) -> Response:
        return Response(await _metrics(node), media_type="text/plain; version=0.0.4")

    async def webhook(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), webhook_secret.encode()):
            return PlainTextResponse("who are you?\n", 403)
        try:
            update = json.loads(await request.body())
            int(update["update_id"])
        except (ValueError, KeyError, TypeError):
            return PlainTextResponse("not an update\n", 400)
        await node.take_in([update], delayed=node.was_away())
        return Response(status_code=200)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
    if webhook_path:
        routes.append(Route(webhook_path, webhook, methods=["POST"]))
    return Starlette(routes=routes)


async def problems(node: Node) -> list[str]:
    """What keeps the node from its work: the database, the sweep, Telegram; empty when all is well."""
    now, found = node.storage.clock(), []
    try:
        await node.storage.read(lambda tx: tx.first(select(1)))
    except Exception as error:  # any failure of the database means not ready
        found.append(f"database: {type(error).__name__}")
    looked = node.sweeper.looked_at
    if looked is None or now - looked > SWEEP_FRESH:
        found.append("sweep: not fresh")
    if node.last_poll_at is None or now - node.last_poll_at > POLL_FRESH:
        found.append("telegram: nothing heard")
    return found


async def _warnings(node: Node) -> list[str]:
    """What failed in the last test of the alert path; it makes nobody restart us."""
    try:
        return [f"alert test: {line}" for line in await node.storage.read(alert_tests.failures)]
    except Exception:  # the database is among the problems already
        return []


async def _metrics(node: Node) -> bytes:
    counts = await node.storage.read(_counts)
    registry = CollectorRegistry()
    for name, (text, value) in counts.items():
        Gauge(f"coach_{name}", text, registry=registry).set(value)
    return generate_latest(registry)


def _counts(tx: Tx) -> dict[str, tuple[str, float]]:
    inbox, outbox, alerts = table(Inbox), table(Outbox), table(AlertRow)

    def count(rows: Table, condition: ColumnElement[bool]) -> float:
        return float(tx.first(select(func.count()).select_from(rows).where(condition))[0])

    return {
        "inbox_open": ("Updates with no turn yet", count(inbox, inbox.c.state == "open")),
        "inbox_set_aside": ("Updates that broke their turn", count(inbox, inbox.c.state == "set_aside")),
        "outbox_waiting": ("Letters to be sent", count(outbox, outbox.c.state == "waiting")),
        "outbox_in_doubt": ("Letters whose fate nobody knows", count(outbox, outbox.c.state == "unknown")),
        "alerts_open": ("Alerts that are not closed", count(alerts, alerts.c.state != "closed")),
    }
