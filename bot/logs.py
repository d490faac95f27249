"""Logging: one line of JSON or text an event, never an answer, a name or a secret."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up(level: str) -> None:
    """Log to stderr from `level` on; text on a terminal, JSON elsewhere."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    on_terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    # other libraries put addresses, and with them the token, into their lines
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr)
