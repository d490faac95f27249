"""Safety texts, numbers, countries and alert rules, as a person in danger and a coordinator meet them."""

import re
from collections.abc import Mapping
from importlib import resources
from typing import Any
from zoneinfo import available_timezones

import pytest

from content import loading, safety_data, safety_texts
from content.loading import ContentRefused
from content.safety_data import AlertRule, Alerts, Words, alerts
from content.safety_texts import (
    UNKNOWN,
    WORDS,
    AllNumbers,
    SafetyText,
    all_numbers,
    country_of,
    numbers_of,
    safety_text,
    spoken,
    untranslated,
)
from content.wording import count_words, problems

OTHERS = {"time": "03:10", "who": "The study team", "when": "on weekdays, 9 to 5"}
TEXTS = safety_texts.safety_texts()
EMERGENCY = [key for key, text in TEXTS.items() if text.kind == "emergency"]


def as_read(key: str, country: str | None = "US") -> str:
    return safety_text(key, "en", **OTHERS, **spoken(numbers_of(country), "en"))


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_plain_short_and_tells_nobody_what_to_do_with_a_dose(key: str) -> None:
    assert problems(as_read(key), limit_words=WORDS.get(TEXTS[key].kind), grade=6.0) == []


@pytest.mark.parametrize("key", EMERGENCY)
def test_an_emergency_text_stays_short_when_no_number_is_known(key: str) -> None:
    assert count_words(as_read(key, None)) <= 60


@pytest.mark.parametrize("key", [key for key in EMERGENCY if key != "overdose_next"])
def test_an_emergency_text_begins_with_what_to_do_now(key: str) -> None:
    first = as_read(key).split(".")[0]
    assert re.match(r"(Call|Go|Get) ", first)
    assert re.search(r"\b(now|today)\b", first)


@pytest.mark.parametrize("key", EMERGENCY)
def test_no_emergency_text_says_that_somebody_is_watching_or_will_come(key: str) -> None:
    claims = r"\b(team|we|watch\w*|reads?|will (call|contact|answer|get back))\b"
    assert not re.search(claims, as_read(key), re.IGNORECASE)


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("overdose", ["Call 911", "will not wake", "blue or gray lips", "naloxone", "2 to 3 minutes", "again", "Stay"]),
        ("overdose_next", ["on their side", "rescue breaths", "30 to 90 minutes", "stay with them"]),
        ("suicide_now", ["Call or text 988", "call 911", "another person"]),
        ("suicidal_thoughts", ["Call or text 988", "call 911", "not to be alone"]),
        ("back_red_flags", ["emergency department", "even at night", "bladder or bowel", "cauda equina"]),
        ("withdrawal", ["all right to call", "prescriber or pharmacist", "suddenly", "old dose can be too strong"]),
        ("ran_out", ["even if they said no", "old dose can be too strong", "Call or text 988"]),
        ("pregnancy", ["today", "Do not stop your medicine suddenly"]),
        ("co_use", ["Do not stop a sleep or anxiety medicine suddenly either"]),
        ("safe_check", ["Are you safe right now?"]),
        ("late", ["You wrote this at 03:10; I could only answer now."]),
        ("watching_nobody", ["Nobody is watching this chat."]),
        ("watching", ["The study team reads messages on weekdays, 9 to 5."]),
        ("not_meant", ["added a note", "Only the study team can close"]),
    ],
)
def test_a_text_says_what_it_has_to(key: str, facts: list[str]) -> None:
    assert [fact for fact in facts if fact not in as_read(key)] == []


def test_the_standing_line_is_word_for_word_the_agreed_one() -> None:
    assert safety_text("standing", "en") == (
        "Keep taking your medicine as prescribed. If you would like to change how much you take, "
        "talk with your prescriber first; stopping quickly can be dangerous."
    )


def test_no_text_needs_a_discreet_variant_because_none_names_the_condition() -> None:
    assert [key for key in TEXTS if safety_text(key, "en", True, **OTHERS) != safety_text(key, "en", **OTHERS)] == []


def test_a_discreet_variant_is_shown_where_there_is_one() -> None:
    text = SafetyText.model_validate(a_text(say={"en": "Is the pain new?"}, discreet={"en": "Is it new?"}))
    assert text.discreet["en"] == "Is it new?"


def test_a_language_without_translation_is_answered_in_english() -> None:
    assert safety_text("overdose", "xx") == safety_text("overdose", "en")
    assert set(untranslated("xx")) == set(TEXTS)
    assert untranslated("en") == ()


