"""Safety words: finds in a message what calls for help, by fixed lists and nothing else.

The same text always gives the same hits. Not and never do not undo one: a false hit costs a moment.
The lists, and how a phrase is written, stand in `content/safety/`. A phrase and a message go through the
same reading (capitals, accents, spellings, fillers), so one phrase finds many ways to write it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, product
from typing import TYPE_CHECKING, NamedTuple

from content.loading import ContentRefused
from content.safety_data import BASE_LANGUAGE, CLASS, GAP, Sayings, Words, alerts, safety_words, sayings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GAP_WORDS = 3
SHORTEST_SLIP, LONGEST_SLIP = 5, 15
FIGURE, UNCLEAR, HARMLESS = "figure!", "unclear!", "harmless!"

_APOSTROPHES = str.maketrans(dict.fromkeys("`´‘’‛ʼʹ′＇", "'"))
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[.!?]+")
_SIGNS = re.compile(r"[0-9@$!|*\u0370-\u04ff]")
_DISGUISED = re.compile(r"[^\W_][@$!|*][^\W_]|[^\W\d_]\d|\d[^\W\d_]{4}|[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z]")
_PLAIN_LETTERS = str.maketrans("013457@$!|аеорсухіјѕοικνα", "oieastasiiaeopcyxijsoikva", "*")
_STRETCHED = re.compile(r"(.)\1\1+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that a message meets: `tier` 0 (emergency) to 3, and the person's words that met it."""

    rule: str
    tier: int
    version: int
    words: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found: hits, most urgent first, and whether a saying calls for "Are you safe right now?"."""

    hits: tuple[Hit, ...] = ()
    idiom: bool = False

    @property
    def first(self) -> Hit | None:
        """The hit to answer first, or None."""
        return self.hits[0] if self.hits else None


class _Token(NamedTuple):
    text: str
    sentence: int


class _Word(NamedTuple):
    text: str
    token: int
    sentence: int


class _Span(NamedTuple):
    what: str
    first: int
    last: int


@dataclass(slots=True)
class _Node:
    """A place in the tree of phrases: where each next word leads, and what ends here."""

    after: dict[str, _Node] = field(default_factory=dict)
    gap: _Node | None = None
    ends: list[str] = field(default_factory=list)


def _folded(text: str) -> str:
    """Small letters without accents, invisible characters or curly apostrophes."""
    if text.isascii():
        return text.lower().replace("`", "'")
    wide = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold()
    letters = unicodedata.normalize("NFKD", wide)
    return "".join(c for c in letters if c.isascii() or unicodedata.category(c) not in {"Mn", "Me", "Cf"})


def _is_a_break(signs: str) -> bool:
    """Dots in a row are a hesitation, not the end of a sentence."""
    return len(signs) == 1 or set(signs) != {"."}


def _tokens(folded: str) -> list[_Token]:
    found: list[_Token] = []
    sentence = 0
    for text in _TOKEN.findall(folded):
        if text[0] in ".!?":
            sentence += _is_a_break(text)
        else:
            found.append(_Token(text, sentence))
    return found


def _readings(text: str) -> Iterator[list[_Token]]:
    """The message as written and, when letters are swapped for signs or digits, with the letters put back."""
    folded = _folded(text)
    yield _tokens(folded)
    if _SIGNS.search(folded) and _DISGUISED.search(folded):
        yield _tokens(folded.translate(_PLAIN_LETTERS))


def _one_letter_less(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(len(word)))


def _beyond_gap(
    gap: _Node, place: int, words: Sequence[_Word], keys: Sequence[Sequence[str]]
) -> Iterator[tuple[_Node, int]]:
    """Where a phrase goes on after up to `GAP_WORDS` other words of the same sentence."""
    sentence = words[place - 1].sentence
    for onward in range(place, min(place + GAP_WORDS + 1, len(words))):
        if onward > place and words[onward].sentence != sentence:
            return
        for key in keys[onward]:
            if key in gap.after:
                yield gap.after[key], onward + 1


class _Lexicon:
    """The phrases of one language as a tree, and the way its words are read."""

    def __init__(self, words: Words, said: Sayings | None) -> None:
        self._spellings = {_folded(k): tuple(_folded(v).split()) for k, v in words.spellings.items()}
        self._fillers = frozenset(_folded(" ".join(words.fillers)).split())
        self._keys: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[int, tuple[str, ...]] = {}
        self._slips: dict[str, str] = {}
        self._root = _Node()
        self._members = {name: self._member_keys(name, entries) for name, entries in words.classes.items()}
        for what, phrases in self._phrases(words, said):
            for phrase in phrases:
                self._plant(what, phrase)
        self._learn_slips(words)
        self._joined = tuple((rule, _folded(run)) for rule, runs in words.joined.items() for run in runs)

    @staticmethod
    def _phrases(words: Words, said: Sayings | None) -> Iterable[tuple[str, Sequence[str]]]:
        yield from words.rules.items()
        if said is not None:
            yield from ((FIGURE, said.figures), (UNCLEAR, said.unclear), (HARMLESS, said.harmless))

    def _member_keys(self, name: str, entries: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Ways through the tree for one class: one step for its single words, one way per longer entry."""
        ways: set[tuple[str, ...]] = {(f"<{name}>",)}
        for entry in entries:
            if entry.startswith("#"):
                least = int(entry[1:])
                self._numbers[least] = (*self._numbers.get(least, ()), f"<{name}>")
                continue
            read = self._read_entry(entry)
            if len(read) == 1:
                self._keys[read[0]] = (*self._keys.get(read[0], ()), f"<{name}>")
            else:
                ways.add(read)
        return tuple(sorted(ways))

    def _ways(self, part: str) -> Sequence[tuple[str, ...]]:
        if part == GAP:
            return ((GAP,),)
        return [way for choice in part.split("|") for way in self._choices(choice)]

    def _choices(self, choice: str) -> Sequence[tuple[str, ...]]:
        if named := CLASS.fullmatch(choice):
            return self._members[named[1]]
        return (self._read_entry(choice.replace("_", " ")),)

    def _read_entry(self, entry: str) -> tuple[str, ...]:
        read = tuple(word.text for word in self.read(_tokens(_folded(entry))))
        if not read:
            raise ContentRefused("safety/words.toml", [f"{entry!r} is only a filler"])
        return read

    def _plant(self, what: str, phrase: str) -> None:
        for choice in product(*(self._ways(part) for part in phrase.split())):
            node = self._root
            for key in (key for way in choice for key in way):
                node = self._grow(node, key)
            if what not in node.ends:
                node.ends.append(what)

    def _grow(self, node: _Node, key: str) -> _Node:
        if key == GAP:
            node.gap = node.gap or _Node()
            return node.gap
        if not key.startswith("<") and key not in self._keys.get(key, ()):
            self._keys[key] = (key, *self._keys.get(key, ()))
        return node.after.setdefault(key, _Node())

    def _learn_slips(self, words: Words) -> None:
        """Each word that is often misspelt with one letter left out: a slip has a form in common with it."""
        for entry in words.misspelt:
            word = _folded(entry)
            if word not in self._keys:
                raise ContentRefused("safety/words.toml", [f"misspelt {entry!r} is in no phrase"])
            for short in (word, *_one_letter_less(word)):
                self._slips.setdefault(short, word)
        for entry in words.not_typos:
            self._keys.setdefault(_folded(entry), ())

    def _meant(self, text: str) -> tuple[str, ...]:
        """The words that one token stands for: its spelling in full, its slip put right, or itself."""
        for form in (text, text.replace("'", "")):
            if form in self._spellings:
                return self._spellings[form]
            if form in self._keys or form in self._fillers:
                return (form,)
        return self._guessed(text.replace("'", ""))

    def _guessed(self, text: str) -> tuple[str, ...]:
        if _STRETCHED.search(text):
            return min((self._meant(_STRETCHED.sub(again, text)) for again in (r"\1\1", r"\1")), key=self._is_strange)
        if SHORTEST_SLIP <= len(text) <= LONGEST_SLIP:
            near = next((form for form in (text, *_one_letter_less(text)) if form in self._slips), None)
            return (text if near is None else self._slips[near],)
        return (text,)

    def _is_strange(self, words: tuple[str, ...]) -> bool:
        return not all(word in self._keys for word in words)

    def read(self, tokens: Sequence[_Token]) -> list[_Word]:
        """The words of a message as phrases know them, without fillers, each with the token it came from."""
        return [
            _Word(word, place, token.sentence)
            for place, token in enumerate(tokens)
            for word in self._meant(token.text)
            if word not in self._fillers
        ]

    def _keys_of(self, word: str) -> tuple[str, ...]:
        if not word.isdecimal():
            return self._keys.get(word, ())
        reached = (keys for least, keys in self._numbers.items() if len(word) > 4 or int(word) >= least)
        return (*self._keys.get(word, ()), *(key for keys in reached for key in keys))

    def spans(self, tokens: Sequence[_Token]) -> Iterator[_Span]:
        """Everything the phrases find, as places in `tokens`."""
        words = self.read(tokens)
        keys = [self._keys_of(word.text) for word in words]
        for start in range(len(words)):
            if keys[start]:
                for what, last in self._from(start, words, keys):
                    yield _Span(what, words[start].token, words[last].token)
        yield from self._spans_joined(tokens)

    def _from(self, start: int, words: Sequence[_Word], keys: Sequence[Sequence[str]]) -> Iterator[tuple[str, int]]:
        """Every phrase that begins at `start`, with the place of its last word."""
        open_ways = [(self._root, start)]
        while open_ways:
            node, place = open_ways.pop()
            for what in node.ends:
                yield what, place - 1
            if node.after and place < len(words):
                open_ways += [(node.after[key], place + 1) for key in keys[place] if key in node.after]
            if node.gap is not None:
                open_ways += _beyond_gap(node.gap, place, words, keys)

    def _spans_joined(self, tokens: Sequence[_Token]) -> Iterator[_Span]:
        """Runs of letters however they are spaced: within one token, or from one's start to another's end."""
        texts = [token.text.replace("'", "") for token in tokens]
        starts, end = [], 0
        for text in texts:
            starts.append(end)
            end += len(text)
        line = "".join(texts)
        for rule, run in self._joined:
            at = line.find(run)
            while at >= 0:
                first, last = bisect_left(starts, at + 1) - 1, bisect_left(starts, at + len(run)) - 1
                ends_well = at + len(run) == starts[last] + len(texts[last])
                if first == last or (at == starts[first] and ends_well):
                    yield _Span(rule, first, last)
                at = line.find(run, at + 1)


