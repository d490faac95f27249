"""How texts for participants are checked: words, orders about medicine, length, reading grade, discreet mode.

The lists, limits and their reasons stand in `wording.toml`. A language without lists of its own is checked
for length, exclamation marks, emoji and the English discreet words only.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from content import loading

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"[.?!]+(?=[\s\"')\]]|$)|\n")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a text: the rule's code, the words it was found in, and why it is a rule.

    Codes: `word`, `medicine`, `length`, `grade`, `exclamation`, `emoji`, `discreet`.
    """

    rule: str
    found: str
    reason: str


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Phrase = Annotated[str, AfterValidator(lambda text: " ".join(_words(text, stars=True)))]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


class Limit(_Data):
    """A measure no text goes beyond, with where it comes from."""

    value: float = Field(gt=0)
    source: str = Field(min_length=1)


class Limits(_Data):
    """The measures of a step: words, Flesch-Kincaid US grade, emoji."""

    words: Limit
    grade: Limit
    emoji: Limit


class WordList(_Data):
    """Phrases that share a reason; a trailing `*` stands for every word that begins so."""

    words: Phrases
    reason: str = Field(min_length=1)


class Allowed(_Data):
    """Phrases that hold a listed word and are meant."""

    phrases: Phrases
    reason: str = Field(min_length=1)


class MedicineVerb(_Data):
    """What nobody is told to do with a medicine, and how many words may stand between the two.

    `within`: the medicine follows; `within_before`: it comes first (0: not looked for).
    A word of `not_across` in between makes it harmless.
    """

    forms: Phrases
    within: int = Field(ge=0)
    within_before: int = Field(ge=0)
    not_across: frozenset[str]
    reason: str = Field(min_length=1)


class SyllableCount(_Data):
    """Words that count with this many syllables, whatever the rule says."""

    words: Phrases
    count: int = Field(ge=1)
    reason: str = Field(min_length=1)


class Language(_Data):
    """The lists of one language."""

    forbidden: tuple[WordList, ...]
    allowed: tuple[Allowed, ...]
    medicines: WordList
    medicine_verbs: tuple[MedicineVerb, ...]
    discreet: WordList
    syllables: tuple[SyllableCount, ...]


class Wording(_Data):
    """Everything of `wording.toml`."""

    limits: Limits
    languages: Mapping[str, Language]


@cache
def wording() -> Wording:
    """The lists and limits of `wording.toml`, read once. Raises ContentRefused."""
    return loading.one(Wording, "wording.toml")


def problems(
    text: str,
    *,
    limit_words: int | None,
    grade: float | None,
    discreet: str | None = None,
    language: str = "en",
) -> list[Problem]:
    """What is wrong with a text for participants; an empty list when nothing is.

    `limit_words`, `grade` (Flesch-Kincaid US grade): None leaves the measure out. `discreet` is the variant
    shown in discreet mode; without one the text itself is held to the discreet words. The variant's other
    wording is checked by a call of its own.
    """
    lists = wording().languages.get(language)
    found: list[Problem] = []
    if lists is not None:
        sentences = _sentences_without_allowed(text, lists)
        found += _forbidden(sentences, lists)
        found += _medicine_orders(sentences, lists)
        found += _too_hard(text, grade, language)
    found += _marks(text)
    found += _length(text, limit_words)
    found += _indiscreet(text if discreet is None else discreet, language)
    return found


def step_problems(text: str, *, discreet: str | None = None, language: str = "en") -> list[Problem]:
    """`problems` with the limits of a step: those of `wording.toml`."""
    limits = wording().limits
    return problems(
        text,
        limit_words=int(limits.words.value),
        grade=limits.grade.value,
        discreet=discreet,
        language=language,
    )


def discreet_words_in(text: str, language: str = "en") -> tuple[str, ...]:
    """The words of a text that discreet mode keeps off the screen, in order; English ones always count."""
    languages = wording().languages
    lists = (languages["en"], *([languages[language]] if language in languages and language != "en" else []))
    phrases = tuple(phrase for each in lists for phrase in each.discreet.words)
    return tuple(
        " ".join(sentence[start:end]) for sentence in _sentences(text) for start, end in _spans(sentence, phrases)
    )