def test_a_number_nobody_gave_has_words_in_its_place() -> None:
    assert safety_text("overdose", "en").startswith("Call your local emergency number now.")
    assert safety_text("suicide_now", "en").startswith("Call your local crisis line now.")


def test_a_missing_placeholder_or_key_is_named() -> None:
    with pytest.raises(KeyError, match="time"):
        safety_text("late", "en")
    with pytest.raises(KeyError, match="nonsense"):
        safety_text("nonsense", "en")


def a_text(**changes: Any) -> dict[str, Any]:
    return {"kind": "line", "version": 1, "source": "x", "say": {"en": "Hello {number}."}, **changes}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"say": {"de": "Hallo {number}."}}, "no English text"),
        ({"say": {"en": "Call {phone}."}}, "unknown placeholders"),
        ({"say": {"en": "Call {number}.", "de": "Ruf an."}}, "other placeholders"),
        ({"say": {"en": "word " * 26}}, "too long"),
        ({"kind": "button", "say": {"en": "a button with far too many letters"}}, "too long"),
        ({"say": {"en": " "}}, "empty"),
        ({"say": {"en": "Is the pain new?"}}, "no discreet text"),
        ({"discreet": {"en": "pain {number}"}}, "there to hide"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_with_the_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContentRefused, match=reason):
        loading.checked(SafetyText, a_text(**changes), "texts.toml")


# --- numbers and countries ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "said"),
    [
        ("US", {"number": "911", "crisis": "988", "call_crisis": "Call or text 988"}),
        ("PR", {"number": "911", "crisis": "988", "call_crisis": "Call or text 988"}),
        ("GB", {"number": "999", "crisis": "116 123", "call_crisis": "Call 116 123"}),
        ("AU", {"number": "000", "crisis": "13 11 14", "call_crisis": "Call 13 11 14"}),
        ("DE", {"number": "112", "crisis": "0800 111 0 111", "call_crisis": "Call 0800 111 0 111"}),
        ("PL", {"number": "112", "crisis": "your local crisis line", "call_crisis": "Call your local crisis line"}),
    ],
)
def test_each_country_has_its_own_numbers(country: str, said: Mapping[str, str]) -> None:
    assert spoken(numbers_of(country), "en") == said


@pytest.mark.parametrize("country", [None, "ZZ", ""])
def test_an_unknown_country_gets_words_instead_of_a_wrong_number(country: str | None) -> None:
    assert numbers_of(country) is UNKNOWN
    assert spoken(UNKNOWN, "xx")["number"] == "your local emergency number"


def test_no_number_that_ships_claims_to_be_verified() -> None:
    assert not any(row.verified for row in all_numbers().numbers)
    assert all("general knowledge" in row.source for row in all_numbers().numbers)


