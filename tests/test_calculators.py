"""`coach mme` and `coach score` as scripts see them: objects on stdout, one line on stderr, exit status."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bot.commands.calculators import ItemRefused, add_to, read_item
from content import factors
from study.mme import Note, Reason, daily_mme

CDC2022 = factors.factor_set()

app = typer.Typer()
add_to(app)


def run(*args: str) -> Result:
    return CliRunner().invoke(app, args)


def answer(*args: str) -> Any:
    result = run(*args)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.count("\n") == 1
    return json.loads(result.stdout)


def mme(*items: str, factors: str = "cdc2022") -> Any:
    return answer("mme", "--json", "--factors", factors, *items)["mme"]


def scored(*args: str) -> Any:
    return answer("score", "--json", *args)["score"]


def assert_refused(*args: str) -> str:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"coach {args[0]}: ")
    assert result.stderr.endswith("\n")
    assert result.stderr.count("\n") == 1
    return result.stderr


def why_refused(item: str) -> str | None:
    """The code of the refusal, None for what is read and counted or given a reason."""
    try:
        dose = read_item(item)
    except ItemRefused as refused:
        return refused.code
    day = daily_mme([dose], CDC2022)
    return None if (day.value is None) == (day.reason is not None) else "neither a figure nor a reason"


def test_the_example_of_the_design_page() -> None:
    day = answer("mme", "--json", "oxycodone 10 mg x4", "fentanyl patch 25 mcg/h x1")
    assert list(day) == ["mme", "complete", "factors", "parts"]
    assert (day["mme"], day["complete"], day["factors"]) == (120, True, "cdc2022")
    assert [part["mme"] for part in day["parts"]] == [60, 60]
    assert list(day["parts"][0]) == [
        "name", "medicine", "form", "daily_amount", "unit", "factor", "mme", "reason", "notes",
    ]  # fmt: skip


def test_none_is_zero_and_nothing_is_missing() -> None:
    assert answer("mme", "--json", "none") == {"mme": 0, "complete": True, "factors": "cdc2022", "parts": []}
    assert answer("mme", "--json") == {"mme": None, "complete": False, "factors": "cdc2022", "parts": []}
    assert mme("None") == 0


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("hydrocodone 5/325 mg x4", 20),
        ("hydrocodone/acetaminophen 5/325 mg x4", 20),
        ("hydrocodone-acetaminophen 5-325 mg x4", 20),
        ("Hydrocodone Bitartrate and Acetaminophen 5 mg/325 mg x4", 20),
        ("hydrocodone w/ acetaminophen 5/325 mg x4", 20),
        ("Norco 5 mg x4", 20),
        ("oxycodone ER 10 mg x2", 30),
        ("oxycodone extended release 10 mg x2", 30),
        ("OXYCODONE IR TABLETS 10 MG X2", 30),
        ("oxycodone 10 mg tablets x2", 30),
        ("oxycodone 10mg x2", 30),
        ("oxycodone 10 mg ×2", 30),
        ("  oxycodone   10 mg  x 2 ", 30),
        ("oxycodone\u00a010\u00a0mg x2", 30),
        ("oxycodone 10 mg x120/30d", 60),
        ("oxycodone 10 mg x120 / 30 days", 60),
        ("oxycodone 10 mg x4/1d", 60),
        ("oxycodone 2,5 mg x4", 15),
        ("oxycodone 2.5 mg x4", 15),
        ("oxycodone 5 mg x0,5", 3.75),
        ("oxycodone 5 mg x.5", 3.75),
        ("oxycodone 0,125 mg x8", 1.5),
        ("oxycodone 10000 mcg x1", 15),
        ("oxycodone 10 mg x0", 0),
        ("codeine 30/300 mg x4", 18),
        ("Tylenol #3 300/30 mg x4", 18),
        ("Tylenol with codeine 300/30 mg x4", 18),
        ("acetaminophen/codeine 300/30 mg x4", 18),
        ("codeine/acetaminophen 30/300 mg x4", 18),
        ("tramadol/acetaminophen 37,5/325 mg x4", 30),
        ("fentanyl patch 25 mcg/h x1", 60),
        ("fentanyl transdermal patch 25 µg/hr x1", 60),
        ("fentanyl 25 mcg/h x1", 60),
        ("fentanyl 25 mcg per hour patch x1", 60),
        ("Duragesic 25 mcg/h x1", 60),
        ("fentanyl patch 37,5 mcg/h x1", 90),
        ("fentanyl patch 12 mcg/h x1", 30),
        ("fentanyl patch 25 mcg/h x2", 120),
        ("fentanyl patch 25 mcg/h x10/30d", 60),
        ("fentanyl patch 25 mcg/h x1/3d", 60),
        ("methadone 10 mg x6", 282),
        ("hydromorphone 1 mg x2", 10),
        ("morphine liquid 2 mg/mL x10", 20),
        ("morphine oral solution 10 mg/5 mL x15 mL", 30),
        ("morphine liquid 10 mg/5mL x450mL/30d", 30),
        ("morphine 20 mg/ml x1.5ml", 30),
        ("morphine liquid 10 mg x3", 30),
        ("hydrocodone/acetaminophen solution 7.5/325 mg/15mL x30mL", 15),
        ("morphine drops 20 mg/mL x0.5mL", 10),
        ("tapentadol 100 mg x2", 80),
    ],
)
def test_what_people_write_for_a_medicine(item: str, value: float) -> None:
    assert mme(item) == value


@pytest.mark.parametrize(
    ("item", "factor_set", "value"),
    [
        ("fentanyl patch 25 mcg/h x10/30d", "cdc2018_file", 60),
        ("fentanyl patch 25 mcg/h x1", "cdc2018_file", 60),
        ("buprenorphine patch 5 mcg/h x4/28d", "cdc2016_file", 9),
        ("butorphanol 10 mg/mL x2.5mL/30d", "cdc2018_file", 175 / 30),
        ("butorphanol nasal spray 10 mg/mL x2.5mL/30d", "cdc2016_file", 175 / 30),
        ("methadone 10 mg x6", "cdc2016_clinical", 600),
        ("methadone 20.5 mg x1", "cdc2016_clinical", 164),
        ("methadone 25 mg x1", "cdc2016_clinical", 200),
        ("hydromorphone 4 mg x4", "cdc2016_clinical", 64),
        ("tramadol 50 mg x4", "cdc2018_file", 20),
        ("levorphanol 2 mg x3", "cdc2018_file", 66),
        ("fentanyl lozenge 400 mcg x2", "cdc2018_file", 104),
        ("fentanyl lozenge 0.4 mg x2", "cdc2018_file", 104),
        ("Subsys 100 mcg x1", "cdc2018_file", 18),
        ("Subsys spray 100 mcg x1", "cdc2018_file", 18),
        ("Fentora tablet 100 mcg x1", "cdc2018_file", 13),
    ],
)
def test_each_factor_set_gives_its_own_figure(item: str, factor_set: str, value: float) -> None:
    assert mme(item, factors=factor_set) == value


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("buprenorphine patch 5 mcg/h x1", "partial_agonist"),
        ("Suboxone film 8/2 mg x2", "partial_agonist"),
        ("levorphanol 2 mg x3", "no_factor"),
        ("fentanyl lozenge 400 mcg x2", "no_factor"),
        ("fentanyl 100 mcg x1", "form_needed"),
        ("morphine injection 10 mg x1", "route"),
        ("morphine IV 10 mg/mL x1mL", "route"),
        ("hydromorphone intrathecal 2 mg x1", "route"),
        ("oxycodon 10 mg x4", "unknown_medicine"),
        ("ibuprofen 400 mg x3", "unknown_medicine"),
        ("U-47700 10 mg x1", "unknown_medicine"),
    ],
)
def test_a_medicine_without_a_figure_makes_the_day_incomplete(item: str, reason: str) -> None:
    day = answer("mme", "--json", "oxycodone 10 mg x4", item)
    assert (day["mme"], day["complete"]) == (None, False)
    assert [part["mme"] for part in day["parts"]] == [60, None]
    assert [part["reason"] for part in day["parts"]] == [None, reason]


REFUSED = [
    "",
    " ",
    "-",
    "-1",
    "--jsn",
    "oxycodone",
    "oxycodone x4",
    "oxycodone 10 x4",
    "oxycodone 10 mg",
    "oxycodone 10 mg 4",
    "10 mg x4",
    "2 x oxycodone 10 mg x4",
    "oxycodone 10 20 mg x4",
    "oxycodone 10 mg x4 x2",
    "oxycodone 10 mg x4, morphine 15 mg x2",
    "oxycodone -10 mg x4",
    "oxycodone 10 mg x-4",
    "oxycodone 0 mg x4",
    "oxycodone 5/0 mg x4",
    "oxycodone 1e3 mg x4",
    "oxycodone nan mg x4",
    "oxycodone 1,000 mg x1",
    "oxycodone 10 mg x1,000",
    "oxycodone 10. mg x4",
    "oxycodone ١٠ mg x4",
    "oxycodone 5-10 mg x4",
    "oxycodone 10 mg x4/0d",
    "oxycodone 10 mg x4/30",
    "oxycodone 10 mg x1/2",
    "oxycodone 10 mg x4/-1d",
    "oxycodone 10 g x1",
    "oxycodone 10 ml x1",
    "oxycodone 10 mg powder x1",
    "codeine 300/30 mg x4",
    "acetaminophen/codeine 30/300 mg x4",
    "acetaminophen/codeine 300 mg x4",
    "oxycodone/acetaminophen 5/325/10 mg x4",
    "fentanyl patch 25 mg x1",
    "fentanyl patch 25 mcg x1",
    "fentanyl patch 25 mg/h x1",
    "oxycodone tablet 5 mg/mL x1",
    "oxycodone liquid 5 mg/5mL x4",
    "morphine drops 20 mg/mL x10",
    "oxycodone liquid 5 mg x10mL",
    "oxycodone 10 mg x4" + " " * 300,
    "oxycodone\x00 10 mg x4",
    "oxycodone \udcff 10 mg x4",
]


@pytest.mark.parametrize("item", REFUSED)
def test_what_leaves_anything_to_guess_is_refused_in_one_line(item: str) -> None:
    assert_refused("mme", "--json", item)
    assert_refused("mme", item)


def test_none_beside_a_medicine_is_refused() -> None:
    assert "none" in assert_refused("mme", "--json", "none", "oxycodone 10 mg x4")


def test_a_refusal_is_one_line_even_when_the_input_was_not() -> None:
    assert_refused("mme", "oxy\ncodone\r\n\u2028x")


def test_an_unknown_factor_set_is_refused_with_the_known_ones() -> None:
    assert "cdc2016_clinical" in assert_refused("mme", "--json", "--factors", "cdc1999", "none")
    assert_refused("mme", "--factors")
    assert_refused("mme", "--json=3")


def test_the_text_for_staff_carries_every_warning() -> None:
    for args in (["oxycodone 10 mg x4"], ["kratom 5 mg x1"], ["none"], []):
        result = run("mme", *args)
        assert result.exit_code == 0
        assert all(warning in result.stdout for warning in factors.words().warnings)
    assert len(factors.words().warnings) == 7


def test_the_text_for_staff_shows_one_decimal_or_why_there_is_no_figure() -> None:
    assert "MME: 60.0 mg a day" in run("mme", "oxycodone 10 mg x4").stdout
    assert "MME: no figure" in run("mme", "kratom 5 mg x1").stdout
    assert "worn for its usual time" in run("mme", "fentanyl patch 25 mcg/h x10/30d").stdout


def test_every_reason_note_and_refusal_has_its_words_and_no_words_are_left_over() -> None:
    words = factors.words()
    assert set(words.reasons) == set(get_args(Reason))
    assert set(words.notes) == set(get_args(Note))
    assert {why_refused(item) for item in REFUSED} | {"none_alone"} == set(words.refusals)


@pytest.mark.parametrize(
    ("args", "value"),
    [
        (["peg", "7", "8", "6"], 7.0),
        (["peg", "5", "6", "8"], 19 / 3),
        (["peg", "7", "8", "-"], None),
        (["nrs", "0"], 0),
        (["nrs", "10"], 10),
        (["rmdq", "1", "3", "5", "7"], 4),
        (["rmdq", *map(str, range(1, 25))], 24),
        (["rmdq", "3", "3"], 1),
        (["rmdq", "none"], 0),
        (["rmdq"], None),
        (["rmdq", "-"], None),
        (["rmdq-24", "24"], 1),
        (["phq4", "2", "2", "2", "2"], 8),
        (["PHQ-9", *["1"] * 7, "-", "-"], 9),
        (["gad7", *["3"] * 7], 21),
        (["pgic", "2"], 2),
        (["hrqol4", "3", "10", "5", "4"], 15),
        (["hrqol4", "4", "20", "15", "20"], 30),
        (["hrqol4", "1", "0", "0", "-"], 0),
        (["hrqol4", "2", "-", "3", "1"], None),
        (["odi", "3", "1", "3", "2", "2", "3", "1", "-", "2", "2"], 1900 / 45),
        (["bpi", "8", "3", "6", "5", *["-"] * 7], 5.5),
        (["comm", *["4"] * 17], 68),
        (["pcs", *["4"] * 13], 52),
        (["pseq-10", *["6"] * 10], 60),
        (["pseq2", "5", "6"], 11),
    ],
)
def test_scores_on_the_command_line(args: list[str], value: float | None) -> None:
    assert scored(*args) == value


def test_a_score_is_one_object_with_four_fields() -> None:
    assert answer("score", "--json", "peg", "7", "8", "6") == {
        "score": 7.0, "n_missing": 0, "version": "peg-1", "reason": None,
    }  # fmt: skip
    assert answer("score", "peg", "7", "8", "-", "--json") == {
        "score": None, "n_missing": 1, "version": "peg-1", "reason": "skipped",
    }  # fmt: skip


def test_a_list_not_ticked_at_all_or_not_finished_is_missing() -> None:
    assert answer("score", "--json", "rmdq")["reason"] == "not_answered"
    assert answer("score", "--json", "rmdq")["n_missing"] == 24
    assert answer("score", "--json", "rmdq", "1", "3", "-")["reason"] == "unfinished"
    assert answer("score", "--json", "peg") == {
        "score": None, "n_missing": 3, "version": "peg-1", "reason": "not_answered",
    }  # fmt: skip


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["odi", "1"],
        ["peg", "7", "8"],
        ["peg", "7", "8", "6", "5"],
        ["peg", "11", "8", "6"],
        ["peg", "-1", "8", "6"],
        ["peg", "7-8", "8", "6"],
        ["peg", "7.5", "8", "6"],
        ["peg", "7,5", "8", "6"],
        ["peg", "seven", "8", "6"],
        ["peg", "", "8", "6"],
        ["peg", "٧", "8", "6"],
        ["peg", "07", "8", "6"],
        ["peg", "none"],
        ["peg", "--", "7", "8", "-6"],
        ["nrs", "1" * 400],
        ["rmdq", "0"],
        ["rmdq", "25"],
        ["rmdq", "-1"],
        ["rmdq", "none", "3"],
        ["rmdq", "yes"],
        ["pgic", "0"],
        ["phq4", "4", "0", "0", "0"],
        ["--unknown", "7"],
        ["peg", "--unknown", "8", "6"],
    ],
)
def test_wrong_answers_are_refused_in_one_line(args: list[str]) -> None:
    assert_refused("score", *args)
    assert_refused("score", "--json", *args)


def test_an_answer_that_looks_like_an_option_reaches_the_command() -> None:
    assert "'-1' is not an answer to p" in assert_refused("score", "--json", "peg", "-1", "8", "6")
    assert "'-x'" in assert_refused("mme", "-x")


def test_all_scores_of_an_instrument_come_as_a_list() -> None:
    found = answer("score", "--json", "--all", "bpi", "8", "3", "6", "-", *["2"] * 4, *["-"] * 3)
    assert [(each["name"], each["score"], each["reason"]) for each in found] == [
        ("bpi_severity", None, "skipped"),
        ("bpi_average_item", 6, None),
        ("bpi_interference", 2.0, None),
    ]


def test_what_is_scored_elsewhere_is_refused_with_the_reason() -> None:
    assert "scored elsewhere" in assert_refused("score", "--json", "sf12", "43")


def test_the_text_of_a_score_names_bands_signs_and_what_is_missing() -> None:
    assert "peg: 7.0, severe" in run("score", "peg", "7", "8", "6").stdout
    assert "no score (skipped, 1 missing)" in run("score", "peg", "7", "8", "-").stdout
    assert "gad2: 3, anxiety" in run("score", "phq4", "2", "1", "1", "1").stdout
    assert "look at this now: self_harm" in run("score", "phq9", *["0"] * 8, "1").stdout
    assert "2 missing" in run("score", "phq9", *["1"] * 7, "-", "-").stdout


READ_OR_REFUSED = {None, *factors.words().refusals}
PIECES = st.sampled_from(
    ["oxycodone", "fentanyl", "patch", "er", "5", "10", "1,5", "325", "mg", "mcg/h", "mg/5mL", "x", "/", "-", "x4"]
)  # fmt: skip


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    assert why_refused(text) in READ_OR_REFUSED


@given(st.lists(PIECES, max_size=10), st.sampled_from(["", " "]))
def test_any_jumble_of_the_grammar_is_either_read_or_refused(jumble: list[str], between: str) -> None:
    assert why_refused(between.join(jumble)) in READ_OR_REFUSED
