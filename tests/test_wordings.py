"""Wordings a site brings: held against the schema, asked in the chat, and the PHQ-9 only where somebody acts on it."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.readiness import on_call
from bot.world import World
from content.catalogue import catalogue
from content.instruments import instrument
from content.loading import ContentRefused
from content.supplied import read_wording, supply
from coordinator import alerting
from coordinator.wordings import bring, take_back
from records import facts, people, roster, supplied
from records.facts import Where
from records.roster import Reader
from records.tables import AuditEntry, table
from study import responses
from study.facts import DosePrompts
from tests.clinic import MORPHINE, Clinic, clinic_over, fresh_sqlite
from tests.protocols import put
from tests.test_commands import Shell
from tests.test_commands import bare as bare
from tests.test_commands import coach as coach
from tests.visiting import begins, kept, scored

pytestmark = pytest.mark.weeks

CHANNELS = {"staff_chat": -100, "mail": True}
NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
LABELS = ["Never", "Some", "Much", "Always"]


def written(code: str, count: int, *, prefix: str = "q", **changed: Any) -> str:
    """A file with made-up words: no question of any instrument stands in a test."""
    fields: dict[str, Any] = {
        "instrument": code,
        "language": "en",
        "recall": instrument(code).recall,
        "licence": "given to this test by nobody",
        "source": "made up",
        "stem": "How often was it so?",
        "options": LABELS[: instrument(code).items[0].high + 1],
        "asked_at": ["month_3"],
    }
    fields |= changed
    lines = [f"{name} = {_toml(value)}" for name, value in fields.items() if value is not None]
    words = [f'{prefix}{n} = "The {NUMBERS[n - 1]} thing"' for n in range(1, count + 1)]
    return "\n".join([*lines, "[items]", *words]) + "\n"


def _toml(value: Any) -> str:
    return f"[{', '.join(map(_toml, value))}]" if isinstance(value, list) else f'"{value}"'


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    supply({})


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    async with clinic_over(fresh_sqlite(tmp_path), CHANNELS) as clinic:
        yield clinic


def on_the_roster(clinic: Clinic) -> None:
    with clinic.database.write("staff") as tx:
        roster.add(tx, Reader("dana", "Dana", "nurse", "1234567", "00:00", "23:59", "UTC"))


def brought(clinic: Clinic, folder: Path, body: str, *, staffed: bool = True) -> Any:
    file = folder / "wording.toml"
    file.write_text(body, encoding="utf-8")
    return bring(clinic.database, file, "erin", staffed=staffed)


async def test_an_imported_gad7_is_asked_within_a_minute_scored_and_asked_no_more_once_withdrawn(
    clinic: Clinic, tmp_path: Path
) -> None:
    ann = await clinic.enrolled()
    await begins(clinic, ann, "month_3", "peg")
    assert "1 of 3" in ann.hears
    await ann.does("7", "8", "6")
    assert brought(clinic, tmp_path, written("gad7", 7)).new
    await clinic.later(minutes=2)
    await begins(clinic, ann, "month_3", "peg")
    assert "The first thing" in ann.hears
    assert "How often was it so?" in ann.hears
    assert ann.buttons[:4] == LABELS
    await ann.does(*["Much"] * 7)
    assert scored(clinic, "month_3", "gad7")["gad7"].value == 14
    assert take_back(clinic.database, "gad7", "erin")
    assert not take_back(clinic.database, "gad7", "erin")
    await clinic.later(minutes=2)
    assert not responses.parts("month_3", ["gad7"], staffed=True)
    await clinic.node.start()
    assert len(kept(clinic, "month_3", "gad7")) == 7


async def test_the_phq9_is_taken_and_asked_only_where_somebody_acts_on_an_answer(
    clinic: Clinic, tmp_path: Path
) -> None:
    with pytest.raises(ContentRefused, match="taken only with somebody on the roster"):
        brought(clinic, tmp_path, written("phq9", 9), staffed=False)
    ann = await clinic.enrolled()
    brought(clinic, tmp_path, written("phq9", 9))
    await clinic.later(minutes=2)
    await begins(clinic, ann, "month_3")
    assert "nothing left to answer" in ann.hears
    on_the_roster(clinic)
    with clinic.database.read() as tx:
        assert not any(on_call(World(bot="1", **one), tx) for one in ({"staff_chat": -100}, {"mail": True}))
    await begins(clinic, ann, "month_3")
    await ann.does(*["Never"] * 8)
    assert alerting.listed(clinic.database) == []
    await ann.taps("Some")
    assert "Are you safe" in ann.hears
    assert [(a.rule, a.tier) for a in alerting.listed(clinic.database)] == [("phq9_item9", 1)]
    assert scored(clinic, "month_3", "phq9")["phq9"].value == 1


async def test_a_licensed_instrument_the_site_has_the_rights_to_is_asked_in_the_same_way(
    clinic: Clinic, tmp_path: Path
) -> None:
    ann = await clinic.enrolled()
    options = ["None", "A bit", "Some", "Much", "Most", "All"]
    body = written("odi", 9, prefix="", options=options).replace("[items]", '[items]\n10 = "The last thing"')
    brought(clinic, tmp_path, body)
    await clinic.later(minutes=2)
    await begins(clinic, ann, "month_3")
    await ann.does(*["Some"] * 9, "Skip")
    assert scored(clinic, "month_3", "odi")["odi"].value == 40.0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"language": "de"}, "language: de; allowed: en"),
        ({"recall": "today"}, "gad7 looks back over: past 2 weeks"),
        ({"options": LABELS[:3]}, "q1 has 4 answers, 0 to 3; labels: 3"),
        ({"options": ["x" * 41, *LABELS[1:]]}, "over 40 characters"),
        ({"stem": "Name {it}"}, "has braces"),
        ({"licence": "ours"}, "licence"),
        ({"colour": "blue"}, "colour"),
        ({"instrument": "peg"}, "peg takes no wording; allowed: "),
        ({"instrument": "sf12"}, "sf12 takes no wording"),
    ],
)
def test_a_wording_that_does_not_fit_the_schema_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ContentRefused, match=r"wording\.toml") as refused:
        read_wording(written("gad7", 7, **changed), "wording.toml")
    assert said in str(refused.value)


def test_missing_and_unknown_items_are_all_named() -> None:
    with pytest.raises(ContentRefused) as refused:
        read_wording(written("gad7", 9), "wording.toml")
    assert "there is no item q8, q9" in str(refused.value)
    with pytest.raises(ContentRefused) as refused:
        read_wording(written("gad7", 5, language="de"), "wording.toml")
    assert "gad7 has 7 items; missing: q6, q7" in str(refused.value)
    assert len(refused.value.reasons) == 2
    with pytest.raises(ContentRefused, match="no TOML"):
        read_wording("instrument =", "wording.toml")
    scale = written("bpi", 0, recall="past week", options=None)
    with pytest.raises(ContentRefused, match="a scale says what its ends mean"):
        read_wording(scale, "wording.toml")


def test_a_wording_that_fits_no_more_after_a_release_is_left_out_and_named() -> None:
    (refused,) = supply({"gad7": written("gad7", 6), "odi": written("odi", 9, prefix="") + '10 = "Last"\n'})[:1]
    assert (refused.file, "missing: q7" in refused.reasons[0]) == ("gad7 as imported", True)
    assert not instrument("gad7").text_included


def test_a_supplied_wording_changes_the_catalogue_and_goes_without_a_trace() -> None:
    before = catalogue().version
    supply({"gad7": written("gad7", 7)})
    assert catalogue().version != before
    assert instrument("gad7").version == "gad7-1"
    supply({})
    assert catalogue().version == before
    assert not instrument("gad7").text_included


def test_the_command_checks_keeps_and_withdraws(coach: Shell) -> None:
    file = coach.folder / "gad7.toml"
    file.write_text(written("gad7", 7), encoding="utf-8")
    assert "would be imported" in coach("import", "instrument", str(file), "--dry-run").stdout
    assert coach.json("import", "instrument", str(file))["new"] is True
    assert "is there already" in coach("import", "instrument", str(file)).stdout
    assert "withdrawn" in coach("import", "instrument", "--withdraw", "gad7").stdout
    assert "no wording of gad7" in coach("import", "instrument", "--withdraw", "gad7", status=1).stderr
    coach("import", "instrument", status=2)
    file.write_text(written("phq9", 9, asked_at=["month_4"]), encoding="utf-8")
    lines = coach("import", "instrument", str(file), status=1).stderr.splitlines()
    assert "there is no check-in month_4" in lines[0]
    assert "COACH_STAFF_CHAT" in lines[1]


def test_check_says_that_an_imported_phq9_waits_for_somebody_on_call(coach: Shell) -> None:
    from records import supplied

    db = coach.database()
    with db.write("staff") as tx:
        supplied.keep(tx, "phq9", written("phq9", 9))
    db.close()
    assert "phq9 is imported and not asked" in coach("check", status=1).stdout
    assert len(coach_json(coach)["not_asked"]) == 1


def coach_json(coach: Shell) -> Any:
    import json

    return json.loads(coach("check", "--json", status=1).stdout)


def test_the_protocol_check_knows_imported_wordings_and_looks_at_everybodys_dosing_times(
    coach: Shell, tmp_path: Path
) -> None:
    tested = put(tmp_path, "stamp.toml", {'\n    "nrs4", "peg"': '\n    "gad7", "nrs4", "peg"'})
    wanting = tmp_path / "gad7.toml"
    wanting.write_text(written("gad7", 7), encoding="utf-8")
    assert "gad7: its text is not there" in coach("protocol", "check", str(tested), status=1).stderr
    coach("import", "instrument", str(wanting), "--who", "dana")
    assert "nothing to object to (0 people looked at)" in coach("protocol", "check", str(tested)).stdout
    coach("participant", "add", "--arm", "mbt", "--test")
    db = coach.database()
    with db.write("test") as tx:
        doses = MORPHINE.model_copy(update={"times": "03:00,09:00,12:00,15:00,18:00,20:00"})
        facts.write(tx, "m", doses, Where(1, "T0001", "test"))
        facts.write(tx, "p", DosePrompts(medicine="m", wanted=True, at=tx.now), Where(1, "T0001", "test"))
        on = tx.now.date()
        people.change(tx, 1, "test", status="enrolled", enrolled_on=on, allocated_on=on, zone="America/New_York")
    db.close()
    told = coach("protocol", "check", status=1).stderr
    assert "T0001: no prompt before the dose of m at 03:00: quiet hours" in told
    assert "T0001: pre_dose is over the cap of 3 messages on 350 days" in told
    assert "(1 people looked at)" in told
    said = json.loads(coach("protocol", "check", "--json", status=1).stdout)
    assert {problem["place"] for problem in said["problems"]} == {"T0001"}
    coach.env["COACH_DATABASE_URL"] = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    assert "(no people looked at: there is no database yet)" in coach("protocol", "check").stdout
    assert not (tmp_path / "none.sqlite3").exists()


def test_an_export_has_the_wordings_in_force_at_its_cut_and_keeps_them_when_it_is_made_again(
    coach: Shell, tmp_path: Path
) -> None:
    def exported(name: str, *more: str) -> dict[str, bytes]:
        coach("export", "--out", str(tmp_path / name), *more)
        return {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}

    def first(name: str) -> tuple[str, str, str, str]:
        with (tmp_path / name / "questions.csv").open(encoding="utf-8", newline="") as file:
            (row,) = [row for row in csv.DictReader(file) if (row["instrument"], row["item"]) == ("gad7", "q1")]
        return row["text"], row["values"], row["asked_at"], row["wording"]

    file = tmp_path / "gad7.toml"
    file.write_text(written("gad7", 7).replace('"The first', '"=cmd!The first'), encoding="utf-8")
    before = exported("before")
    coach("import", "instrument", str(file), "--who", "dana")
    brought = exported("brought")
    assert first("before") == ("", "", "", "")
    labels = " | ".join(f"{value} = {label}" for value, label in enumerate(LABELS))
    assert first("brought") == ("'=cmd!The first thing", labels, "month_3", "brought_by_site")
    told = [json.loads(each["manifest.json"]) for each in (before, brought)]
    assert ["gad7" in each["wordings"] for each in told] == [False, True]
    assert told[1]["apostrophes"] == {"questions.text": 1}
    dictionary = exported("redcap", "--format", "redcap")["3_dictionary.csv"].decode()
    assert "radio,The second thing" in dictionary
    coach("import", "instrument", "--withdraw", "gad7", "--who", "dana")
    assert exported("before_again", "--as-of", told[0]["as_of"]) == before
    assert exported("brought_again", "--as-of", told[1]["as_of"]) == brought
    exported("withdrawn")
    assert first("withdrawn") == ("", "", "", "")
    assert not instrument("gad7").text_included  # the process is as it was
    db = coach.database()
    db.clock = lambda: datetime.now(UTC)
    with db.write("dana") as tx:
        supplied.keep(tx, "gad7", "of = 'another release'")
    db.close()
    (remark,) = json.loads(exported("unfit")["manifest.json"])["remarks"]
    assert remark.startswith("without a wording that was imported, it does not fit this release: gad7")


def test_a_site_confirms_a_shipped_wording_which_the_check_and_every_export_then_say(
    coach: Shell, tmp_path: Path
) -> None:
    def exported(name: str, *more: str) -> tuple[str, str, str]:
        coach("export", "--out", str(tmp_path / name), *more)
        with (tmp_path / name / "questions.csv").open(encoding="utf-8", newline="") as file:
            (first,) = [row for row in csv.DictReader(file) if (row["instrument"], row["item"]) == ("rmdq", "s1")]
        told = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))["wordings"]
        return first["wording"], first["confirmed_on"], told["rmdq"]

    assert "rmdq: nobody has compared its words" in coach("check", status=1).stdout
    assert exported("before") == ("not_compared", "", "not_compared")
    coach("import", "instrument", "--confirm", "rmdq", status=2)
    assert "to compare: hrqol4, peg" in coach.refuses("import", "instrument", "--confirm", "gad7", "--who", "dana")
    before = datetime.now(UTC).isoformat()
    assert "rmdq: confirmed by dana" in coach("import", "instrument", "--confirm", "rmdq", "--who", "dana").stdout
    assert "rmdq" not in [each["what"][:4] for each in coach_json(coach)["not_compared"]]
    on = datetime.now(UTC).date().isoformat()
    assert exported("after") == ("confirmed_by_site", on, "confirmed_by_site")
    coach("import", "instrument", "--unconfirm", "rmdq", "--who", "erin")
    assert exported("undone") == ("not_compared", "", "not_compared")
    assert exported("as_it_was", "--as-of", before) == ("not_compared", "", "not_compared")
    assert "nobody has confirmed rmdq" in coach.refuses("import", "instrument", "--unconfirm", "rmdq")
    db = coach.database()
    with db.read() as tx:
        entries = table(AuditEntry)
        noted = tx.rows(select(entries.c.action, entries.c.actor).where(entries.c.subject == "rmdq"))
    db.close()
    assert [tuple(row) for row in noted] == [
        ("instrument:confirmed", "dana"),
        ("instrument:confirmation_withdrawn", "erin"),
    ]