def a_row(**changes: Any) -> dict[str, Any]:
    return {"countries": ["US"], "emergency": "911", "source": "x", **changes}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([a_row(), a_row()], "listed twice"),
        ([a_row(verified=True)], "not verified"),
        ([a_row(emergency="nine")], "emergency"),
        ([a_row(countries=["USA"])], "countries"),
    ],
)
def test_a_wrong_number_row_is_refused(rows: list[dict[str, Any]], reason: str) -> None:
    words = {"en": {"number": "n", "crisis": "c", "call": "c", "call_or_text": "c"}}
    with pytest.raises(ContentRefused, match=reason):
        loading.checked(AllNumbers, {"words": words, "numbers": rows}, "numbers.toml")


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/New_York", "US"),
        ("US/Eastern", "US"),
        ("Canada/Eastern", "CA"),
        ("Europe/London", "GB"),
        ("GB", "GB"),
        ("Europe/Stockholm", "SE"),
        ("Europe/Amsterdam", "NL"),
        ("Europe/Kiev", "UA"),
        ("Asia/Calcutta", "IN"),
        ("Iceland", "IS"),
        ("America/Puerto_Rico", "PR"),
        ("UTC", None),
        ("Etc/GMT+5", None),
        ("EST5EDT", None),
        ("CET", None),
        ("Nowhere/At_All", None),
    ],
)
def test_a_zone_tells_the_country(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


def test_every_zone_has_a_real_country_or_is_known_to_have_none() -> None:
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    real = {line[:2] for line in table.splitlines() if not line.startswith("#")}
    without = {zone for zone in available_timezones() if country_of(zone) is None}
    assert {country_of(zone) for zone in available_timezones() - without} <= real
    assert {zone for zone in without if "/" in zone and not zone.startswith("Etc/")} == {
        "Africa/Asmera",
        "Africa/Timbuktu",
        "Antarctica/South_Pole",
    }


# --- alert rules ----------------------------------------------------------------------------------


def test_tiers_follow_the_table_of_urgency() -> None:
    tiers = {name: rule.tier for name, rule in alerts().rules.items()}
    assert {name for name, tier in tiers.items() if tier == 0} == {"overdose", "suicide_now", "emergency", "not_safe"}
    urgent = ["suicidal_thoughts", "phq9_item9", "back_red_flags", "withdrawal", "sedation", "pregnancy"]
    assert [tiers[name] for name in urgent] == [1] * 6
    assert [tiers[name] for name in ("phq4_high", "dose_drop", "dose_excess", "co_use")] == [2] * 4
    assert [tiers[name] for name in ("missed_assessments", "lost_contact", "leave_study")] == [3] * 3


def test_tier_0_and_1_silence_unsolicited_messages_and_the_rest_do_not() -> None:
    assert all(rule.blocks_unsolicited == (rule.tier <= 1) for rule in alerts().rules.values())
    assert alerts().tiers["1"].escalate_minutes == 60


def test_what_goes_over_open_channels_says_nothing_clinical() -> None:
    clinical = r"overdos|suicid|harm|withdraw|medicine|opioid|pain|bladder|pregnan|safe\b"
    assert not [rule.notice for rule in alerts().rules.values() if re.search(clinical, rule.notice, re.IGNORECASE)]


def test_the_urgent_menu_has_its_five_choices_in_order() -> None:
    shown = [safety_text(rule.menu, "en") for rule in alerts().rules.values() if rule.menu]
    assert shown == [
        "Took too much, or won't wake",
        "Thoughts of ending my life",
        "New leg or bladder trouble",
        "Ran out, or withdrawal",
        "Something else",
    ]


def test_each_rule_is_answered_by_a_text_as_urgent_as_itself() -> None:
    answered = [(rule.tier, TEXTS[rule.text].kind) for rule in alerts().rules.values() if rule.text]
    assert all((kind == "emergency") == (tier <= 1) for tier, kind in answered)


def a_rule(**changes: Any) -> dict[str, Any]:
    given = {"tier": 2, "version": 1, "found_in": "log", "label": "l", "notice": "n", "source": "x"}
    return {**given, "blocks_unsolicited": False, **changes}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tier": 1}, "block unsolicited"),
        ({"tier": 4}, "tier"),
        ({"blocks_unsolicited": True}, "block unsolicited"),
        ({"found_in": "words"}, "needs the text"),
        ({"found_in": "stars"}, "found_in"),
    ],
)
def test_a_wrong_alert_rule_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContentRefused, match=reason):
        loading.checked(AlertRule, a_rule(**changes), "alerts.toml")


def test_a_missing_tier_is_refused() -> None:
    with pytest.raises(ContentRefused, match="tiers are"):
        loading.checked(Alerts, {"tiers": {}, "rules": {}}, "alerts.toml")


# --- word lists as data ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rules": {"overdose": ["took <pils>"]}}, "no class <pils>"),
        ({"rules": {"overdose": ["took .."]}}, "begins and ends with a word"),
        ({"rules": {"overdose": [""]}}, "begins and ends with a word"),
        ({"rules": {"overdose": ["took* many"]}}, "not a word"),
        ({"joined": {"overdose": ["od"]}}, "six letters"),
        ({"joined": {"unknown": ["overdosed"]}}, "a known rule"),
        ({"misspelt": ["pills"]}, "misspelt"),
    ],
)
def test_a_phrase_written_wrongly_is_refused_with_its_place(changes: dict[str, Any], reason: str) -> None:
    given = {"reviewed": False, "fillers": [], "rules": {"overdose": ["took too many"]}}
    with pytest.raises(ContentRefused, match=reason):
        loading.checked(Words, {**given, **changes}, "words.toml")


def test_a_language_without_words_for_an_urgent_rule_is_refused() -> None:
    few = Words(reviewed=False, fillers=(), rules={"overdose": ("sobredosis",), "typo": ("x",)})
    with pytest.raises(ContentRefused, match=r"es: no words for back_red_flags.*es: typo is no alert rule"):
        safety_data._refuse_gaps({"es": few}, alerts())
