"""Questions that many talks ask: ratings, choices, amounts, times. Each gives back the plain value."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any, TypeVar

from content import say
from content.catalogue import catalogue
from content.message import Message
from study import reading
from study.queries import Draw, look
from study.steps import Answer, Ask, NotUnderstood, Option, Reader, Rows, Step

T = TypeVar("T")
Asking = Generator[Step, Any, T]
LABELS_A_ROW = 2
SHORT_LABEL = 12


def ask(question: Ask) -> Asking[Answer]:
    """Ask, and give back the answer with its instant."""
    answer: Answer = yield question
    return answer


def wording(key: str, line: str) -> Asking[int]:
    """Which wording of a frequent line is said this time: drawn once, and stored."""
    drawn: int = yield look(key, Draw(below=catalogue().texts[line].wordings))
    return drawn


def rate(key: str, message: Message, *, optional: bool = False, more: Rows = ()) -> Asking[Any]:
    """A rating 0-10 by button or typed, None when it may be skipped and was, or the code of a button in `more`."""
    numbers = [Option(str(n), str(n)) for n in reading.ratings()]
    rows: Rows = (tuple(numbers[0:4]), tuple(numbers[4:8]), tuple(numbers[8:11]))
    skip: Rows = ((Option("skip", say.button.skip()),),) if optional else ()
    answer = yield from ask(Ask(key, message, "nrs@1", rows + skip + more, reading.rating))
    return _number(answer.value)


def _number(value: Any) -> Any:
    if value == "skip":
        return None
    return int(value) if str(value).isdigit() else value


def choose(
    key: str,
    message: Message,
    options: Iterable[Option] | Rows,
    *,
    reads: Reader | None = None,
    barrier: bool = False,
    back: bool = True,
    urgent: bool = False,
) -> Asking[str]:
    """One of several options, by its code."""
    answer = yield from choose_at(key, message, options, reads=reads, barrier=barrier, back=back, urgent=urgent)
    return str(answer.value)


def choose_at(
    key: str,
    message: Message,
    options: Iterable[Option] | Rows,
    *,
    reads: Reader | None = None,
    barrier: bool = False,
    back: bool = True,
    urgent: bool = False,
) -> Asking[Answer]:
    """One of several options, with the instant of the tap."""
    rows = in_rows(options)
    codes = ",".join(o.code for row in rows for o in row)
    shape = f"choice:{codes}" if len(codes) <= 80 else "choice@1"
    return (yield from ask(Ask(key, message, shape, rows, reads, barrier=barrier, back=back, urgent=urgent)))


def in_rows(options: Iterable[Option] | Rows) -> Rows:
    """Options as rows of buttons: short labels side by side, long ones each on its own."""
    given = list(options)
    if given and isinstance(given[0], tuple):
        return tuple(given)  # type: ignore[arg-type]
    flat: list[Option] = given  # type: ignore[assignment]
    short = all(isinstance(o.label, str) and len(o.label) <= SHORT_LABEL for o in flat)
    width = LABELS_A_ROW if short else 1
    return tuple(tuple(flat[i : i + width]) for i in range(0, len(flat), width))


def yes_no(key: str, message: Message, *, barrier: bool = False, back: bool = True) -> Asking[bool]:
    """A question with two answers."""
    options = ((Option("yes", say.button.yes()), Option("no", say.button.no())),)
    return (yield from choose(key, message, options, reads=_yes_or_no, barrier=barrier, back=back)) == "yes"


def _yes_or_no(text: str) -> str | NotUnderstood:
    typed = text.strip().lower().rstrip(".!")
    if typed in ("yes", "y", "yeah", "yep", "ok", "okay", "sure"):
        return "yes"
    if typed in ("no", "n", "nope", "nah"):
        return "no"
    return NotUnderstood(say.reading.choose(), keep=len(typed.split()) > 1)


def write(key: str, message: Message, *, optional: bool = True, reads: Reader = reading.words) -> Asking[str | None]:
    """Words as typed; None when skipped."""
    rows: Rows = ((Option("~skip", say.button.skip()),),) if optional else ()
    answer = yield from ask(Ask(key, message, "text@1", rows, reads))
    return None if answer.value == "~skip" else str(answer.value)


def typed(key: str, message: Message, reads: Reader, shape: str, options: Sequence[Option] = ()) -> Asking[Any]:
    """Something typed that `reads` understands, or one of the options."""
    return (yield from ask(Ask(key, message, shape, in_rows(options), reads))).value


def tick(key: str, message: Message, options: Iterable[Option], ticked: tuple[str, ...] = ()) -> Asking[list[str]]:
    """A list to tick; the codes that were ticked when Done was tapped."""
    rows = tuple((o,) for o in options)
    answer = yield from ask(Ask(key, message, "ticks@1", rows, ticks=True, ticked=ticked))
    return list(answer.value)
