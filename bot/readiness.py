"""What is still missing before real people may be enrolled: what `coach check` prints, and what the door asks."""

from __future__ import annotations

from dataclasses import dataclass

from bot.world import World
from content.consent_text import consent_text
from content.instruments import instrument
from content.supplied import supply
from records import roster, supplied
from records.database import Tx


@dataclass(frozen=True)
class Missing:
    """One thing that is not set, and how to set it."""

    what: str
    how: str


def missing(world: World) -> list[Missing]:
    """Everything that keeps a real person from being enrolled; empty when the study can begin."""
    gaps = []
    if not world.emergency or not world.crisis:
        gaps.append(Missing("emergency numbers", "set COACH_EMERGENCY_NUMBER and COACH_CRISIS_NUMBER"))
    if world.staff_chat is None:
        gaps.append(Missing("first alert channel", "set COACH_STAFF_CHAT to the chat id of the staff group"))
    if not world.mail:
        gaps.append(Missing("second alert channel", "set COACH_SMTP_URL and COACH_ALERT_MAIL_TO"))
    if not consent_text("en").approved_by:
        gaps.append(Missing("consent text", "put the approved text and `approved_by` into content/consent/en.toml"))
    return gaps


def on_call(world: World, tx: Tx) -> bool:
    """True when somebody is on the roster and both ways to reach them are set: only then is the PHQ-9 asked."""
    return bool(roster.readers(tx)) and world.staff_chat is not None and world.mail


def not_asked(world: World, tx: Tx) -> list[Missing]:
    """Instruments whose wording was imported and that are not asked: it does not fit, or nobody acts on an answer."""
    held = supplied.in_force(tx)
    waiting = [code for code in held if instrument(code).needs_on_call]
    how = "put somebody on the roster (coach staff add) and set both alert channels"
    unfit = [Missing(f"{refused.file} is not asked", "; ".join(refused.reasons)) for refused in supply(held)]
    alone = [] if on_call(world, tx) else waiting
    return unfit + [Missing(f"{code} is imported and not asked", how) for code in alone]


def may_enrol(world: World, test: bool) -> bool:
    """Test people always may; real people only when nothing is missing."""
    return test or not world.live or not missing(world)
