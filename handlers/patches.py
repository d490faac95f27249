"""Patches are worn, not taken: put on, taken off, fell off, two at once."""

from __future__ import annotations

from datetime import datetime

from content import say
from handlers.amounts import Taken, when_taken
from handlers.asking import Asking, choose
from study import queries
from study.facts import PatchWear
from study.queries import Entry, look
from study.steps import Conversation, Option, Record, Say
from study.view import MedicineView, ParticipantView


def log_patch(me: ParticipantView, medicine: MedicineView, pause: str | None = None) -> Conversation:
    """What happened with a patch, and when."""
    at = yield queries.now("began")
    worn = yield from _worn(medicine)
    what = yield from choose("patch", say.dose.patch_what(medicine=medicine.nickname), _options(worn))
    taken = yield from when_taken("when", me, at, say.dose.when_patch())
    if what != "on" and not worn:
        yield Say("none_worn", say.dose.patch_none_worn(medicine=medicine.nickname))
        return
    if what != "on":
        removal = "fell_off" if what == "fell" else "taken_off"
        yield from take_off(me, medicine, worn[0], taken, removal, "off")
    if what in ("on", "change"):
        yield from put_on(me, medicine, worn if what == "on" else [], taken, pause)


def _worn(medicine: MedicineView) -> Asking[list[Entry]]:
    patches: tuple[Entry, ...] = yield look("worn", queries.PatchesWorn())
    return [p for p in patches if p.fact["medicine"] == medicine.id]


def _options(worn: list[Entry]) -> list[Option]:
    on = [Option("on", say.dose.patch_on_button())]
    if not worn:
        return on + _off_options()
    return [Option("change", say.dose.patch_changed_button()), *on, *_off_options()]


def _off_options() -> list[Option]:
    return [Option("off", say.dose.patch_off_button()), Option("fell", say.dose.patch_fell_button())]


def put_on(
    me: ParticipantView, medicine: MedicineView, worn: list[Entry], taken: Taken, pause: str | None
) -> Asking[str]:
    """A new patch; an older one still listed is asked about once."""
    both = False
    if worn:
        question = say.dose.patch_two(time=me.local(worn[0].at))
        options = (
            Option("both", say.dose.patch_both_button()),
            Option("off", say.dose.patch_old_off_button()),
        )
        both = (yield from choose("two", question, options)) == "both"
        if not both:
            yield from take_off(me, medicine, worn[0], taken, "taken_off", "old_off", quiet=True)
    at = taken.at or (yield queries.now("put_on"))
    fact = PatchWear(
        medicine=medicine.id,
        product=medicine.product,
        strength=medicine.strength,
        unit=medicine.unit,
        put_on_at=at,
        put_on_local=_local(me, taken, at),
        zone=me.zone,
        pause=pause,
    )
    patch = yield Record("worn_from", fact)
    yield Say("patch_on", say.dose.patch_on_logged(medicine=medicine.nickname, time=me.local(at)))
    if both:
        yield Say("two_worn", say.dose.patch_two_worn())
    return str(patch)


def take_off(
    me: ParticipantView,
    medicine: MedicineView,
    patch: Entry,
    taken: Taken,
    removal: str,
    key: str,
    *,
    quiet: bool = False,
) -> Asking[None]:
    """End the wear of a patch."""
    at = taken.at or (yield queries.now(f"{key}.at"))
    ended = {"removed_at": at, "removed_local": _local(me, taken, at), "removal": removal}
    yield Record(key, PatchWear.model_validate(patch.fact | ended), amends=patch.entity, why="removed")
    if not quiet:
        yield Say(f"{key}.said", say.dose.patch_off_logged(medicine=medicine.nickname, time=me.local(at)))


def _local(me: ParticipantView, taken: Taken, at: datetime) -> str:
    return taken.local or me.local(at).isoformat(timespec="seconds")