def reading_grade(text: str, language: str = "en") -> float:
    """Flesch-Kincaid US grade of a text, 0.0 for one without words."""
    sentences = _sentences(text)
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return 0.0
    syllable_count = sum(syllables(word, language) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllable_count / len(words) - 15.59


def syllables(word: str, language: str = "en") -> int:
    """How many syllables a word counts for: at least 1; a number counts as one."""
    word = _plain(word).removesuffix("'s")
    listed = _listed_syllables(language).get(word)
    return _counted_syllables(word) if listed is None else listed


def count_words(text: str) -> int:
    """How many words a text has: runs of letters or digits, `don't` being one, `in-breath` two."""
    return len(_words(text))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u200b", "").lower()


def _words(text: str, *, stars: bool = False) -> list[str]:
    plain = _plain(text)
    return re.findall(_WORD.pattern + r"\*?", plain) if stars else _WORD.findall(plain)


def _sentences(text: str) -> list[list[str]]:
    parts = (_WORD.findall(part) for part in _SENTENCE_END.split(_plain(text)))
    return [words for words in parts if words]


def _spans(words: Sequence[str], phrases: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where a phrase of the list begins and ends, as half-open word positions; the longest at each place."""
    whole, beginnings = _by_first_word(phrases)
    for start, first in enumerate(words):
        candidates = whole.get(first, ())
        candidates += tuple(phrase for phrase in beginnings if _fits(first, phrase[0]))
        lengths = [len(phrase) for phrase in candidates if _begins(words[start:], phrase)]
        if lengths:
            yield start, start + max(lengths)


@cache
def _by_first_word(
    phrases: tuple[str, ...],
) -> tuple[Mapping[str, tuple[tuple[str, ...], ...]], tuple[tuple[str, ...], ...]]:
    """Phrases as words: by their first word, and apart those whose first word is a beginning (`abus*`)."""
    split = [tuple(phrase.split()) for phrase in phrases]
    beginnings = tuple(phrase for phrase in split if phrase[0].endswith("*"))
    whole: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in split:
        whole[phrase[0]] = (*whole.get(phrase[0], ()), phrase)
    return whole, beginnings


def _begins(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return len(words) >= len(phrase) and all(map(_fits, words, phrase))


def _fits(word: str, pattern: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern


def _sentences_without_allowed(text: str, lists: Language) -> list[list[str]]:
    """The sentences with each allowed phrase blanked, so that distances between the other words stay."""
    phrases = tuple(phrase for each in lists.allowed for phrase in each.phrases)
    sentences = _sentences(text)
    for words in sentences:
        for start, end in list(_spans(words, phrases)):
            words[start:end] = [""] * (end - start)
    return sentences


def _forbidden(sentences: list[list[str]], lists: Language) -> Iterator[Problem]:
    for words in sentences:
        for each in lists.forbidden:
            for start, end in _spans(words, each.words):
                yield Problem("word", " ".join(words[start:end]), each.reason)


def _medicine_orders(sentences: list[list[str]], lists: Language) -> Iterator[Problem]:
    for words in sentences:
        medicines = list(_spans(words, lists.medicines.words))
        for verb in lists.medicine_verbs if medicines else ():
            for span in _spans(words, verb.forms):
                yield from _order(words, span, medicines, verb)


def _order(
    words: list[str], span: tuple[int, int], medicines: list[tuple[int, int]], verb: MedicineVerb
) -> Iterator[Problem]:
    """The order's verb at `span` with the medicine it is about; one that follows it counts first."""
    for medicine in sorted(medicines, key=lambda each: each < span):
        first, second = sorted((span, medicine))
        between = words[first[1] : second[0]]
        reach = verb.within if first == span else verb.within_before
        near = len(between) <= reach and (first == span or reach > 0)
        if near and verb.not_across.isdisjoint(between):
            yield Problem("medicine", " ".join(words[first[0] : second[1]]), verb.reason)
            return


def _marks(text: str) -> Iterator[Problem]:
    if "!" in _plain(text):
        yield Problem("exclamation", "!", "sounds cheerful or like an order")
    emoji, limit = _EMOJI.findall(text), wording().limits.emoji
    if len(emoji) > limit.value:
        yield Problem("emoji", "".join(emoji), limit.source)


def _length(text: str, limit_words: int | None) -> Iterator[Problem]:
    count = count_words(text)
    if limit_words is not None and count > limit_words:
        yield Problem("length", f"{count} words", f"at most {limit_words} words")


def _too_hard(text: str, limit: float | None, language: str) -> Iterator[Problem]:
    """A text without a full stop, such as a button's, has no grade."""
    grade = reading_grade(text, language)
    if limit is not None and grade > limit and re.search(r"[.?!…]", text):
        yield Problem("grade", f"grade {grade:.1f}", f"at most US grade {limit:g}")


def _indiscreet(shown: str, language: str) -> Iterator[Problem]:
    reason = wording().languages["en"].discreet.reason
    return (Problem("discreet", found, reason) for found in discreet_words_in(shown, language))


@cache
def _listed_syllables(language: str) -> Mapping[str, int]:
    lists = wording().languages.get(language)
    listed = lists.syllables if lists is not None else ()
    return MappingProxyType({word: each.count for each in listed for word in each.words})


_SILENT = re.compile(
    r"(?<=[^aeiouyl])e$|(?<=[aeiouy][lr])e$"  # take, whole, here; not table, the l is spoken there
    r"|(?<=[^aeioutdyl])ed$|(?<=[aeiouyl]l)ed$"  # walked, filed; not rested, handled
    r"|(?<=[^aeiouylsxzcgh])es$|(?<=[aeiouy]l)es$|(?<=th)es$"  # takes, holes, clothes; not places, tables
    r"|(?<=[^aeiouyl])e(?=(?:ly|ful|less|ness|ment|thing|times?|where|one|side|body|ty|line)s?$)"  # lonely
)
_SPOKEN_APART = re.compile(
    r"ia(?!l|ns?$|ge)|(?<![ctgx])iou|io(?!n|u)|iu|iet|eo(?!u|p)|(?<!q)ua(?!r|g)|(?<=[^q])uie|[aeiouy]ing|(?<=[dst])n't$"
)


def _counted_syllables(word: str) -> int:
    """Runs of vowels, without silent endings and with the common places where two vowels are spoken apart."""
    count = len(_VOWELS.findall(word))
    count -= len(re.findall(_SILENT, word))
    count += len(re.findall(_SPOKEN_APART, word))
    return max(count, 1)
