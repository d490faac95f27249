"""Safety words: what people write, and what must be found in it."""

import time
from collections.abc import Iterator
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.safety_data import CLASS, GAP, alerts, safety_words, sayings
from study.safety import Scan, scan
from tests.safety_sentences import ASKED, EVERYDAY, SAID, SAYING_AND_MORE


def listed(block: str) -> list[str]:
    return [said for part in block.split(" /") if (said := " ".join(part.split()))]


def rules(found: Scan) -> list[str]:
    return [hit.rule for hit in found.hits]


@pytest.mark.parametrize("rule", SAID)
def test_what_people_write_is_found_under_its_rule(rule: str) -> None:
    missed = [said for said in listed(SAID[rule]) if rule not in rules(scan(said))]
    assert missed == []


def test_every_rule_found_in_words_has_sentences_here() -> None:
    assert set(SAID) == {name for name, rule in alerts().rules.items() if rule.found_in == "words"}


def test_everyday_messages_find_nothing_and_ask_nothing() -> None:
    assert len(listed(EVERYDAY)) > 400
    assert [(said, scan(said)) for said in listed(EVERYDAY) if scan(said) != Scan()] == []


@pytest.mark.parametrize(
    "said", ["8/10", "hydrocodone 5/325", "/help", "", " ", "...", "💀", "👍🏽❤️‍🔥", "\u200b", "\ud83d"]
)
def test_signs_alone_find_nothing_and_break_nothing(said: str) -> None:
    assert scan(said) == Scan()


def test_sayings_are_asked_about_and_raise_no_alert() -> None:
    assert [(said, scan(said)) for said in listed(ASKED) if scan(said) != Scan(idiom=True)] == []


@pytest.mark.parametrize(("said", "rule"), SAYING_AND_MORE.items())
def test_a_saying_beside_a_real_hit_keeps_the_real_hit(said: str, rule: str) -> None:
    assert rule in rules(scan(said))


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("I do not want to die", "suicidal_thoughts"),
        ("I never said I would kill myself", "suicide_now"),
        ("no chest pain", "emergency"),
        ("I can pee fine, no numbness in my groin", "back_red_flags"),
    ],
)
def test_not_and_never_do_not_undo_a_hit(said: str, rule: str) -> None:
    assert rule in rules(scan(said))


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("took my dose, too much pain", "overdose"),  # a comma does not end a sentence: "took my pills, too many"
        ("what are the signs of an overdose?", "overdose"),
        ("10 mg, I ran out", "ran_out"),
        ("my bottom was numb from the hard chair", "back_red_flags"),
    ],
)
def test_false_hits_we_accept_are_written_down(said: str, rule: str) -> None:
    assert rule in rules(scan(said))


def test_hits_come_most_urgent_first_and_one_per_rule() -> None:
    found = scan("I ran out of pills, my legs are numb, I want to die. I took too many pills. Too many pills")
    assert rules(found) == ["overdose", "suicidal_thoughts", "back_red_flags", "ran_out"]
    assert [hit.tier for hit in found.hits] == [0, 1, 1, 1]
    assert found.first == found.hits[0]
    assert scan("hello").first is None


def test_a_hit_carries_rule_version_and_the_words_as_written() -> None:
    (hit,) = scan("Well... I WANNA   Die 💀").hits
    assert (hit.rule, hit.version, hit.words) == ("suicidal_thoughts", 1, "wanna die")


SEEDS = {
    "I can't wake him up": "overdose",
    "I want to kill myself": "suicide_now",
    "I don't want to live": "suicidal_thoughts",
    "I've lost control of my bladder": "back_red_flags",
    "the pharmacy won't fill it": "ran_out",
}


