"""Allocation: lists that are whole and sealed, one draw for each person, nothing of an arm but by unblinding."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from coordinator import allocating
from coordinator.allocating import DrawRefused
from records import allocation, facts, people
from records.allocation import ListTampered
from records.database import Database, Tx
from records.facts import Where
from records.study_tables import AllocationDraw, AllocationList
from records.tables import AuditEntry, Outbox, table
from scheduler import planning
from study.allocation import ListRefused, Slot, next_slot, permuted, read, written
from study.facts import Allocated, CheckInFinished, ExerciseLed
from tests.clinic import Clinic, Patient
from tests.databases import Fresh
from tests.protocols import TWO_SITES, living_by, put

ARMS = ("mbt", "cbt")
LIST = "sequence,stratum,arm\n1,main,cbt\n2,main,mbt\n3,main,mbt\n4,main,cbt\n"


def joined(tx: Tx, *, baseline: bool | None = True, **given: Any) -> str:
    """Somebody real who has joined; `baseline`: complete, with a question skipped (False), or not answered (None)."""
    study_id = people.add(tx, arm=None, test=False, zone="America/New_York", **given)
    person = people.by_study_id(tx, study_id)
    people.change(tx, person.id, "participant:enrolled", status="enrolled", enrolled_at=tx.now)
    if baseline is not None:
        done = CheckInFinished(visit="baseline", complete=baseline, at=tx.now)
        facts.write(tx, f"{study_id}-baseline", done, Where(person.id, study_id, "end"))
        people.change(tx, person.id, "participant:baseline", enrolled_on=tx.now.date())
    return study_id


def arm_of(db: Database, study_id: str) -> str | None:
    with db.read() as tx:
        arm: str | None = people.by_study_id(tx, study_id).arm
        return arm


# lists


@given(
    ratio=st.fixed_dictionaries({"mbt": st.integers(1, 3), "cbt": st.integers(1, 3)}),
    turns=st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True),
    places=st.integers(1, 60),
    seed=st.binary(min_size=32, max_size=32),
)
def test_permuted_blocks_are_balanced_in_every_complete_block_and_made_again_from_their_seed(
    ratio: dict[str, int], turns: list[int], places: int, seed: bytes
) -> None:
    sizes = [turn * sum(ratio.values()) for turn in turns]
    slots = permuted(ratio, ["a", "b"], sizes, places, seed)
    assert slots == permuted(ratio, ["a", "b"], sizes, places, seed)
    assert read(written(slots), ["a", "b"], ARMS) == slots
    for stratum in ("a", "b"):
        arms = [slot.arm for slot in slots if slot.stratum == stratum]
        assert places <= len(arms) < places + max(sizes)
        assert splits_into_blocks(arms, sizes, ratio), arms


def splits_into_blocks(arms: list[str], sizes: list[int], ratio: dict[str, int]) -> bool:
    """True when a row of arms is a row of blocks, each with the arms in their ratio."""
    ends = {0}
    for end in range(1, len(arms) + 1):
        for size in sizes:
            counts = Counter(arms[end - size : end])
            whole = {arm: size // sum(ratio.values()) * share for arm, share in ratio.items()}
            if end - size in ends and counts == whole:
                ends.add(end)
    return len(arms) in ends


def test_two_seeds_and_two_sites_give_different_orders() -> None:
    orders = {
        tuple(slot.arm for slot in permuted({"mbt": 1, "cbt": 1}, [site], [4, 6], 40, bytes([seed]) * 32))
        for site in ("a", "b")
        for seed in range(5)
    }
    assert len(orders) == 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the header is sequence,stratum,arm"),
        ("sequence,arm\n1,mbt\n", "the header is"),
        (LIST.replace("2,main,mbt\n", ""), "main: the sequence has 2 nowhere"),
        (LIST.replace("3,main", "2,main"), "main: the sequence has 2 twice"),
        (LIST.replace("2,main", "2,south"), "line 3: the protocol has no site south"),
        (LIST.replace("2,main,mbt", "2,main,placebo"), "line 3: the arm is none of the protocol"),
        (LIST.replace("2,main,mbt", "2,main,"), "line 3: 3 cells, none of them empty"),
        (LIST.replace("2,main", "zwei,main"), "line 3: the sequence is a whole number"),
        (LIST.replace("cbt", "mbt"), "not every arm"),
    ],
)
def test_a_list_that_is_not_whole_is_refused_with_the_place(text: str, reason: str) -> None:
    with pytest.raises(ListRefused, match=reason):
        read(text, ["main"], ARMS)


def test_a_list_may_be_numbered_through_or_by_site_and_come_from_a_spreadsheet() -> None:
    through = read("\ufeffsite,sequence,arm\r\nb,2,mbt\r\na,1,cbt\r\nb,3,cbt\r\n", ["a", "b"], ARMS)
    assert next_slot(through, "b", set()) == Slot("b", 2, "mbt")
    assert next_slot(through, "b", {("b", 2)}) == Slot("b", 3, "cbt")
    assert next_slot(through, "b", {("b", 2), ("b", 3)}) is None
    assert len(read("sequence,stratum,arm\n1,a,mbt\n1,b,cbt\n2,b,cbt\n", ["a", "b"], ARMS)) == 3


# draws


def test_a_draw_takes_the_next_place_once_and_only_after_the_baseline(database: Database) -> None:
    with database.write("dana") as tx:
        early, ann, ben = (joined(tx, baseline=done) for done in (None, False, True))
        with pytest.raises(DrawRefused, match="there is no list"):
            allocating.draw(tx, ann)
        loaded = allocating.load(tx, LIST)
        assert (loaded.sha256, loaded.places) == (allocation.sha256_of(LIST), {"main": 4})
        with pytest.raises(DrawRefused, match=f"the baseline of {early} was not answered to its end"):
            allocating.draw(tx, early)
        with pytest.raises(DrawRefused, match="test person"):
            allocating.draw(tx, people.add(tx, arm=None, test=True))
        assert [allocating.draw(tx, who).sequence for who in (ann, ben)] == [1, 2]
        with pytest.raises(DrawRefused, match="nobody is drawn twice"):
            allocating.draw(tx, ann)
        assert [count.left for count in allocating.shown(tx)] == [2]
    assert (arm_of(database, ann), arm_of(database, ben)) == ("cbt", "mbt")
    assert allocating.verify(database) == []


def test_two_draws_at_once_never_give_a_place_or_an_arm_twice(kind: str, fresh: Fresh) -> None:
    database = fresh(kind)
    with database.write() as tx:
        allocating.permute(tx, 12)
        waiting = [joined(tx) for _ in range(6)]

    def draw(study_id: str) -> tuple[int, int] | None:
        try:
            with database.write("staff") as tx:
                place = allocating.draw(tx, study_id)
                return place.list, place.sequence
        except DrawRefused:
            return None

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(draw, [*waiting, *waiting]))
    places = [place for place in drawn if place is not None]
    assert sorted(sequence for _, sequence in places) == [1, 2, 3, 4, 5, 6]
    assert allocating.verify(database) == []


def test_a_list_without_a_place_left_is_followed_by_the_next_one(database: Database) -> None:
    with database.write() as tx:
        allocating.load(tx, "sequence,stratum,arm\n1,main,cbt\n2,main,mbt\n")
        allocating.permute(tx, 2)
        drawn = [allocating.draw(tx, joined(tx)) for _ in range(3)]
        assert [(place.list, place.sequence) for place in drawn] == [(1, 1), (1, 2), (2, 1)]
        with pytest.raises(DrawRefused, match="loaded before"):
            allocating.load(tx, "sequence,stratum,arm\n1,main,cbt\n2,main,mbt\n")


def test_somebody_drawn_from_the_list_of_a_wrong_site_keeps_place_and_arm(database: Database, two_sites: None) -> None:
    with database.write("dana") as tx:
        allocating.load(tx, "sequence,site,arm\n1,main,cbt\n1,north,mbt\n2,main,mbt\n")
        ann, ben = joined(tx), joined(tx)
        allocating.draw(tx, ann)
        moved = allocating.correct_stratum(tx, ann, "north", "lives up there")
        assert (moved.stratum, moved.sequence, moved.site) == ("main", 1, "north")
        assert allocating.draw(tx, ben).sequence == 2, "the place stays used"
        with pytest.raises(DrawRefused, match="nobody is drawn twice"):
            allocating.draw(tx, ann)
        (kept,) = facts.in_force(tx, Allocated, people.by_study_id(tx, ann).id)
        assert (kept.revision, kept.why, kept.fact.site) == (2, "lives up there", "north")
        cem = joined(tx)
        place = allocating.correct_stratum(tx, cem, "north", "typed wrong")
        assert (place.stratum, place.sequence) == ("north", 1), "before a draw the right list is drawn from"
    assert arm_of(database, ann) == "cbt"
    assert allocating.verify(database) == []
    with database.read() as tx:
        entries = table(AuditEntry)
        noted = tx.rows(select(entries.c.action, entries.c.actor).where(entries.c.chain == "study"))
    actions = [action for action, actor in noted if actor == "dana"]
    assert Counter(actions) == {"allocation:loaded": 1, "allocation:drawn": 3, "allocation:wrong_stratum": 2}


@pytest.fixture
def two_sites(tmp_path: Path) -> Iterator[None]:
    """The protocol with a second site."""
    with living_by(put(tmp_path, "stamp.toml", TWO_SITES)):
        yield


# tampering


def test_a_list_altered_at_any_byte_is_found_and_nothing_is_drawn_from_it(database: Database) -> None:
    lists = table(AllocationList)
    with database.write() as tx:
        allocating.permute(tx, 4)
        ann = joined(tx)
        row = tx.first(select(lists))
    rng = random.Random(1)  # noqa: S311 - which bytes are tried is no secret
    for column in ("sealed_text", "sealed_recipe"):
        whole: bytes = getattr(row, column)
        for place in range(len(whole)):
            broken = bytearray(whole)
            broken[place] ^= rng.randrange(1, 256)
            with database.write() as tx:
                tx.run(update(lists).values(**{column: bytes(broken)}))
                with pytest.raises(ListTampered, match="its seal is broken"):
                    allocation.opened(tx)
                tx.run(update(lists).values(**{column: whole}))
    with database.write() as tx:
        tx.run(update(lists).values(sealed_text=whole[:-1]))
        with pytest.raises(ListTampered):
            allocating.draw(tx, ann)
    assert arm_of(database, ann) is None


def test_a_list_put_in_the_place_of_another_is_found_even_by_who_has_the_key(database: Database) -> None:
    lists, entries = table(AllocationList), table(AuditEntry)
    better = LIST.replace("1,main,cbt\n2,main,mbt", "1,main,mbt\n2,main,cbt")
    with database.write() as tx:
        allocating.load(tx, LIST)
        ann = joined(tx)
    swapped = {"sealed_text": database.keys.seal(better), "sha256": allocation.sha256_of(better)}
    with database.write() as tx:
        tx.run(update(lists).values(**swapped))
    assert "its SHA-256 is another" in allocating.verify(database)[0]
    with database.write() as tx:
        tx.run(update(entries).where(entries.c.action == allocation.LOADED).values(content_hash=swapped["sha256"]))
        with pytest.raises(ListTampered, match="the audit of the study is broken"):
            allocating.draw(tx, ann)
    with database.write() as tx:
        tx.run(lists.delete())
        with pytest.raises(ListTampered):
            allocating.draw(tx, ann)


def test_an_arm_changed_by_hand_and_a_place_passed_over_are_found(database: Database) -> None:
    draws = table(AllocationDraw)
    with database.write() as tx:
        allocating.load(tx, LIST)
        ann, ben = joined(tx), joined(tx)
        allocating.draw(tx, ann)
        people.change(tx, people.by_study_id(tx, ann).id, "by hand", arm="mbt")
        people.change(tx, people.by_study_id(tx, ben).id, "by hand", arm="mbt")
    found = allocating.verify(database)
    assert f"{ann}: the arm is not the one of the place drawn" in found
    with database.write() as tx:
        tx.run(update(draws).values(sequence=3))
    found = allocating.verify(database)
    assert f"{ann}: the draw and what is kept of it differ" in found
    assert "list 1: places of main were passed over" in found


# what is seen


def test_only_unblinding_tells_an_arm_and_the_audit_says_who_asked_and_why(database: Database) -> None:
    with database.write("dana") as tx:
        allocating.load(tx, LIST)
        ann = joined(tx)
        shown = f"{allocating.draw(tx, ann)} {allocating.shown(tx)} {allocating.verify(database)}"
        assert not any(arm in shown for arm in ARMS)
        assert allocating.shown(tx, unblinded=True)[0].arms == {"cbt": 1}, "only what was drawn"
        with pytest.raises(DrawRefused, match="needs a reason"):
            allocating.unblind(tx, ann, " ")
        assert allocating.unblind(tx, ann, "serious event") == "cbt"
    with database.read() as tx:
        entries = table(AuditEntry)
        asked = tx.rows(select(entries).where(entries.c.action == "allocation:unblinded").order_by(entries.c.id))
    assert [(row.chain, row.actor, row.subject) for row in asked] == [
        ("study", "dana", f"{ann}: serious event"),
        (ann, "dana", "serious event"),
    ]


# in the chat


async def waiting(clinic: Clinic) -> Patient:
    """Somebody who has answered the baseline and waits to be allocated."""
    ann = await clinic.enrolled(None)
    with clinic.database.write() as tx:
        person = people.by_study_id(tx, "P0001")
        done = CheckInFinished(visit="baseline", complete=True, at=tx.now)
        facts.write(tx, "baseline", done, Where(person.id, "P0001", "end"))
        allocating.load(tx, LIST)
    return ann


def draws(clinic: Clinic) -> None:
    with clinic.database.write("dana") as tx:
        allocating.draw(tx, "P0001")
        planning.replan(tx, people.by_study_id(tx, "P0001").id)


async def test_the_person_hears_neutral_words_and_a_pause_then_has_an_exercise(clinic: Clinic) -> None:
    ann = await waiting(clinic)
    await ann.does(">/pause", "6", "4", "Both", "I took it, or take it now", "1 tablet (usual)")
    draws(clinic)
    await clinic.passes(minutes=20)
    assert ann.last.text == "Your place in the study is set. Your weekly sessions begin on Tuesday 3 March."
    with clinic.database.read() as tx:
        letter = tx.first(select(table(Outbox)).where(table(Outbox).c.message_key == "allocation.told"))
    assert letter.kind == "prompt"
    await ann.does(">/pause", "6", "4", "Both")
    assert "1 minute" in ann.buttons
    assert clinic.kept(ExerciseLed) == []


async def test_nothing_a_person_does_undoes_an_allocation(clinic: Clinic) -> None:
    ann = await waiting(clinic)
    await ann.does(">/pause", "6")
    draws(clinic)
    await clinic.passes(minutes=20)
    await ann.does("« Back", "7", "4", "Both", "I took it, or take it now", "1 tablet (usual)", "« Back")
    await ann.says("/undo")
    for button in list(ann.buttons):
        await ann.taps(button)
    assert len(clinic.kept(Allocated)) == 1
    assert arm_of(clinic.database, "P0001") == "cbt"


async def test_in_quiet_hours_they_hear_it_in_the_morning(clinic: Clinic) -> None:
    ann = await waiting(clinic)
    await clinic.later(hours=13)
    draws(clinic)
    await clinic.passes(minutes=5)
    assert "Your place" not in ann.last.text
    await clinic.passes(hours=12)
    texts = [message.text for message in ann.person.messages]
    assert "Your place in the study is set. Your weekly sessions begin today." in texts
