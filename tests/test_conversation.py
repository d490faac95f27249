"""The eight rules of the conversation engine, each with a talk small enough to see."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from content import say
from study import conversation
from study.conversation import Advanced, ConversationBroken, Log, Talk, Voided, Written
from study.facts import PainRated
from study.queries import Draw, Now, look, now
from study.steps import Answer, Ask, Conversation, Look, Option, Record, Say

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUESTION = say.pause.before()


def ask(key: str, *codes: str, **more: Any) -> Generator[Any, Any, Any]:
    rows = tuple((Option(c, c),) for c in codes)
    answer = yield Ask(key, QUESTION, more.pop("shape", "choice@1"), rows, **more)
    return answer.value


def rated(pain: int, at: datetime = T0) -> PainRated:
    return PainRated(pain=pain, rated_at=at, rated_local="2026-03-02T09:00:00", zone="UTC")


def talk_of(begin: Any) -> Talk:
    return Talk("talk", lambda _: begin(), TypeAdapter(dict[str, Any]))


class Leading:
    """Leads a talk as the shell does: keeps the log, hands over answers."""

    def __init__(self, begin: Any) -> None:
        self.talk = talk_of(begin)
        self.draws = iter(range(100))
        self.at = T0
        self.advanced = conversation.begin(self.talk, "c1", {}, self.at, self.look)

    def look(self, step: Look) -> Any:
        return next(self.draws) if isinstance(step.query, Draw) else self.at

    @property
    def log(self) -> Log:
        return self.advanced.log

    def answers(self, value: Any, by: Any = "person") -> Advanced:
        assert self.advanced.open is not None
        self.at += timedelta(seconds=10)
        given = Answer(value, self.at, by=by)
        self.advanced = conversation.answer(self.talk, "c1", self.log, self.advanced.open, given, self.look)
        return self.advanced

    def back(self) -> Advanced:
        self.advanced = conversation.back(self.talk, "c1", self.log, self.at, self.look)
        return self.advanced

    def again(self, begin: Any | None = None) -> Advanced:
        talk = self.talk if begin is None else talk_of(begin)
        self.advanced = conversation.reopen(talk, "c1", self.log, self.at, self.look)
        self.talk = talk
        return self.advanced

    @property
    def open(self) -> str | None:
        return self.advanced.open.key if self.advanced.open else None


def two_questions() -> Conversation:
    first = yield from ask("first", "1", "2")
    yield Say("between", say.button.next())
    entity = yield Record("rated", rated(int(first)))
    second = yield from ask("second", "a", "b")
    assert isinstance(entity, str)
    yield Say("end", say.talk.done() if second == "a" else say.talk.left())


def test_what_was_said_is_not_said_again_when_the_talk_is_replayed() -> None:
    talk = Leading(two_questions)
    said = talk.answers("1").said
    assert [s.key for s in said] == ["between"]
    assert talk.again().said == ()
    assert talk.again().wrote == ()
    assert talk.open == "second"


def test_a_fact_is_written_once_in_the_turn_that_reaches_it() -> None:
    talk = Leading(two_questions)
    (wrote,) = talk.answers("2").wrote
    assert isinstance(wrote, Written)
    assert wrote.fact == rated(2)
    assert wrote.entity == conversation.entity_id("c1", "rated")
    assert talk.answers("a").wrote == ()
    assert talk.open is None


def test_the_entity_of_a_step_is_fixed_by_conversation_and_key() -> None:
    assert conversation.entity_id("c1", "rated") != conversation.entity_id("c2", "rated")
    assert conversation.entity_id("c1", "rated") != conversation.entity_id("c1", "other")
    assert len(conversation.entity_id("c1", "rated")) == 20


def test_back_asks_the_last_answer_again_and_voids_what_came_after() -> None:
    talk = Leading(two_questions)
    first = talk.answers("1").wrote[0]
    voided = talk.back()
    assert voided.wrote == (Voided(first.entity, "back"),)
    assert talk.open == "first"
    (again,) = talk.answers("2").wrote
    assert isinstance(again, Written)
    assert again.entity == first.entity
    assert again.fact == rated(2)


def test_back_then_the_same_answer_writes_the_fact_again() -> None:
    talk = Leading(two_questions)
    talk.answers("1")
    talk.back()
    assert [type(w) for w in talk.answers("1").wrote] == [Written]


def test_back_repeats_what_was_said_after_the_answer() -> None:
    talk = Leading(two_questions)
    talk.answers("1")
    talk.back()
    assert [s.key for s in talk.answers("1").said] == ["between"]


def test_back_at_the_beginning_stays_there() -> None:
    talk = Leading(two_questions)
    assert not talk.advanced.can_go_back
    assert talk.back().open is not None
    assert talk.open == "first"


def test_back_stops_at_a_barrier() -> None:
    def consenting() -> Conversation:
        yield from ask("consent", "yes", barrier=True)
        yield from ask("after", "a")
        yield from ask("last", "b")

    talk = Leading(consenting)
    talk.answers("yes")
    assert not talk.advanced.can_go_back
    talk.answers("a")
    assert talk.back().open is not None
    assert talk.open == "after"
    assert not talk.advanced.can_go_back


def test_back_stops_at_an_alert_that_was_sent() -> None:
    def alerting() -> Conversation:
        yield from ask("first", "1")
        yield Record("alert", rated(9), barrier=True)
        yield from ask("second", "2")

    talk = Leading(alerting)
    talk.answers("1")
    assert not talk.advanced.can_go_back


def test_draws_and_look_ups_are_kept_when_the_person_goes_back() -> None:
    drawn: list[int] = []

    def drawing() -> Conversation:
        yield from ask("first", "1")
        drawn.append((yield look("draw", Draw(below=100))))
        yield from ask("second", "2")

    talk = Leading(drawing)
    talk.answers("1")
    talk.back()
    talk.answers("1")
    talk.again()
    assert set(drawn) == {0}


def test_timer_answers_are_no_answers_to_go_back_to() -> None:
    def led() -> Conversation:
        yield from ask("choice", "a")
        yield from ask("step1", "next")
        yield from ask("step2", "next")

    talk = Leading(led)
    talk.answers("a")
    talk.answers("tick", by="timer")
    talk.back()
    assert talk.open == "choice"


def test_a_key_asked_twice_is_refused() -> None:
    def twice() -> Conversation:
        yield from ask("same", "1")
        yield from ask("same", "1")

    talk = Leading(twice)
    with pytest.raises(ConversationBroken, match="asked twice"):
        talk.answers("1")


def test_a_fact_that_changes_without_a_new_answer_is_an_error() -> None:
    pains = iter([1, 2])

    def wavering() -> Conversation:
        yield from ask("first", "1")
        yield Record("rated", rated(next(pains)))
        yield from ask("second", "2")

    talk = Leading(wavering)
    talk.answers("1")
    with pytest.raises(ConversationBroken, match="another fact"):
        talk.again()


def test_the_stored_value_is_fed_in_its_decoded_form_the_first_time_too() -> None:
    kinds: list[type] = []

    def looking() -> Conversation:
        kinds.append(type((yield now())))
        yield from ask("first", "1")

    talk = Leading(looking)
    talk.again()
    assert kinds == [datetime, datetime]


def test_the_opening_snapshot_is_reply_zero() -> None:
    seen: list[dict[str, Any]] = []

    def begin(opening: dict[str, Any]) -> Conversation:
        seen.append(opening)
        yield from ask("first", "1")

    talk = Talk("talk", begin, TypeAdapter(dict[str, Any]))
    started = conversation.begin(talk, "c1", {"zone": "UTC"}, T0, lambda _: None)
    assert started.log[0].key == "me"
    conversation.reopen(talk, "c1", started.log, T0, lambda _: None)
    assert seen == [{"zone": "UTC"}, {"zone": "UTC"}]


def test_after_a_release_only_what_is_new_is_asked() -> None:
    talk = Leading(two_questions)
    talk.answers("1")

    def with_one_more() -> Conversation:
        first = yield from ask("first", "1", "2")
        yield from ask("new", "x")
        yield Record("rated", rated(int(first)))
        yield from ask("second", "a", "b")

    assert talk.again(with_one_more).open is not None
    assert talk.open == "new"
    talk.answers("x")
    assert talk.open == "second"


def test_a_reply_whose_shape_changed_is_asked_again_and_the_old_one_kept_aside() -> None:
    talk = Leading(two_questions)
    talk.answers("1")
    talk.answers("a")

    def reshaped() -> Conversation:
        yield from ask("first", "1", shape="choice@2")
        yield from ask("second", "a", "b")

    talk.again(reshaped)
    assert talk.open == "first"
    talk.answers("1")
    assert talk.open is None, "the second answer was taken up again"


def test_back_does_not_touch_replies_kept_aside() -> None:
    talk = Leading(two_questions)
    talk.answers("1")
    talk.answers("a")

    def with_one_more() -> Conversation:
        yield from ask("first", "1", "2")
        yield from ask("new", "x")
        yield from ask("second", "a", "b")

    talk.again(with_one_more)
    talk.back()
    assert talk.open == "first"
    talk.answers("2")
    talk.answers("x")
    assert talk.open is None, "the second answer, kept aside, was taken up"


def test_durations_come_from_the_replies_and_need_no_clock() -> None:
    spans: list[float] = []

    def timed() -> Conversation:
        first = yield Ask("first", QUESTION, "choice@1", ((Option("1", "1"),),))
        second = yield Ask("second", QUESTION, "choice@1", ((Option("1", "1"),),))
        spans.append((second.at - first.at).total_seconds())
        yield Say("end", say.talk.done())

    talk = Leading(timed)
    talk.answers("1")
    talk.answers("1")
    assert spans == [10.0]


def test_now_is_a_query_with_an_aware_instant() -> None:
    assert now().answer is datetime
    assert isinstance(now().query, Now)


def test_an_answer_goes_on_in_the_run_that_led_to_the_question_and_only_once() -> None:
    begun, replayed = Leading(two_questions), Leading(two_questions)
    given = Answer("1", T0, by="person")
    gone_on = conversation.go_on(begun.again(), given)
    assert begun.advanced.open is not None
    assert gone_on == conversation.answer(
        replayed.talk, "c1", replayed.log, begun.advanced.open, given, replayed.look
    ), "as a replay of the stored log would have it"
    assert [type(each) for each in gone_on.wrote] == [Written]
    with pytest.raises(ValueError, match="has been answered"):
        conversation.go_on(begun.advanced, given)
    ended = conversation.go_on(gone_on, Answer("a", T0, by="person"))
    with pytest.raises(ValueError, match="no question"):
        conversation.go_on(ended, given)