@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_the_way_of_writing_does_not_matter(seed: str, data: st.DataObject) -> None:
    between = data.draw(st.sampled_from([" ", "  ", "\n", "\u00a0", ", ", " 😭 ", "_", " - ", "... ", "\u2003", "/"]))
    inside = data.draw(st.sampled_from(["", "\u200b", "\u00ad", "\u200d", "\ufe0f", "\u2060"]))
    apostrophe = data.draw(st.sampled_from(["'", "’", "‘", "`", "´", "ʼ", "＇", ""]))
    written = between.join(word[:1] + inside + word[1:] for word in seed.split()).replace("'", apostrophe)
    if data.draw(st.booleans()):
        written = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in written)
    style = data.draw(st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
    assert SEEDS[seed] in rules(scan("so " + style(written) + "!!1"))


@given(st.text(max_size=300))
def test_no_text_breaks_the_scan_and_the_same_text_gives_the_same_hits(text: str) -> None:
    assert scan(text, ("es", "xx")) == scan(text, ("es", "xx"))


def alternatives(part: str, language: str) -> list[str]:
    names = (CLASS.fullmatch(choice) for choice in part.split("|"))
    classes = safety_words()[language].classes
    written = [
        entry.replace("#10", "30")
        for choice, named in zip(part.split("|"), names, strict=True)
        for entry in (classes[named[1]] if named else [choice.replace("_", " ")])
    ]
    return ["", "well well"] if part == GAP else written


def spelled_out(phrase: str, language: str) -> Iterator[str]:
    """Sentences for a phrase that use each of its choices at least once."""
    parts = [alternatives(part, language) for part in phrase.split()]
    for turn in range(max(map(len, parts))):
        yield " ".join(choices[turn % len(choices)] for choices in parts)


@pytest.mark.parametrize(("language", "rule"), [(tag, r) for tag, w in safety_words().items() for r in w.rules])
def test_every_choice_of_every_phrase_is_found(language: str, rule: str) -> None:
    missed = [
        sentence
        for phrase in safety_words()[language].rules[rule]
        for sentence in spelled_out(phrase, language)
        if rule not in rules(scan(sentence, (language,)))
    ]
    assert missed == []


@pytest.mark.parametrize("language", list(sayings()))
def test_no_saying_raises_an_alert_but_hides_only_itself(language: str) -> None:
    listed_sayings = sayings()[language]
    for phrase in (*listed_sayings.figures, *listed_sayings.harmless):
        for sentence in spelled_out(phrase, language):
            assert [hit for hit in scan(sentence, (language,)).hits if hit.tier == 0] == [], sentence
            assert "suicide_now" in rules(scan(sentence + " and I will kill myself", (language,))), sentence


def test_another_language_is_looked_at_beside_english() -> None:
    assert rules(scan("quiero morir")) == []
    assert rules(scan("¡Quiero morir!", ("es-MX",))) == ["suicidal_thoughts"]
    assert rules(scan("I want to die", ("es",))) == ["suicidal_thoughts"]
    assert rules(scan("Tomé demasiadas pastillas", ("es",))) == ["overdose"]
    assert scan("hoy tomé mi pastilla", ("es",)) == Scan()
    assert scan("me muero de risa", ("es",)) == Scan(idiom=True)


def test_a_language_without_words_is_passed_over() -> None:
    assert rules(scan("I want to die", ("fi", ""))) == ["suicidal_thoughts"]


def seconds(text: str) -> float:
    def once() -> float:
        began = time.process_time()
        scan(text)
        return time.process_time() - began

    return min(once() for _ in range(5))


@pytest.mark.parametrize(
    "unit", ["took ", "i want to ", "no pills ", "ran out of milk ", "k i l l ", "1a", "a", "kill", "💀"]
)
def test_time_grows_with_the_length_and_no_faster(unit: str) -> None:
    short, long = (unit * 4096)[:4096], (unit * 40960)[:40960]
    assert seconds(long) < 40 * max(seconds(short), 0.001)
    assert seconds(long) < 2


def test_a_message_of_200_characters_takes_well_under_a_millisecond() -> None:
    text = "I took my dose at six and went for a walk with the dog, then my back was sore so I sat down. " * 2
    assert min(seconds(text) for _ in range(20)) < 0.0005


# the rule's version goes up when its words change, so that an alert can be traced to the list that raised it
FINGERPRINTS = {
    "overdose": (1, "3b85c444"),
    "suicide_now": (1, "b89ad824"),
    "suicidal_thoughts": (1, "9db2b9a2"),
    "self_harm": (1, "252531bc"),
    "emergency": (1, "afd0ad73"),
    "not_safe": (1, "0ac06254"),
    "back_red_flags": (1, "7a9e7852"),
    "withdrawal": (1, "865468f7"),
    "ran_out": (1, "1b1ad096"),
    "sedation": (1, "ec7e4ee8"),
    "pregnancy": (1, "461b9386"),
    "stopped": (1, "ede1fc23"),
    "vomiting": (1, "5d20a47b"),
    "excess": (1, "6d104ea8"),
    "co_use": (2, "4c0c9aaf"),
    "back_soon": (1, "7c0a7a93"),
    "hospital": (1, "55bf8146"),
    "bereavement": (1, "aba49283"),
    "participant_died": (1, "3406f341"),
    "exercise_worse": (1, "b87634f0"),
    "leave_study": (1, "aefbd040"),
}


def fingerprint(rule: str) -> str:
    """Of the rule's phrases in every language, and of the classes they name."""
    words = [
        (tag, phrases, w.joined.get(rule, ()), [w.classes[name] for name in CLASS.findall(" ".join(phrases))])
        for tag, w in sorted(safety_words().items())
        for phrases in [w.rules.get(rule, ())]
    ]
    return sha256(repr(words).encode()).hexdigest()[:8]


def test_a_change_of_words_comes_with_a_new_version_of_the_rule() -> None:
    assert {rule: (alerts().rules[rule].version, fingerprint(rule)) for rule in SAID} == FINGERPRINTS