@cache
def _lexicon(language: str) -> _Lexicon:
    return _Lexicon(safety_words()[language], sayings().get(language))


def _languages(chosen: Sequence[str]) -> list[str]:
    """English and the chosen ones that have words, each once; `es-MX` counts as `es`."""
    wanted = [BASE_LANGUAGE, *(language.replace("_", "-").split("-")[0].lower() for language in chosen)]
    return [language for language in dict.fromkeys(wanted) if language in safety_words()]


class _Covers:
    """Stretches of a message that hide what lies within them."""

    def __init__(self, spans: Iterable[_Span]) -> None:
        ordered = sorted((span.first, span.last) for span in spans)
        self._firsts = [first for first, _ in ordered]
        self._reach = list(accumulate((last for _, last in ordered), max))

    def hide(self, span: _Span) -> bool:
        """Whether one stretch holds the whole of `span`."""
        before = bisect_right(self._firsts, span.first)
        return before > 0 and self._reach[before - 1] >= span.last


def _judged(spans: Sequence[_Span]) -> Iterator[_Span]:
    """What is left when harmless sayings hide what they contain, and figures of speech hide rules."""
    harmless = _Covers(span for span in spans if span.what == HARMLESS)
    heard = [span for span in spans if span.what != HARMLESS and not harmless.hide(span)]
    figures = _Covers(span for span in heard if span.what == FIGURE)
    yield from (span for span in heard if span.what in (FIGURE, UNCLEAR) or not figures.hide(span))


def _hit(span: _Span, tokens: Sequence[_Token]) -> Hit:
    rule = alerts().rules[span.what]
    words = " ".join(token.text for token in tokens[span.first : span.last + 1])
    return Hit(span.what, rule.tier, rule.version, words)


def scan(text: str, languages: Sequence[str] = ()) -> Scan:
    """What in `text` calls for help, one hit per rule, most urgent first; English is always looked at.

    A language without safety words is passed over (`content.safety_data.safety_words()` lists those that
    have them). Time grows with the length of the text, never faster.
    """
    hits: dict[str, Hit] = {}
    idiom = False
    for tokens in _readings(text):
        for language in _languages(languages):
            for span in _judged(list(_lexicon(language).spans(tokens))):
                if span.what in (FIGURE, UNCLEAR):
                    idiom = True
                elif span.what not in hits:
                    hits[span.what] = _hit(span, tokens)
    order = {rule: place for place, rule in enumerate(alerts().rules)}
    return Scan(tuple(sorted(hits.values(), key=lambda hit: (hit.tier, order[hit.rule]))), idiom)
