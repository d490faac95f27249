"""Every message by name: generated from `content/messages/` by `python -m content.generate`, not edited."""

# ruff: noqa: D101, D102, E501

from __future__ import annotations

from content.message import Message, Param


class allocation:
    @staticmethod
    def not_yet() -> Message:
        return Message("allocation.not_yet")

    @staticmethod
    def told(*, day: Param) -> Message:
        return Message("allocation.told", {"day": day})

    @staticmethod
    def told_late() -> Message:
        return Message("allocation.told_late")

    @staticmethod
    def told_today() -> Message:
        return Message("allocation.told_today")


class breaks:
    @staticmethod
    def days() -> Message:
        return Message("breaks.days")

    @staticmethod
    def days_button(*, n: Param) -> Message:
        return Message("breaks.days_button", {"n": n})

    @staticmethod
    def days_on(*, day: Param) -> Message:
        return Message("breaks.days_on", {"day": day})

    @staticmethod
    def end_button() -> Message:
        return Message("breaks.end_button")

    @staticmethod
    def ended() -> Message:
        return Message("breaks.ended")

    @staticmethod
    def how_many(*, most: Param) -> Message:
        return Message("breaks.how_many", {"most": most})

    @staticmethod
    def none() -> Message:
        return Message("breaks.none")

    @staticmethod
    def not_days(*, most: Param) -> Message:
        return Message("breaks.not_days", {"most": most})

    @staticmethod
    def other_button() -> Message:
        return Message("breaks.other_button")

    @staticmethod
    def taken(*, day: Param) -> Message:
        return Message("breaks.taken", {"day": day})


class button:
    @staticmethod
    def back() -> Message:
        return Message("button.back")

    @staticmethod
    def done() -> Message:
        return Message("button.done")

    @staticmethod
    def making_it_worse() -> Message:
        return Message("button.making_it_worse")

    @staticmethod
    def next() -> Message:
        return Message("button.next")

    @staticmethod
    def no() -> Message:
        return Message("button.no")

    @staticmethod
    def not_sure() -> Message:
        return Message("button.not_sure")

    @staticmethod
    def rather_not_say() -> Message:
        return Message("button.rather_not_say")

    @staticmethod
    def skip() -> Message:
        return Message("button.skip")

    @staticmethod
    def stop_here() -> Message:
        return Message("button.stop_here")

    @staticmethod
    def take_dose() -> Message:
        return Message("button.take_dose")

    @staticmethod
    def ticked(*, label: Param) -> Message:
        return Message("button.ticked", {"label": label})

    @staticmethod
    def yes() -> Message:
        return Message("button.yes")


class check_in:
    @staticmethod
    def dont_know_button() -> Message:
        return Message("check_in.dont_know_button")

    @staticmethod
    def event_words(*, event: Param) -> Message:
        return Message("check_in.event_words", {"event": event})

    @staticmethod
    def events_told() -> Message:
        return Message("check_in.events_told")

    @staticmethod
    def finished() -> Message:
        return Message("check_in.finished")

    @staticmethod
    def finished_core() -> Message:
        return Message("check_in.finished_core")

    @staticmethod
    def intro(*, minutes: Param, taps: Param) -> Message:
        return Message("check_in.intro", {"minutes": minutes, "taps": taps})

    @staticmethod
    def intro_again() -> Message:
        return Message("check_in.intro_again")

    @staticmethod
    def intro_core(*, minutes: Param, taps: Param) -> Message:
        return Message("check_in.intro_core", {"minutes": minutes, "taps": taps})

    @staticmethod
    def intro_one() -> Message:
        return Message("check_in.intro_one")

    @staticmethod
    def late() -> Message:
        return Message("check_in.late")

    @staticmethod
    def left_off() -> Message:
        return Message("check_in.left_off")

    @staticmethod
    def line(*, n: Param, text: Param) -> Message:
        return Message("check_in.line", {"n": n, "text": text})

    @staticmethod
    def lines(*, first: Param, rest: Param) -> Message:
        return Message("check_in.lines", {"first": first, "rest": rest})

    @staticmethod
    def list(*, of: Param, place: Param, stem: Param) -> Message:
        return Message("check_in.list", {"of": of, "place": place, "stem": stem})

    @staticmethod
    def nothing() -> Message:
        return Message("check_in.nothing")

    @staticmethod
    def number(*, high: Param, low: Param, of: Param, place: Param, question: Param) -> Message:
        return Message("check_in.number", {"high": high, "low": low, "of": of, "place": place, "question": question})

    @staticmethod
    def numbers(*, high: Param, low: Param) -> Message:
        return Message("check_in.numbers", {"high": high, "low": low})

    @staticmethod
    def question(*, of: Param, place: Param, question: Param) -> Message:
        return Message("check_in.question", {"of": of, "place": place, "question": question})

    @staticmethod
    def scale(*, high: Param, high_label: Param, low: Param, low_label: Param, of: Param, place: Param, question: Param) -> Message:
        return Message("check_in.scale", {"high": high, "high_label": high_label, "low": low, "low_label": low_label, "of": of, "place": place, "question": question})

    @staticmethod
    def sentences(*, lines: Param, of: Param, place: Param, stem: Param) -> Message:
        return Message("check_in.sentences", {"lines": lines, "of": of, "place": place, "stem": stem})

    @staticmethod
    def told() -> Message:
        return Message("check_in.told")

    @staticmethod
    def typed(*, high: Param, low: Param, of: Param, place: Param, question: Param) -> Message:
        return Message("check_in.typed", {"high": high, "low": low, "of": of, "place": place, "question": question})

    @staticmethod
    def whole(*, high: Param, low: Param) -> Message:
        return Message("check_in.whole", {"high": high, "low": low})

    @staticmethod
    def with_stem(*, question: Param, stem: Param) -> Message:
        return Message("check_in.with_stem", {"question": question, "stem": stem})


class closing:
    @staticmethod
    def closed() -> Message:
        return Message("closing.closed")

    @staticmethod
    def file_button() -> Message:
        return Message("closing.file_button")

    @staticmethod
    def given(*, doses: Param, minutes: Param, pauses: Param, visits: Param) -> Message:
        return Message("closing.given", {"doses": doses, "minutes": minutes, "pauses": pauses, "visits": visits})

    @staticmethod
    def no_file_button() -> Message:
        return Message("closing.no_file_button")

    @staticmethod
    def open() -> Message:
        return Message("closing.open")

    @staticmethod
    def over() -> Message:
        return Message("closing.over")

    @staticmethod
    def refused() -> Message:
        return Message("closing.refused")

    @staticmethod
    def team() -> Message:
        return Message("closing.team")

    @staticmethod
    def why_button() -> Message:
        return Message("closing.why_button")


class dates:
    @staticmethod
    def day(*, day: Param) -> Message:
        return Message("dates.day", {"day": day})


class diary:
    @staticmethod
    def after_away(*, question: Param) -> Message:
        return Message("diary.after_away", {"question": question})

    @staticmethod
    def all_button() -> Message:
        return Message("diary.all_button")

    @staticmethod
    def answered(*, answer: Param, day: Param) -> Message:
        return Message("diary.answered", {"answer": answer, "day": day})

    @staticmethod
    def ask(*, lines: Param, opening: Param) -> Message:
        return Message("diary.ask", {"lines": lines, "opening": opening})

    @staticmethod
    def ask_none(*, opening: Param) -> Message:
        return Message("diary.ask_none", {"opening": opening})

    @staticmethod
    def by_now(*, lines: Param) -> Message:
        return Message("diary.by_now", {"lines": lines})

    @staticmethod
    def change_button() -> Message:
        return Message("diary.change_button")

    @staticmethod
    def different_button() -> Message:
        return Message("diary.different_button")

    @staticmethod
    def done(*, thanks: Param) -> Message:
        return Message("diary.done", {"thanks": thanks})

    @staticmethod
    def done_none(*, thanks: Param) -> Message:
        return Message("diary.done_none", {"thanks": thanks})

    @staticmethod
    def done_rather_not(*, variant: int | None = None) -> Message:
        return Message("diary.done_rather_not", {}, variant)

    @staticmethod
    def how_much(*, label: Param, logged: Param, medicine: Param) -> Message:
        return Message("diary.how_much", {"label": label, "logged": logged, "medicine": medicine})

    @staticmethod
    def how_much_none(*, label: Param, medicine: Param) -> Message:
        return Message("diary.how_much_none", {"label": label, "medicine": medicine})

    @staticmethod
    def line(*, amount: Param, medicine: Param) -> Message:
        return Message("diary.line", {"amount": amount, "medicine": medicine})

    @staticmethod
    def line_nothing(*, medicine: Param) -> Message:
        return Message("diary.line_nothing", {"medicine": medicine})

    @staticmethod
    def line_unclear(*, amount: Param, medicine: Param) -> Message:
        return Message("diary.line_unclear", {"amount": amount, "medicine": medicine})

    @staticmethod
    def line_usual(*, amount: Param, medicine: Param) -> Message:
        return Message("diary.line_usual", {"amount": amount, "medicine": medicine})

    @staticmethod
    def line_worn(*, amount: Param, medicine: Param) -> Message:
        return Message("diary.line_worn", {"amount": amount, "medicine": medicine})

    @staticmethod
    def lines(*, first: Param, rest: Param) -> Message:
        return Message("diary.lines", {"first": first, "rest": rest})

    @staticmethod
    def logged_button() -> Message:
        return Message("diary.logged_button")

    @staticmethod
    def none_but_logged(*, lines: Param) -> Message:
        return Message("diary.none_but_logged", {"lines": lines})

    @staticmethod
    def none_button() -> Message:
        return Message("diary.none_button")

    @staticmethod
    def none_right_button() -> Message:
        return Message("diary.none_right_button")

    @staticmethod
    def not_today(*, variant: int | None = None) -> Message:
        return Message("diary.not_today", {}, variant)

    @staticmethod
    def not_today_button() -> Message:
        return Message("diary.not_today_button")

    @staticmethod
    def opening(*, variant: int | None = None, day: Param) -> Message:
        return Message("diary.opening", {"day": day}, variant)

    @staticmethod
    def over() -> Message:
        return Message("diary.over")

    @staticmethod
    def over_label(*, amount: Param, medicine: Param, most: Param) -> Message:
        return Message("diary.over_label", {"amount": amount, "medicine": medicine, "most": most})

    @staticmethod
    def put_off(*, variant: int | None = None, time: Param) -> Message:
        return Message("diary.put_off", {"time": time}, variant)

    @staticmethod
    def rather_not_button() -> Message:
        return Message("diary.rather_not_button")

    @staticmethod
    def said_all_logged() -> Message:
        return Message("diary.said_all_logged")

    @staticmethod
    def said_as_usual() -> Message:
        return Message("diary.said_as_usual")

    @staticmethod
    def said_different() -> Message:
        return Message("diary.said_different")

    @staticmethod
    def said_none() -> Message:
        return Message("diary.said_none")

    @staticmethod
    def said_rather_not_say() -> Message:
        return Message("diary.said_rather_not_say")

    @staticmethod
    def thanks(*, variant: int | None = None) -> Message:
        return Message("diary.thanks", {}, variant)

    @staticmethod
    def usual(*, lines: Param) -> Message:
        return Message("diary.usual", {"lines": lines})

    @staticmethod
    def usual_button() -> Message:
        return Message("diary.usual_button")

    @staticmethod
    def why_button() -> Message:
        return Message("diary.why_button")

    @staticmethod
    def write_button() -> Message:
        return Message("diary.write_button")


class dose:
    @staticmethod
    def amount_capsules(*, n: Param) -> Message:
        return Message("dose.amount_capsules", {"n": n})

    @staticmethod
    def amount_drops(*, n: Param) -> Message:
        return Message("dose.amount_drops", {"n": n})

    @staticmethod
    def amount_films(*, n: Param) -> Message:
        return Message("dose.amount_films", {"n": n})

    @staticmethod
    def amount_ml(*, n: Param) -> Message:
        return Message("dose.amount_ml", {"n": n})

    @staticmethod
    def amount_patches(*, n: Param) -> Message:
        return Message("dose.amount_patches", {"n": n})

    @staticmethod
    def amount_sprays(*, n: Param) -> Message:
        return Message("dose.amount_sprays", {"n": n})

    @staticmethod
    def amount_suppositories(*, n: Param) -> Message:
        return Message("dose.amount_suppositories", {"n": n})

    @staticmethod
    def amount_tablets(*, n: Param) -> Message:
        return Message("dose.amount_tablets", {"n": n})

    @staticmethod
    def another_button() -> Message:
        return Message("dose.another_button")

    @staticmethod
    def change_amount_button() -> Message:
        return Message("dose.change_amount_button")

    @staticmethod
    def earlier_button() -> Message:
        return Message("dose.earlier_button")

    @staticmethod
    def how_much(*, label: Param, medicine: Param) -> Message:
        return Message("dose.how_much", {"label": label, "medicine": medicine})

    @staticmethod
    def in_future() -> Message:
        return Message("dose.in_future")

    @staticmethod
    def is_it_right(*, amount: Param, medicine: Param, most: Param) -> Message:
        return Message("dose.is_it_right", {"amount": amount, "medicine": medicine, "most": most})

    @staticmethod
    def kept_same(*, variant: int | None = None, time: Param) -> Message:
        return Message("dose.kept_same", {"time": time}, variant)

    @staticmethod
    def logged(*, variant: int | None = None, amount: Param, medicine: Param, time: Param) -> Message:
        return Message("dose.logged", {"amount": amount, "medicine": medicine, "time": time}, variant)

    @staticmethod
    def logged_missed(*, medicine: Param, time: Param) -> Message:
        return Message("dose.logged_missed", {"medicine": medicine, "time": time})

    @staticmethod
    def logged_no_time(*, variant: int | None = None, amount: Param, day: Param, medicine: Param) -> Message:
        return Message("dose.logged_no_time", {"amount": amount, "day": day, "medicine": medicine}, variant)

    @staticmethod
    def missed_button() -> Message:
        return Message("dose.missed_button")

    @staticmethod
    def no_medicine() -> Message:
        return Message("dose.no_medicine")

    @staticmethod
    def now_button() -> Message:
        return Message("dose.now_button")

    @staticmethod
    def other_amount(*, unit: Param) -> Message:
        return Message("dose.other_amount", {"unit": unit})

    @staticmethod
    def other_button() -> Message:
        return Message("dose.other_button")

    @staticmethod
    def other_day_button() -> Message:
        return Message("dose.other_day_button")

    @staticmethod
    def over_label() -> Message:
        return Message("dose.over_label")

    @staticmethod
    def patch_assumed(*, medicine: Param, time: Param) -> Message:
        return Message("dose.patch_assumed", {"medicine": medicine, "time": time})

    @staticmethod
    def patch_both_button() -> Message:
        return Message("dose.patch_both_button")

    @staticmethod
    def patch_changed_button() -> Message:
        return Message("dose.patch_changed_button")

    @staticmethod
    def patch_fell_button() -> Message:
        return Message("dose.patch_fell_button")

    @staticmethod
    def patch_none_worn(*, medicine: Param) -> Message:
        return Message("dose.patch_none_worn", {"medicine": medicine})

    @staticmethod
    def patch_off_button() -> Message:
        return Message("dose.patch_off_button")

    @staticmethod
    def patch_off_logged(*, variant: int | None = None, medicine: Param, time: Param) -> Message:
        return Message("dose.patch_off_logged", {"medicine": medicine, "time": time}, variant)

    @staticmethod
    def patch_old_off_button() -> Message:
        return Message("dose.patch_old_off_button")

    @staticmethod
    def patch_on_button() -> Message:
        return Message("dose.patch_on_button")

    @staticmethod
    def patch_on_logged(*, medicine: Param, time: Param) -> Message:
        return Message("dose.patch_on_logged", {"medicine": medicine, "time": time})

    @staticmethod
    def patch_two(*, time: Param) -> Message:
        return Message("dose.patch_two", {"time": time})

    @staticmethod
    def patch_two_worn() -> Message:
        return Message("dose.patch_two_worn")

    @staticmethod
    def patch_what(*, medicine: Param) -> Message:
        return Message("dose.patch_what", {"medicine": medicine})

    @staticmethod
    def right_button() -> Message:
        return Message("dose.right_button")

    @staticmethod
    def same_button() -> Message:
        return Message("dose.same_button")

    @staticmethod
    def same_or_another(*, amount: Param, medicine: Param, time: Param) -> Message:
        return Message("dose.same_or_another", {"amount": amount, "medicine": medicine, "time": time})

    @staticmethod
    def time_unknown_button() -> Message:
        return Message("dose.time_unknown_button")

    @staticmethod
    def unit_capsules() -> Message:
        return Message("dose.unit_capsules")

    @staticmethod
    def unit_drops() -> Message:
        return Message("dose.unit_drops")

    @staticmethod
    def unit_films() -> Message:
        return Message("dose.unit_films")

    @staticmethod
    def unit_ml() -> Message:
        return Message("dose.unit_ml")

    @staticmethod
    def unit_patches() -> Message:
        return Message("dose.unit_patches")

    @staticmethod
    def unit_sprays() -> Message:
        return Message("dose.unit_sprays")

    @staticmethod
    def unit_suppositories() -> Message:
        return Message("dose.unit_suppositories")

    @staticmethod
    def unit_tablets() -> Message:
        return Message("dose.unit_tablets")

    @staticmethod
    def usual_button(*, amount: Param) -> Message:
        return Message("dose.usual_button", {"amount": amount})

    @staticmethod
    def what_time(*, day: Param) -> Message:
        return Message("dose.what_time", {"day": day})

    @staticmethod
    def when() -> Message:
        return Message("dose.when")

    @staticmethod
    def when_away() -> Message:
        return Message("dose.when_away")

    @staticmethod
    def when_missed() -> Message:
        return Message("dose.when_missed")

    @staticmethod
    def when_patch() -> Message:
        return Message("dose.when_patch")

    @staticmethod
    def which() -> Message:
        return Message("dose.which")

    @staticmethod
    def which_day() -> Message:
        return Message("dose.which_day")

    @staticmethod
    def yesterday_button(*, day: Param) -> Message:
        return Message("dose.yesterday_button", {"day": day})


class enrol:
    @staticmethod
    def agree_button() -> Message:
        return Message("enrol.agree_button")

    @staticmethod
    def another_medicine() -> Message:
        return Message("enrol.another_medicine")

    @staticmethod
    def as_needed() -> Message:
        return Message("enrol.as_needed")

    @staticmethod
    def consent(*, text: Param, version: Param) -> Message:
        return Message("enrol.consent", {"text": text, "version": version})

    @staticmethod
    def consent_copy(*, mark: Param, version: Param) -> Message:
        return Message("enrol.consent_copy", {"mark": mark, "version": version})

    @staticmethod
    def decline_button() -> Message:
        return Message("enrol.decline_button")

    @staticmethod
    def declined() -> Message:
        return Message("enrol.declined")

    @staticmethod
    def discreet() -> Message:
        return Message("enrol.discreet")

    @staticmethod
    def finished(*, study_id: Param) -> Message:
        return Message("enrol.finished", {"study_id": study_id})

    @staticmethod
    def first_check_in() -> Message:
        return Message("enrol.first_check_in")

    @staticmethod
    def flag_bladder_button() -> Message:
        return Message("enrol.flag_bladder_button")

    @staticmethod
    def flag_fall_button() -> Message:
        return Message("enrol.flag_fall_button")

    @staticmethod
    def flag_fever_button() -> Message:
        return Message("enrol.flag_fever_button")

    @staticmethod
    def flag_numb_button() -> Message:
        return Message("enrol.flag_numb_button")

    @staticmethod
    def flag_sex_button() -> Message:
        return Message("enrol.flag_sex_button")

    @staticmethod
    def flag_weak_button() -> Message:
        return Message("enrol.flag_weak_button")

    @staticmethod
    def flag_weight_button() -> Message:
        return Message("enrol.flag_weight_button")

    @staticmethod
    def flags_none() -> Message:
        return Message("enrol.flags_none")

    @staticmethod
    def flags_read() -> Message:
        return Message("enrol.flags_read")

    @staticmethod
    def is_not() -> Message:
        return Message("enrol.is_not")

    @staticmethod
    def keep_taking() -> Message:
        return Message("enrol.keep_taking")

    @staticmethod
    def medicine_right(*, label: Param, schedule: Param) -> Message:
        return Message("enrol.medicine_right", {"label": label, "schedule": schedule})

    @staticmethod
    def medicine_wrong() -> Message:
        return Message("enrol.medicine_wrong")

    @staticmethod
    def medicines_intro() -> Message:
        return Message("enrol.medicines_intro")

    @staticmethod
    def naloxone_have() -> Message:
        return Message("enrol.naloxone_have")

    @staticmethod
    def naloxone_info() -> Message:
        return Message("enrol.naloxone_info")

    @staticmethod
    def pinned() -> Message:
        return Message("enrol.pinned")

    @staticmethod
    def practice() -> Message:
        return Message("enrol.practice")

    @staticmethod
    def practice_button() -> Message:
        return Message("enrol.practice_button")

    @staticmethod
    def quiet() -> Message:
        return Message("enrol.quiet")

    @staticmethod
    def quiet_early_button() -> Message:
        return Message("enrol.quiet_early_button")

    @staticmethod
    def quiet_from() -> Message:
        return Message("enrol.quiet_from")

    @staticmethod
    def quiet_late_button() -> Message:
        return Message("enrol.quiet_late_button")

    @staticmethod
    def quiet_own_button() -> Message:
        return Message("enrol.quiet_own_button")

    @staticmethod
    def quiet_same() -> Message:
        return Message("enrol.quiet_same")

    @staticmethod
    def quiet_to() -> Message:
        return Message("enrol.quiet_to")

    @staticmethod
    def quiet_usual_button() -> Message:
        return Message("enrol.quiet_usual_button")

    @staticmethod
    def red_flags() -> Message:
        return Message("enrol.red_flags")

    @staticmethod
    def scheduled() -> Message:
        return Message("enrol.scheduled")

    @staticmethod
    def telegram() -> Message:
        return Message("enrol.telegram")

    @staticmethod
    def welcome() -> Message:
        return Message("enrol.welcome")

    @staticmethod
    def who_reads() -> Message:
        return Message("enrol.who_reads")

    @staticmethod
    def zone() -> Message:
        return Message("enrol.zone")


class entries:
    @staticmethod
    def both(*, rated: Param, urge: Param) -> Message:
        return Message("entries.both", {"rated": rated, "urge": urge})

    @staticmethod
    def day_only(*, day: Param) -> Message:
        return Message("entries.day_only", {"day": day})

    @staticmethod
    def decided_later() -> Message:
        return Message("entries.decided_later")

    @staticmethod
    def decided_not_needed() -> Message:
        return Message("entries.decided_not_needed")

    @staticmethod
    def decided_open() -> Message:
        return Message("entries.decided_open")

    @staticmethod
    def decided_rather_not_say() -> Message:
        return Message("entries.decided_rather_not_say")

    @staticmethod
    def decided_took() -> Message:
        return Message("entries.decided_took")

    @staticmethod
    def dose(*, amount: Param, medicine: Param) -> Message:
        return Message("entries.dose", {"amount": amount, "medicine": medicine})

    @staticmethod
    def dose_missed(*, medicine: Param) -> Message:
        return Message("entries.dose_missed", {"medicine": medicine})

    @staticmethod
    def dose_not_sure(*, medicine: Param) -> Message:
        return Message("entries.dose_not_sure", {"medicine": medicine})

    @staticmethod
    def line(*, what: Param, when: Param) -> Message:
        return Message("entries.line", {"what": what, "when": when})

    @staticmethod
    def not_given() -> Message:
        return Message("entries.not_given")

    @staticmethod
    def off() -> Message:
        return Message("entries.off")

    @staticmethod
    def off_assumed() -> Message:
        return Message("entries.off_assumed")

    @staticmethod
    def off_fell() -> Message:
        return Message("entries.off_fell")

    @staticmethod
    def only_wish(*, urge: Param) -> Message:
        return Message("entries.only_wish", {"urge": urge})

    @staticmethod
    def patch_assumed(*, medicine: Param) -> Message:
        return Message("entries.patch_assumed", {"medicine": medicine})

    @staticmethod
    def patch_fell(*, medicine: Param) -> Message:
        return Message("entries.patch_fell", {"medicine": medicine})

    @staticmethod
    def patch_off(*, medicine: Param) -> Message:
        return Message("entries.patch_off", {"medicine": medicine})

    @staticmethod
    def patch_on(*, medicine: Param) -> Message:
        return Message("entries.patch_on", {"medicine": medicine})

    @staticmethod
    def patch_span(*, how: Param, medicine: Param, off: Param, on: Param) -> Message:
        return Message("entries.patch_span", {"how": how, "medicine": medicine, "off": off, "on": on})

    @staticmethod
    def pause(*, decision: Param) -> Message:
        return Message("entries.pause", {"decision": decision})

    @staticmethod
    def pause_after(*, decision: Param, numbers: Param) -> Message:
        return Message("entries.pause_after", {"decision": decision, "numbers": numbers})

    @staticmethod
    def practice(*, n: Param) -> Message:
        return Message("entries.practice", {"n": n})

    @staticmethod
    def rating(*, numbers: Param) -> Message:
        return Message("entries.rating", {"numbers": numbers})

    @staticmethod
    def rating_before(*, numbers: Param) -> Message:
        return Message("entries.rating_before", {"numbers": numbers})

    @staticmethod
    def today(*, time: Param) -> Message:
        return Message("entries.today", {"time": time})

    @staticmethod
    def yesterday(*, time: Param) -> Message:
        return Message("entries.yesterday", {"time": time})


class fix:
    @staticmethod
    def after_pain_button() -> Message:
        return Message("fix.after_pain_button")

    @staticmethod
    def after_wish_button() -> Message:
        return Message("fix.after_wish_button")

    @staticmethod
    def amount_button() -> Message:
        return Message("fix.amount_button")

    @staticmethod
    def before_pain_button() -> Message:
        return Message("fix.before_pain_button")

    @staticmethod
    def before_wish_button() -> Message:
        return Message("fix.before_wish_button")

    @staticmethod
    def change(*, entry: Param) -> Message:
        return Message("fix.change", {"entry": entry})

    @staticmethod
    def changed(*, after: Param, before: Param) -> Message:
        return Message("fix.changed", {"after": after, "before": before})

    @staticmethod
    def changed_since() -> Message:
        return Message("fix.changed_since")

    @staticmethod
    def decide(*, medicine: Param) -> Message:
        return Message("fix.decide", {"medicine": medicine})

    @staticmethod
    def decide_scheduled(*, medicine: Param) -> Message:
        return Message("fix.decide_scheduled", {"medicine": medicine})

    @staticmethod
    def decision_button() -> Message:
        return Message("fix.decision_button")

    @staticmethod
    def delete_button() -> Message:
        return Message("fix.delete_button")

    @staticmethod
    def delete_sure(*, entry: Param) -> Message:
        return Message("fix.delete_sure", {"entry": entry})

    @staticmethod
    def deleted(*, entry: Param) -> Message:
        return Message("fix.deleted", {"entry": entry})

    @staticmethod
    def dose_too(*, entry: Param) -> Message:
        return Message("fix.dose_too", {"entry": entry})

    @staticmethod
    def leave_button() -> Message:
        return Message("fix.leave_button")

    @staticmethod
    def left() -> Message:
        return Message("fix.left")

    @staticmethod
    def medicine_button() -> Message:
        return Message("fix.medicine_button")

    @staticmethod
    def minutes() -> Message:
        return Message("fix.minutes")

    @staticmethod
    def minutes_button() -> Message:
        return Message("fix.minutes_button")

    @staticmethod
    def not_me_button() -> Message:
        return Message("fix.not_me_button")

    @staticmethod
    def not_me_done() -> Message:
        return Message("fix.not_me_done")

    @staticmethod
    def not_me_sure(*, entry: Param) -> Message:
        return Message("fix.not_me_sure", {"entry": entry})

    @staticmethod
    def nothing() -> Message:
        return Message("fix.nothing")

    @staticmethod
    def pain_button() -> Message:
        return Message("fix.pain_button")

    @staticmethod
    def patch_order() -> Message:
        return Message("fix.patch_order")

    @staticmethod
    def put_on_button() -> Message:
        return Message("fix.put_on_button")

    @staticmethod
    def rate_pain() -> Message:
        return Message("fix.rate_pain")

    @staticmethod
    def rate_wish() -> Message:
        return Message("fix.rate_wish")

    @staticmethod
    def same() -> Message:
        return Message("fix.same")

    @staticmethod
    def still_on_button() -> Message:
        return Message("fix.still_on_button")

    @staticmethod
    def taken_off_button() -> Message:
        return Message("fix.taken_off_button")

    @staticmethod
    def time_button() -> Message:
        return Message("fix.time_button")

    @staticmethod
    def when_off() -> Message:
        return Message("fix.when_off")

    @staticmethod
    def when_put_on() -> Message:
        return Message("fix.when_put_on")

    @staticmethod
    def when_rated() -> Message:
        return Message("fix.when_rated")

    @staticmethod
    def which() -> Message:
        return Message("fix.which")

    @staticmethod
    def which_medicine() -> Message:
        return Message("fix.which_medicine")

    @staticmethod
    def wish_button() -> Message:
        return Message("fix.wish_button")


class forms:
    @staticmethod
    def about(*, on: Param) -> Message:
        return Message("forms.about", {"on": on})


class help:
    @staticmethod
    def text() -> Message:
        return Message("help.text")


class medicines:
    @staticmethod
    def add_button() -> Message:
        return Message("medicines.add_button")

    @staticmethod
    def added(*, name: Param) -> Message:
        return Message("medicines.added", {"name": name})

    @staticmethod
    def as_needed_button() -> Message:
        return Message("medicines.as_needed_button")

    @staticmethod
    def change(*, line: Param) -> Message:
        return Message("medicines.change", {"line": line})

    @staticmethod
    def change_stopped_button() -> Message:
        return Message("medicines.change_stopped_button")

    @staticmethod
    def change_strength_button() -> Message:
        return Message("medicines.change_strength_button")

    @staticmethod
    def change_taper_button() -> Message:
        return Message("medicines.change_taper_button")

    @staticmethod
    def change_times_button() -> Message:
        return Message("medicines.change_times_button")

    @staticmethod
    def changed(*, day: Param, line: Param) -> Message:
        return Message("medicines.changed", {"day": day, "line": line})

    @staticmethod
    def form() -> Message:
        return Message("medicines.form")

    @staticmethod
    def form_capsule() -> Message:
        return Message("medicines.form_capsule")

    @staticmethod
    def form_drops() -> Message:
        return Message("medicines.form_drops")

    @staticmethod
    def form_er_tablet() -> Message:
        return Message("medicines.form_er_tablet")

    @staticmethod
    def form_film() -> Message:
        return Message("medicines.form_film")

    @staticmethod
    def form_liquid() -> Message:
        return Message("medicines.form_liquid")

    @staticmethod
    def form_patch() -> Message:
        return Message("medicines.form_patch")

    @staticmethod
    def form_spray() -> Message:
        return Message("medicines.form_spray")

    @staticmethod
    def form_suppository() -> Message:
        return Message("medicines.form_suppository")

    @staticmethod
    def form_tablet() -> Message:
        return Message("medicines.form_tablet")

    @staticmethod
    def gone() -> Message:
        return Message("medicines.gone")

    @staticmethod
    def hospital_button() -> Message:
        return Message("medicines.hospital_button")

    @staticmethod
    def hospital_noted() -> Message:
        return Message("medicines.hospital_noted")

    @staticmethod
    def line(*, name: Param, schedule: Param) -> Message:
        return Message("medicines.line", {"name": name, "schedule": schedule})

    @staticmethod
    def line_times(*, name: Param, schedule: Param, times: Param) -> Message:
        return Message("medicines.line_times", {"name": name, "schedule": schedule, "times": times})

    @staticmethod
    def lines(*, first: Param, rest: Param) -> Message:
        return Message("medicines.lines", {"first": first, "rest": rest})

    @staticmethod
    def list(*, lines: Param) -> Message:
        return Message("medicines.list", {"lines": lines})

    @staticmethod
    def list_empty() -> Message:
        return Message("medicines.list_empty")

    @staticmethod
    def meant() -> Message:
        return Message("medicines.meant")

    @staticmethod
    def meant_typed_button(*, typed: Param) -> Message:
        return Message("medicines.meant_typed_button", {"typed": typed})

    @staticmethod
    def most(*, unit: Param) -> Message:
        return Message("medicines.most", {"unit": unit})

    @staticmethod
    def most_unknown_button() -> Message:
        return Message("medicines.most_unknown_button")

    @staticmethod
    def named(*, label: Param, nickname: Param) -> Message:
        return Message("medicines.named", {"label": label, "nickname": nickname})

    @staticmethod
    def nickname() -> Message:
        return Message("medicines.nickname")

    @staticmethod
    def nickname_same_button(*, product: Param) -> Message:
        return Message("medicines.nickname_same_button", {"product": product})

    @staticmethod
    def no_times_button() -> Message:
        return Message("medicines.no_times_button")

    @staticmethod
    def off(*, day: Param, nickname: Param) -> Message:
        return Message("medicines.off", {"day": day, "nickname": nickname})

    @staticmethod
    def product() -> Message:
        return Message("medicines.product")

    @staticmethod
    def reason() -> Message:
        return Message("medicines.reason")

    @staticmethod
    def reason_hospital_button() -> Message:
        return Message("medicines.reason_hospital_button")

    @staticmethod
    def reason_list_wrong_button() -> Message:
        return Message("medicines.reason_list_wrong_button")

    @staticmethod
    def reason_own_button() -> Message:
        return Message("medicines.reason_own_button")

    @staticmethod
    def reason_pharmacy_button() -> Message:
        return Message("medicines.reason_pharmacy_button")

    @staticmethod
    def reason_prescriber_button() -> Message:
        return Message("medicines.reason_prescriber_button")

    @staticmethod
    def reason_side_effects_button() -> Message:
        return Message("medicines.reason_side_effects_button")

    @staticmethod
    def same_button(*, value: Param) -> Message:
        return Message("medicines.same_button", {"value": value})

    @staticmethod
    def schedule() -> Message:
        return Message("medicines.schedule")

    @staticmethod
    def scheduled_button() -> Message:
        return Message("medicines.scheduled_button")

    @staticmethod
    def since() -> Message:
        return Message("medicines.since")

    @staticmethod
    def strength() -> Message:
        return Message("medicines.strength")

    @staticmethod
    def strength_again() -> Message:
        return Message("medicines.strength_again")

    @staticmethod
    def strength_drops() -> Message:
        return Message("medicines.strength_drops")

    @staticmethod
    def strength_liquid() -> Message:
        return Message("medicines.strength_liquid")

    @staticmethod
    def strength_liquid_again() -> Message:
        return Message("medicines.strength_liquid_again")

    @staticmethod
    def strength_patch() -> Message:
        return Message("medicines.strength_patch")

    @staticmethod
    def strength_spray() -> Message:
        return Message("medicines.strength_spray")

    @staticmethod
    def times() -> Message:
        return Message("medicines.times")

    @staticmethod
    def times_as_needed() -> Message:
        return Message("medicines.times_as_needed")

    @staticmethod
    def today_button() -> Message:
        return Message("medicines.today_button")

    @staticmethod
    def told() -> Message:
        return Message("medicines.told")

    @staticmethod
    def unit() -> Message:
        return Message("medicines.unit")

    @staticmethod
    def usual(*, unit: Param) -> Message:
        return Message("medicines.usual", {"unit": unit})

    @staticmethod
    def worn() -> Message:
        return Message("medicines.worn")


class meeting:
    @staticmethod
    def not_there_button() -> Message:
        return Message("meeting.not_there_button")

    @staticmethod
    def noted() -> Message:
        return Message("meeting.noted")

    @staticmethod
    def off(*, time: Param) -> Message:
        return Message("meeting.off", {"time": time})

    @staticmethod
    def seen_button() -> Message:
        return Message("meeting.seen_button")

    @staticmethod
    def soon(*, place: Param, therapist: Param, time: Param) -> Message:
        return Message("meeting.soon", {"place": place, "therapist": therapist, "time": time})

    @staticmethod
    def there_button() -> Message:
        return Message("meeting.there_button")

    @staticmethod
    def told() -> Message:
        return Message("meeting.told")

    @staticmethod
    def why_button() -> Message:
        return Message("meeting.why_button")


class menu:
    @staticmethod
    def dose() -> Message:
        return Message("menu.dose")

    @staticmethod
    def pain() -> Message:
        return Message("menu.pain")

    @staticmethod
    def pause() -> Message:
        return Message("menu.pause")

    @staticmethod
    def practice() -> Message:
        return Message("menu.practice")

    @staticmethod
    def urgent() -> Message:
        return Message("menu.urgent")


class mydata:
    @staticmethod
    def about(*, made: Param, study_id: Param) -> Message:
        return Message("mydata.about", {"made": made, "study_id": study_id})

    @staticmethod
    def also_kept() -> Message:
        return Message("mydata.also_kept")

    @staticmethod
    def text() -> Message:
        return Message("mydata.text")


class nudge:
    @staticmethod
    def ask(*, variant: int | None = None) -> Message:
        return Message("nudge.ask", {}, variant)

    @staticmethod
    def fewer_button() -> Message:
        return Message("nudge.fewer_button")

    @staticmethod
    def later_button() -> Message:
        return Message("nudge.later_button")

    @staticmethod
    def not_now_button() -> Message:
        return Message("nudge.not_now_button")

    @staticmethod
    def not_today(*, variant: int | None = None) -> Message:
        return Message("nudge.not_today", {}, variant)

    @staticmethod
    def now_button() -> Message:
        return Message("nudge.now_button")

    @staticmethod
    def put_off(*, variant: int | None = None, time: Param) -> Message:
        return Message("nudge.put_off", {"time": time}, variant)

    @staticmethod
    def why_button() -> Message:
        return Message("nudge.why_button")


class pain:
    @staticmethod
    def logged(*, variant: int | None = None, rating: Param, time: Param) -> Message:
        return Message("pain.logged", {"rating": rating, "time": time}, variant)

    @staticmethod
    def logged_high(*, rating: Param, time: Param) -> Message:
        return Message("pain.logged_high", {"rating": rating, "time": time})

    @staticmethod
    def now() -> Message:
        return Message("pain.now")


class pause:
    @staticmethod
    def after() -> Message:
        return Message("pause.after")

    @staticmethod
    def after_urge() -> Message:
        return Message("pause.after_urge")

    @staticmethod
    def before() -> Message:
        return Message("pause.before")

    @staticmethod
    def check_120_button() -> Message:
        return Message("pause.check_120_button")

    @staticmethod
    def check_15_button() -> Message:
        return Message("pause.check_15_button")

    @staticmethod
    def check_30_button() -> Message:
        return Message("pause.check_30_button")

    @staticmethod
    def check_60_button() -> Message:
        return Message("pause.check_60_button")

    @staticmethod
    def check_back() -> Message:
        return Message("pause.check_back")

    @staticmethod
    def check_back_ask(*, medicine: Param) -> Message:
        return Message("pause.check_back_ask", {"medicine": medicine})

    @staticmethod
    def check_none_button() -> Message:
        return Message("pause.check_none_button")

    @staticmethod
    def decision(*, medicine: Param) -> Message:
        return Message("pause.decision", {"medicine": medicine})

    @staticmethod
    def decision_scheduled(*, medicine: Param) -> Message:
        return Message("pause.decision_scheduled", {"medicine": medicine})

    @staticmethod
    def ended_later(*, variant: int | None = None) -> Message:
        return Message("pause.ended_later", {}, variant)

    @staticmethod
    def ended_later_check(*, variant: int | None = None, time: Param) -> Message:
        return Message("pause.ended_later_check", {"time": time}, variant)

    @staticmethod
    def ended_not_needed(*, variant: int | None = None) -> Message:
        return Message("pause.ended_not_needed", {}, variant)

    @staticmethod
    def ended_rather_not(*, variant: int | None = None) -> Message:
        return Message("pause.ended_rather_not", {}, variant)

    @staticmethod
    def exercise_stopped(*, variant: int | None = None) -> Message:
        return Message("pause.exercise_stopped", {}, variant)

    @staticmethod
    def late(*, medicine: Param, time: Param) -> Message:
        return Message("pause.late", {"medicine": medicine, "time": time})

    @staticmethod
    def late_done(*, variant: int | None = None) -> Message:
        return Message("pause.late_done", {}, variant)

    @staticmethod
    def late_no_button() -> Message:
        return Message("pause.late_no_button")

    @staticmethod
    def late_took_button() -> Message:
        return Message("pause.late_took_button")

    @staticmethod
    def later_button() -> Message:
        return Message("pause.later_button")

    @staticmethod
    def length() -> Message:
        return Message("pause.length")

    @staticmethod
    def length_button(*, n: Param) -> Message:
        return Message("pause.length_button", {"n": n})

    @staticmethod
    def length_high() -> Message:
        return Message("pause.length_high")

    @staticmethod
    def length_last_button(*, n: Param) -> Message:
        return Message("pause.length_last_button", {"n": n})

    @staticmethod
    def log_only_button() -> Message:
        return Message("pause.log_only_button")

    @staticmethod
    def nature() -> Message:
        return Message("pause.nature")

    @staticmethod
    def nature_back_button() -> Message:
        return Message("pause.nature_back_button")

    @staticmethod
    def nature_both_button() -> Message:
        return Message("pause.nature_both_button")

    @staticmethod
    def nature_pull_button() -> Message:
        return Message("pause.nature_pull_button")

    @staticmethod
    def nature_time_button() -> Message:
        return Message("pause.nature_time_button")

    @staticmethod
    def nature_worry_button() -> Message:
        return Message("pause.nature_worry_button")

    @staticmethod
    def no_exercise(*, variant: int | None = None) -> Message:
        return Message("pause.no_exercise", {}, variant)

    @staticmethod
    def no_medicine() -> Message:
        return Message("pause.no_medicine")

    @staticmethod
    def not_needed_button() -> Message:
        return Message("pause.not_needed_button")

    @staticmethod
    def not_now_button() -> Message:
        return Message("pause.not_now_button")

    @staticmethod
    def practice_ended(*, variant: int | None = None, minutes: Param, title: Param) -> Message:
        return Message("pause.practice_ended", {"minutes": minutes, "title": title}, variant)

    @staticmethod
    def practice_short(*, variant: int | None = None) -> Message:
        return Message("pause.practice_short", {}, variant)

    @staticmethod
    def stopped(*, variant: int | None = None) -> Message:
        return Message("pause.stopped", {}, variant)

    @staticmethod
    def stopped_nothing(*, variant: int | None = None) -> Message:
        return Message("pause.stopped_nothing", {}, variant)

    @staticmethod
    def took_button() -> Message:
        return Message("pause.took_button")

    @staticmethod
    def urge(*, medicine: Param) -> Message:
        return Message("pause.urge", {"medicine": medicine})

    @staticmethod
    def which() -> Message:
        return Message("pause.which")

    @staticmethod
    def which_exercise() -> Message:
        return Message("pause.which_exercise")


class practice:
    @staticmethod
    def how_many() -> Message:
        return Message("practice.how_many")

    @staticmethod
    def lead_button() -> Message:
        return Message("practice.lead_button")

    @staticmethod
    def logged(*, variant: int | None = None, day: Param, goal: Param, minutes: Param, sum: Param) -> Message:
        return Message("practice.logged", {"day": day, "goal": goal, "minutes": minutes, "sum": sum}, variant)

    @staticmethod
    def minutes_button(*, n: Param) -> Message:
        return Message("practice.minutes_button", {"n": n})

    @staticmethod
    def other_button() -> Message:
        return Message("practice.other_button")

    @staticmethod
    def what() -> Message:
        return Message("practice.what")

    @staticmethod
    def when() -> Message:
        return Message("practice.when")


class pre_dose:
    @staticmethod
    def all_button() -> Message:
        return Message("pre_dose.all_button")

    @staticmethod
    def and_more(*, first: Param, rest: Param) -> Message:
        return Message("pre_dose.and_more", {"first": first, "rest": rest})

    @staticmethod
    def ask(*, variant: int | None = None) -> Message:
        return Message("pre_dose.ask", {}, variant)

    @staticmethod
    def cap(*, most: Param, times: Param) -> Message:
        return Message("pre_dose.cap", {"most": most, "times": times})

    @staticmethod
    def dose_button() -> Message:
        return Message("pre_dose.dose_button")

    @staticmethod
    def late() -> Message:
        return Message("pre_dose.late")

    @staticmethod
    def line(*, name: Param, times: Param) -> Message:
        return Message("pre_dose.line", {"name": name, "times": times})

    @staticmethod
    def none_button() -> Message:
        return Message("pre_dose.none_button")

    @staticmethod
    def not_now(*, variant: int | None = None) -> Message:
        return Message("pre_dose.not_now", {}, variant)

    @staticmethod
    def not_now_button() -> Message:
        return Message("pre_dose.not_now_button")

    @staticmethod
    def off() -> Message:
        return Message("pre_dose.off")

    @staticmethod
    def off_button() -> Message:
        return Message("pre_dose.off_button")

    @staticmethod
    def offer(*, minutes: Param, week: Param) -> Message:
        return Message("pre_dose.offer", {"minutes": minutes, "week": week})

    @staticmethod
    def pause_button() -> Message:
        return Message("pre_dose.pause_button")

    @staticmethod
    def quiet(*, times: Param) -> Message:
        return Message("pre_dose.quiet", {"times": times})

    @staticmethod
    def set_off() -> Message:
        return Message("pre_dose.set_off")

    @staticmethod
    def set_on(*, times: Param) -> Message:
        return Message("pre_dose.set_on", {"times": times})

    @staticmethod
    def some_button() -> Message:
        return Message("pre_dose.some_button")

    @staticmethod
    def spacing(*, times: Param) -> Message:
        return Message("pre_dose.spacing", {"times": times})

    @staticmethod
    def which() -> Message:
        return Message("pre_dose.which")

    @staticmethod
    def why_button() -> Message:
        return Message("pre_dose.why_button")


class preferences:
    @staticmethod
    def any_hour() -> Message:
        return Message("preferences.any_hour")

    @staticmethod
    def any_hour_button() -> Message:
        return Message("preferences.any_hour_button")

    @staticmethod
    def contact() -> Message:
        return Message("preferences.contact")

    @staticmethod
    def contact_any() -> Message:
        return Message("preferences.contact_any")

    @staticmethod
    def contact_button() -> Message:
        return Message("preferences.contact_button")

    @staticmethod
    def contact_quiet() -> Message:
        return Message("preferences.contact_quiet")

    @staticmethod
    def contact_set(*, time: Param) -> Message:
        return Message("preferences.contact_set", {"time": time})

    @staticmethod
    def diary(*, earliest: Param, latest: Param) -> Message:
        return Message("preferences.diary", {"earliest": earliest, "latest": latest})

    @staticmethod
    def diary_button() -> Message:
        return Message("preferences.diary_button")

    @staticmethod
    def diary_outside(*, earliest: Param, latest: Param) -> Message:
        return Message("preferences.diary_outside", {"earliest": earliest, "latest": latest})

    @staticmethod
    def diary_set(*, time: Param) -> Message:
        return Message("preferences.diary_set", {"time": time})

    @staticmethod
    def diary_set_quiet() -> Message:
        return Message("preferences.diary_set_quiet")

    @staticmethod
    def fewer() -> Message:
        return Message("preferences.fewer")

    @staticmethod
    def fewer_button() -> Message:
        return Message("preferences.fewer_button")

    @staticmethod
    def fewer_set(*, most: Param) -> Message:
        return Message("preferences.fewer_set", {"most": most})

    @staticmethod
    def hour_button(*, time: Param) -> Message:
        return Message("preferences.hour_button", {"time": time})

    @staticmethod
    def no_times() -> Message:
        return Message("preferences.no_times")

    @staticmethod
    def prompts_button() -> Message:
        return Message("preferences.prompts_button")

    @staticmethod
    def usual() -> Message:
        return Message("preferences.usual")

    @staticmethod
    def usual_button() -> Message:
        return Message("preferences.usual_button")

    @staticmethod
    def usual_set() -> Message:
        return Message("preferences.usual_set")

    @staticmethod
    def what(*, contact: Param, diary: Param, many: Param) -> Message:
        return Message("preferences.what", {"contact": contact, "diary": diary, "many": many})


class profile:
    @staticmethod
    def checkin() -> Message:
        return Message("profile.checkin")

    @staticmethod
    def description() -> Message:
        return Message("profile.description")

    @staticmethod
    def diary() -> Message:
        return Message("profile.diary")

    @staticmethod
    def dose() -> Message:
        return Message("profile.dose")

    @staticmethod
    def fix() -> Message:
        return Message("profile.fix")

    @staticmethod
    def help() -> Message:
        return Message("profile.help")

    @staticmethod
    def local_number() -> Message:
        return Message("profile.local_number")

    @staticmethod
    def medicines() -> Message:
        return Message("profile.medicines")

    @staticmethod
    def mydata() -> Message:
        return Message("profile.mydata")

    @staticmethod
    def pain() -> Message:
        return Message("profile.pain")

    @staticmethod
    def pause() -> Message:
        return Message("profile.pause")

    @staticmethod
    def practice() -> Message:
        return Message("profile.practice")

    @staticmethod
    def progress() -> Message:
        return Message("profile.progress")

    @staticmethod
    def rest() -> Message:
        return Message("profile.rest")

    @staticmethod
    def session() -> Message:
        return Message("profile.session")

    @staticmethod
    def settings() -> Message:
        return Message("profile.settings")

    @staticmethod
    def short() -> Message:
        return Message("profile.short")

    @staticmethod
    def stop() -> Message:
        return Message("profile.stop")

    @staticmethod
    def team() -> Message:
        return Message("profile.team")

    @staticmethod
    def undo() -> Message:
        return Message("profile.undo")

    @staticmethod
    def urgent() -> Message:
        return Message("profile.urgent")


class progress:
    @staticmethod
    def legend() -> Message:
        return Message("progress.legend")

    @staticmethod
    def no_picture(*, text: Param) -> Message:
        return Message("progress.no_picture", {"text": text})

    @staticmethod
    def none() -> Message:
        return Message("progress.none")

    @staticmethod
    def one(*, value: Param) -> Message:
        return Message("progress.one", {"value": value})

    @staticmethod
    def pain(*, line: Param) -> Message:
        return Message("progress.pain", {"line": line})

    @staticmethod
    def pain_title() -> Message:
        return Message("progress.pain_title")

    @staticmethod
    def practice(*, goal: Param, minutes: Param) -> Message:
        return Message("progress.practice", {"goal": goal, "minutes": minutes})

    @staticmethod
    def practice_title(*, goal: Param, minutes: Param) -> Message:
        return Message("progress.practice_title", {"goal": goal, "minutes": minutes})

    @staticmethod
    def same(*, n: Param, value: Param) -> Message:
        return Message("progress.same", {"n": n, "value": value})

    @staticmethod
    def several(*, high: Param, low: Param, middle: Param, n: Param) -> Message:
        return Message("progress.several", {"high": high, "low": low, "middle": middle, "n": n})

    @staticmethod
    def text(*, practice: Param, rated: Param) -> Message:
        return Message("progress.text", {"practice": practice, "rated": rated})

    @staticmethod
    def text_with_wish(*, practice: Param, rated: Param, wish: Param) -> Message:
        return Message("progress.text_with_wish", {"practice": practice, "rated": rated, "wish": wish})

    @staticmethod
    def today() -> Message:
        return Message("progress.today")

    @staticmethod
    def wish(*, line: Param) -> Message:
        return Message("progress.wish", {"line": line})

    @staticmethod
    def wish_title() -> Message:
        return Message("progress.wish_title")

    @staticmethod
    def with_picture(*, month: Param, text: Param) -> Message:
        return Message("progress.with_picture", {"month": month, "text": text})


class reading:
    @staticmethod
    def amount() -> Message:
        return Message("reading.amount")

    @staticmethod
    def choose() -> Message:
        return Message("reading.choose")

    @staticmethod
    def clock() -> Message:
        return Message("reading.clock")

    @staticmethod
    def clocks() -> Message:
        return Message("reading.clocks")

    @staticmethod
    def minutes() -> Message:
        return Message("reading.minutes")

    @staticmethod
    def place() -> Message:
        return Message("reading.place")

    @staticmethod
    def rating_one() -> Message:
        return Message("reading.rating_one")

    @staticmethod
    def rating_whole() -> Message:
        return Message("reading.rating_whole")

    @staticmethod
    def short_name() -> Message:
        return Message("reading.short_name")

    @staticmethod
    def words() -> Message:
        return Message("reading.words")


class safe:
    @staticmethod
    def check() -> Message:
        return Message("safe.check")

    @staticmethod
    def when_safe() -> Message:
        return Message("safe.when_safe")


class safety:
    @staticmethod
    def abroad() -> Message:
        return Message("safety.abroad")

    @staticmethod
    def back_red_flags() -> Message:
        return Message("safety.back_red_flags")

    @staticmethod
    def back_soon() -> Message:
        return Message("safety.back_soon")

    @staticmethod
    def bereavement() -> Message:
        return Message("safety.bereavement")

    @staticmethod
    def co_use() -> Message:
        return Message("safety.co_use")

    @staticmethod
    def emergency() -> Message:
        return Message("safety.emergency")

    @staticmethod
    def excess() -> Message:
        return Message("safety.excess")

    @staticmethod
    def excess_check() -> Message:
        return Message("safety.excess_check")

    @staticmethod
    def grounding() -> Message:
        return Message("safety.grounding")

    @staticmethod
    def grounding_next() -> Message:
        return Message("safety.grounding_next")

    @staticmethod
    def hospital() -> Message:
        return Message("safety.hospital")

    @staticmethod
    def late(*, time: Param) -> Message:
        return Message("safety.late", {"time": time})

    @staticmethod
    def leave_study() -> Message:
        return Message("safety.leave_study")

    @staticmethod
    def low_mood() -> Message:
        return Message("safety.low_mood")

    @staticmethod
    def naloxone() -> Message:
        return Message("safety.naloxone")

    @staticmethod
    def not_meant() -> Message:
        return Message("safety.not_meant")

    @staticmethod
    def not_meant_button() -> Message:
        return Message("safety.not_meant_button")

    @staticmethod
    def not_safe() -> Message:
        return Message("safety.not_safe")

    @staticmethod
    def overdose() -> Message:
        return Message("safety.overdose")

    @staticmethod
    def overdose_next() -> Message:
        return Message("safety.overdose_next")

    @staticmethod
    def participant_died() -> Message:
        return Message("safety.participant_died")

    @staticmethod
    def pregnancy() -> Message:
        return Message("safety.pregnancy")

    @staticmethod
    def ran_out() -> Message:
        return Message("safety.ran_out")

    @staticmethod
    def safe_check() -> Message:
        return Message("safety.safe_check")

    @staticmethod
    def safe_no_button() -> Message:
        return Message("safety.safe_no_button")

    @staticmethod
    def safe_yes() -> Message:
        return Message("safety.safe_yes")

    @staticmethod
    def safe_yes_alert() -> Message:
        return Message("safety.safe_yes_alert")

    @staticmethod
    def safe_yes_button() -> Message:
        return Message("safety.safe_yes_button")

    @staticmethod
    def sedation() -> Message:
        return Message("safety.sedation")

    @staticmethod
    def standing() -> Message:
        return Message("safety.standing")

    @staticmethod
    def stopped() -> Message:
        return Message("safety.stopped")

    @staticmethod
    def suicidal_thoughts() -> Message:
        return Message("safety.suicidal_thoughts")

    @staticmethod
    def suicide_now() -> Message:
        return Message("safety.suicide_now")

    @staticmethod
    def told() -> Message:
        return Message("safety.told")

    @staticmethod
    def urgent() -> Message:
        return Message("safety.urgent")

    @staticmethod
    def urgent_back() -> Message:
        return Message("safety.urgent_back")

    @staticmethod
    def urgent_other() -> Message:
        return Message("safety.urgent_other")

    @staticmethod
    def urgent_other_reply() -> Message:
        return Message("safety.urgent_other_reply")

    @staticmethod
    def urgent_overdose() -> Message:
        return Message("safety.urgent_overdose")

    @staticmethod
    def urgent_ran_out() -> Message:
        return Message("safety.urgent_ran_out")

    @staticmethod
    def urgent_thoughts() -> Message:
        return Message("safety.urgent_thoughts")

    @staticmethod
    def vomiting() -> Message:
        return Message("safety.vomiting")

    @staticmethod
    def watching(*, when: Param, who: Param) -> Message:
        return Message("safety.watching", {"when": when, "who": who})

    @staticmethod
    def watching_left() -> Message:
        return Message("safety.watching_left")

    @staticmethod
    def watching_nobody() -> Message:
        return Message("safety.watching_nobody")

    @staticmethod
    def watching_stranger() -> Message:
        return Message("safety.watching_stranger")

    @staticmethod
    def withdrawal() -> Message:
        return Message("safety.withdrawal")

    @staticmethod
    def withdrawal_check() -> Message:
        return Message("safety.withdrawal_check")


class session:
    @staticmethod
    def after_stop() -> Message:
        return Message("session.after_stop")

    @staticmethod
    def all_done() -> Message:
        return Message("session.all_done")

    @staticmethod
    def begin_button() -> Message:
        return Message("session.begin_button")

    @staticmethod
    def begin_exercise_button(*, title: Param) -> Message:
        return Message("session.begin_exercise_button", {"title": title})

    @staticmethod
    def booster(*, variant: int | None = None, minutes: Param, title: Param) -> Message:
        return Message("session.booster", {"minutes": minutes, "title": title}, variant)

    @staticmethod
    def booster_ended(*, variant: int | None = None) -> Message:
        return Message("session.booster_ended", {}, variant)

    @staticmethod
    def booster_why(*, week: Param) -> Message:
        return Message("session.booster_why", {"week": week})

    @staticmethod
    def change_button() -> Message:
        return Message("session.change_button")

    @staticmethod
    def ended(*, variant: int | None = None, session: Param) -> Message:
        return Message("session.ended", {"session": session}, variant)

    @staticmethod
    def enough(*, variant: int | None = None, part: Param) -> Message:
        return Message("session.enough", {"part": part}, variant)

    @staticmethod
    def enough_button() -> Message:
        return Message("session.enough_button")

    @staticmethod
    def fits_button() -> Message:
        return Message("session.fits_button")

    @staticmethod
    def go_on_button() -> Message:
        return Message("session.go_on_button")

    @staticmethod
    def in_group() -> Message:
        return Message("session.in_group")

    @staticmethod
    def later_button() -> Message:
        return Message("session.later_button")

    @staticmethod
    def leave_out_button() -> Message:
        return Message("session.leave_out_button")

    @staticmethod
    def listed_button(*, n: Param, session: Param, title: Param) -> Message:
        return Message("session.listed_button", {"n": n, "session": session, "title": title})

    @staticmethod
    def listed_part_button(*, done: Param, n: Param, parts: Param, session: Param, title: Param) -> Message:
        return Message("session.listed_part_button", {"done": done, "n": n, "parts": parts, "session": session, "title": title})

    @staticmethod
    def new_plan() -> Message:
        return Message("session.new_plan")

    @staticmethod
    def no_plan() -> Message:
        return Message("session.no_plan")

    @staticmethod
    def not_now(*, variant: int | None = None) -> Message:
        return Message("session.not_now", {}, variant)

    @staticmethod
    def not_now_button() -> Message:
        return Message("session.not_now_button")

    @staticmethod
    def not_yet() -> Message:
        return Message("session.not_yet")

    @staticmethod
    def often_daily_button() -> Message:
        return Message("session.often_daily_button")

    @staticmethod
    def often_most_button() -> Message:
        return Message("session.often_most_button")

    @staticmethod
    def often_once_button() -> Message:
        return Message("session.often_once_button")

    @staticmethod
    def often_three_button() -> Message:
        return Message("session.often_three_button")

    @staticmethod
    def open(*, variant: int | None = None, minutes: Param, session: Param, title: Param) -> Message:
        return Message("session.open", {"minutes": minutes, "session": session, "title": title}, variant)

    @staticmethod
    def open_again(*, session: Param) -> Message:
        return Message("session.open_again", {"session": session})

    @staticmethod
    def open_too(*, open: Param, others: Param) -> Message:
        return Message("session.open_too", {"open": open, "others": others})

    @staticmethod
    def opening(*, variant: int | None = None, n: Param, parts: Param, session: Param, title: Param) -> Message:
        return Message("session.opening", {"n": n, "parts": parts, "session": session, "title": title}, variant)

    @staticmethod
    def opening_again(*, part: Param, parts: Param, session: Param, title: Param) -> Message:
        return Message("session.opening_again", {"part": part, "parts": parts, "session": session, "title": title})

    @staticmethod
    def part_example(*, n: Param, part: Param, parts: Param) -> Message:
        return Message("session.part_example", {"n": n, "part": part, "parts": parts})

    @staticmethod
    def part_idea(*, n: Param, part: Param, parts: Param) -> Message:
        return Message("session.part_idea", {"n": n, "part": part, "parts": parts})

    @staticmethod
    def part_plan(*, n: Param, part: Param, parts: Param) -> Message:
        return Message("session.part_plan", {"n": n, "part": part, "parts": parts})

    @staticmethod
    def part_practice(*, n: Param, part: Param, parts: Param) -> Message:
        return Message("session.part_practice", {"n": n, "part": part, "parts": parts})

    @staticmethod
    def plan_changed(*, moment: Param, often: Param, what: Param) -> Message:
        return Message("session.plan_changed", {"moment": moment, "often": often, "what": what})

    @staticmethod
    def plan_made(*, moment: Param, often: Param, what: Param) -> Message:
        return Message("session.plan_made", {"moment": moment, "often": often, "what": what})

    @staticmethod
    def plan_often() -> Message:
        return Message("session.plan_often")

    @staticmethod
    def plan_when() -> Message:
        return Message("session.plan_when")

    @staticmethod
    def put_off(*, variant: int | None = None, time: Param) -> Message:
        return Message("session.put_off", {"time": time}, variant)

    @staticmethod
    def when_evening_button() -> Message:
        return Message("session.when_evening_button")

    @staticmethod
    def when_fits_button() -> Message:
        return Message("session.when_fits_button")

    @staticmethod
    def when_midday_button() -> Message:
        return Message("session.when_midday_button")

    @staticmethod
    def when_morning_button() -> Message:
        return Message("session.when_morning_button")

    @staticmethod
    def which(*, n: Param) -> Message:
        return Message("session.which", {"n": n})

    @staticmethod
    def why_button() -> Message:
        return Message("session.why_button")

    @staticmethod
    def worse_before() -> Message:
        return Message("session.worse_before")

    @staticmethod
    def your_plan(*, moment: Param, often: Param, session: Param, what: Param) -> Message:
        return Message("session.your_plan", {"moment": moment, "often": often, "session": session, "what": what})


class settings:
    @staticmethod
    def discreet_off_button() -> Message:
        return Message("settings.discreet_off_button")

    @staticmethod
    def discreet_on_button() -> Message:
        return Message("settings.discreet_on_button")

    @staticmethod
    def discreet_set_off() -> Message:
        return Message("settings.discreet_set_off")

    @staticmethod
    def discreet_set_on() -> Message:
        return Message("settings.discreet_set_on")

    @staticmethod
    def end_break_button() -> Message:
        return Message("settings.end_break_button")

    @staticmethod
    def home() -> Message:
        return Message("settings.home")

    @staticmethod
    def home_button() -> Message:
        return Message("settings.home_button")

    @staticmethod
    def messages_button() -> Message:
        return Message("settings.messages_button")

    @staticmethod
    def my_travel_button() -> Message:
        return Message("settings.my_travel_button")

    @staticmethod
    def off() -> Message:
        return Message("settings.off")

    @staticmethod
    def on() -> Message:
        return Message("settings.on")

    @staticmethod
    def quiet_button() -> Message:
        return Message("settings.quiet_button")

    @staticmethod
    def quiet_set(*, end: Param, start: Param) -> Message:
        return Message("settings.quiet_set", {"end": end, "start": start})

    @staticmethod
    def resume_button() -> Message:
        return Message("settings.resume_button")

    @staticmethod
    def resumed() -> Message:
        return Message("settings.resumed")

    @staticmethod
    def times_button() -> Message:
        return Message("settings.times_button")

    @staticmethod
    def travel_button() -> Message:
        return Message("settings.travel_button")

    @staticmethod
    def what(*, city: Param, end: Param, start: Param, words: Param) -> Message:
        return Message("settings.what", {"city": city, "end": end, "start": start, "words": words})

    @staticmethod
    def zone_button() -> Message:
        return Message("settings.zone_button")

    @staticmethod
    def zone_set(*, city: Param, time: Param) -> Message:
        return Message("settings.zone_set", {"city": city, "time": time})


class staff:
    @staticmethod
    def alert(*, link: Param, notice: Param, study_id: Param, tier: Param) -> Message:
        return Message("staff.alert", {"link": link, "notice": notice, "study_id": study_id, "tier": tier})

    @staticmethod
    def alert_again(*, link: Param, notice: Param, study_id: Param, tier: Param) -> Message:
        return Message("staff.alert_again", {"link": link, "notice": notice, "study_id": study_id, "tier": tier})

    @staticmethod
    def alert_for(*, link: Param, notice: Param, study_id: Param, tier: Param, who: Param) -> Message:
        return Message("staff.alert_for", {"link": link, "notice": notice, "study_id": study_id, "tier": tier, "who": who})

    @staticmethod
    def alert_subject(*, study_id: Param, tier: Param) -> Message:
        return Message("staff.alert_subject", {"study_id": study_id, "tier": tier})

    @staticmethod
    def reading_later(*, days: Param, end: Param, start: Param, who: Param) -> Message:
        return Message("staff.reading_later", {"days": days, "end": end, "start": start, "who": who})

    @staticmethod
    def reading_now(*, days: Param, end: Param, start: Param, who: Param) -> Message:
        return Message("staff.reading_now", {"days": days, "end": end, "start": start, "who": who})


class start:
    @staticmethod
    def already() -> Message:
        return Message("start.already")

    @staticmethod
    def expired_code() -> Message:
        return Message("start.expired_code")

    @staticmethod
    def first_join() -> Message:
        return Message("start.first_join")

    @staticmethod
    def group() -> Message:
        return Message("start.group")

    @staticmethod
    def left() -> Message:
        return Message("start.left")

    @staticmethod
    def lost_phone() -> Message:
        return Message("start.lost_phone")

    @staticmethod
    def no_code() -> Message:
        return Message("start.no_code")

    @staticmethod
    def not_ready() -> Message:
        return Message("start.not_ready")

    @staticmethod
    def other_chat() -> Message:
        return Message("start.other_chat")

    @staticmethod
    def relinked(*, study_id: Param) -> Message:
        return Message("start.relinked", {"study_id": study_id})

    @staticmethod
    def too_many() -> Message:
        return Message("start.too_many")

    @staticmethod
    def unknown_code() -> Message:
        return Message("start.unknown_code")

    @staticmethod
    def used_code() -> Message:
        return Message("start.used_code")


class stop:
    @staticmethod
    def data_button() -> Message:
        return Message("stop.data_button")

    @staticmethod
    def do_button() -> Message:
        return Message("stop.do_button")

    @staticmethod
    def done_data() -> Message:
        return Message("stop.done_data")

    @staticmethod
    def done_prompts() -> Message:
        return Message("stop.done_prompts")

    @staticmethod
    def done_study() -> Message:
        return Message("stop.done_study")

    @staticmethod
    def nothing() -> Message:
        return Message("stop.nothing")

    @staticmethod
    def prompts_button() -> Message:
        return Message("stop.prompts_button")

    @staticmethod
    def stay_button() -> Message:
        return Message("stop.stay_button")

    @staticmethod
    def study_button() -> Message:
        return Message("stop.study_button")

    @staticmethod
    def sure_data() -> Message:
        return Message("stop.sure_data")

    @staticmethod
    def sure_prompts() -> Message:
        return Message("stop.sure_prompts")

    @staticmethod
    def sure_study() -> Message:
        return Message("stop.sure_study")

    @staticmethod
    def what() -> Message:
        return Message("stop.what")

    @staticmethod
    def what_left() -> Message:
        return Message("stop.what_left")


class talk:
    @staticmethod
    def done() -> Message:
        return Message("talk.done")

    @staticmethod
    def edited() -> Message:
        return Message("talk.edited")

    @staticmethod
    def failed() -> Message:
        return Message("talk.failed")

    @staticmethod
    def forwarded() -> Message:
        return Message("talk.forwarded")

    @staticmethod
    def go_on_button() -> Message:
        return Message("talk.go_on_button")

    @staticmethod
    def group() -> Message:
        return Message("talk.group")

    @staticmethod
    def interrupted() -> Message:
        return Message("talk.interrupted")

    @staticmethod
    def kept() -> Message:
        return Message("talk.kept")

    @staticmethod
    def leave_button() -> Message:
        return Message("talk.leave_button")

    @staticmethod
    def left() -> Message:
        return Message("talk.left")

    @staticmethod
    def name_booster() -> Message:
        return Message("talk.name_booster")

    @staticmethod
    def name_break() -> Message:
        return Message("talk.name_break")

    @staticmethod
    def name_check_back() -> Message:
        return Message("talk.name_check_back")

    @staticmethod
    def name_check_in() -> Message:
        return Message("talk.name_check_in")

    @staticmethod
    def name_check_in_now() -> Message:
        return Message("talk.name_check_in_now")

    @staticmethod
    def name_closing() -> Message:
        return Message("talk.name_closing")

    @staticmethod
    def name_diary() -> Message:
        return Message("talk.name_diary")

    @staticmethod
    def name_died() -> Message:
        return Message("talk.name_died")

    @staticmethod
    def name_dose() -> Message:
        return Message("talk.name_dose")

    @staticmethod
    def name_enrol() -> Message:
        return Message("talk.name_enrol")

    @staticmethod
    def name_fix() -> Message:
        return Message("talk.name_fix")

    @staticmethod
    def name_held() -> Message:
        return Message("talk.name_held")

    @staticmethod
    def name_late_check_in() -> Message:
        return Message("talk.name_late_check_in")

    @staticmethod
    def name_late_diary() -> Message:
        return Message("talk.name_late_diary")

    @staticmethod
    def name_late_held() -> Message:
        return Message("talk.name_late_held")

    @staticmethod
    def name_late_pause() -> Message:
        return Message("talk.name_late_pause")

    @staticmethod
    def name_late_pre_dose() -> Message:
        return Message("talk.name_late_pre_dose")

    @staticmethod
    def name_late_weekly() -> Message:
        return Message("talk.name_late_weekly")

    @staticmethod
    def name_medicines() -> Message:
        return Message("talk.name_medicines")

    @staticmethod
    def name_meeting() -> Message:
        return Message("talk.name_meeting")

    @staticmethod
    def name_mydata() -> Message:
        return Message("talk.name_mydata")

    @staticmethod
    def name_pain() -> Message:
        return Message("talk.name_pain")

    @staticmethod
    def name_pause() -> Message:
        return Message("talk.name_pause")

    @staticmethod
    def name_practice() -> Message:
        return Message("talk.name_practice")

    @staticmethod
    def name_practice_led() -> Message:
        return Message("talk.name_practice_led")

    @staticmethod
    def name_practice_nudge() -> Message:
        return Message("talk.name_practice_nudge")

    @staticmethod
    def name_pre_dose() -> Message:
        return Message("talk.name_pre_dose")

    @staticmethod
    def name_preferences() -> Message:
        return Message("talk.name_preferences")

    @staticmethod
    def name_progress() -> Message:
        return Message("talk.name_progress")

    @staticmethod
    def name_safe_check() -> Message:
        return Message("talk.name_safe_check")

    @staticmethod
    def name_session() -> Message:
        return Message("talk.name_session")

    @staticmethod
    def name_session_offer() -> Message:
        return Message("talk.name_session_offer")

    @staticmethod
    def name_settings() -> Message:
        return Message("talk.name_settings")

    @staticmethod
    def name_stop() -> Message:
        return Message("talk.name_stop")

    @staticmethod
    def name_team() -> Message:
        return Message("talk.name_team")

    @staticmethod
    def name_travel() -> Message:
        return Message("talk.name_travel")

    @staticmethod
    def name_undo() -> Message:
        return Message("talk.name_undo")

    @staticmethod
    def name_urgent() -> Message:
        return Message("talk.name_urgent")

    @staticmethod
    def name_visit_offer() -> Message:
        return Message("talk.name_visit_offer")

    @staticmethod
    def name_week_picture() -> Message:
        return Message("talk.name_week_picture")

    @staticmethod
    def name_weekly() -> Message:
        return Message("talk.name_weekly")

    @staticmethod
    def no_talk() -> Message:
        return Message("talk.no_talk")

    @staticmethod
    def not_stored() -> Message:
        return Message("talk.not_stored")

    @staticmethod
    def old_button() -> Message:
        return Message("talk.old_button")

    @staticmethod
    def old_phone() -> Message:
        return Message("talk.old_phone")

    @staticmethod
    def outage() -> Message:
        return Message("talk.outage")

    @staticmethod
    def parked(*, name: Param) -> Message:
        return Message("talk.parked", {"name": name})

    @staticmethod
    def unknown_command() -> Message:
        return Message("talk.unknown_command")


class team:
    @staticmethod
    def kept() -> Message:
        return Message("team.kept")

    @staticmethod
    def what() -> Message:
        return Message("team.what")


class tlfb:
    @staticmethod
    def amount(*, unit: Param) -> Message:
        return Message("tlfb.amount", {"unit": unit})

    @staticmethod
    def as_usual_button(*, n: Param) -> Message:
        return Message("tlfb.as_usual_button", {"n": n})

    @staticmethod
    def can_be_listed() -> Message:
        return Message("tlfb.can_be_listed")

    @staticmethod
    def day(*, day: Param, label: Param, medicine: Param, of: Param, place: Param) -> Message:
        return Message("tlfb.day", {"day": day, "label": label, "medicine": medicine, "of": of, "place": place})

    @staticmethod
    def day_patch(*, day: Param, label: Param, medicine: Param, of: Param, place: Param) -> Message:
        return Message("tlfb.day_patch", {"day": day, "label": label, "medicine": medicine, "of": of, "place": place})

    @staticmethod
    def different_button() -> Message:
        return Message("tlfb.different_button")

    @staticmethod
    def intro(*, first: Param, last: Param, n: Param) -> Message:
        return Message("tlfb.intro", {"first": first, "last": last, "n": n})

    @staticmethod
    def none_all_button(*, n: Param) -> Message:
        return Message("tlfb.none_all_button", {"n": n})

    @staticmethod
    def none_button() -> Message:
        return Message("tlfb.none_button")

    @staticmethod
    def other_button() -> Message:
        return Message("tlfb.other_button")

    @staticmethod
    def rest_button(*, amount: Param, n: Param) -> Message:
        return Message("tlfb.rest_button", {"amount": amount, "n": n})

    @staticmethod
    def rest_none_button(*, n: Param) -> Message:
        return Message("tlfb.rest_none_button", {"n": n})

    @staticmethod
    def same_button(*, amount: Param) -> Message:
        return Message("tlfb.same_button", {"amount": amount})

    @staticmethod
    def same_none_button() -> Message:
        return Message("tlfb.same_none_button")

    @staticmethod
    def skip_all_button() -> Message:
        return Message("tlfb.skip_all_button")

    @staticmethod
    def some_button() -> Message:
        return Message("tlfb.some_button")

    @staticmethod
    def took_some_button() -> Message:
        return Message("tlfb.took_some_button")

    @staticmethod
    def unknown_all_button(*, n: Param) -> Message:
        return Message("tlfb.unknown_all_button", {"n": n})

    @staticmethod
    def unknown_button() -> Message:
        return Message("tlfb.unknown_button")

    @staticmethod
    def unlisted(*, first: Param, last: Param, of: Param, place: Param) -> Message:
        return Message("tlfb.unlisted", {"first": first, "last": last, "of": of, "place": place})

    @staticmethod
    def unlisted_day(*, day: Param, of: Param, place: Param) -> Message:
        return Message("tlfb.unlisted_day", {"day": day, "of": of, "place": place})

    @staticmethod
    def usual(*, label: Param, medicine: Param) -> Message:
        return Message("tlfb.usual", {"label": label, "medicine": medicine})

    @staticmethod
    def usual_differs_button() -> Message:
        return Message("tlfb.usual_differs_button")

    @staticmethod
    def week(*, amount: Param, first: Param, label: Param, last: Param, medicine: Param, of: Param, place: Param) -> Message:
        return Message("tlfb.week", {"amount": amount, "first": first, "label": label, "last": last, "medicine": medicine, "of": of, "place": place})

    @staticmethod
    def week_patch(*, first: Param, label: Param, last: Param, medicine: Param, of: Param, place: Param) -> Message:
        return Message("tlfb.week_patch", {"first": first, "label": label, "last": last, "medicine": medicine, "of": of, "place": place})

    @staticmethod
    def week_same_button(*, amount: Param, n: Param) -> Message:
        return Message("tlfb.week_same_button", {"amount": amount, "n": n})

    @staticmethod
    def which() -> Message:
        return Message("tlfb.which")


class travel:
    @staticmethod
    def back() -> Message:
        return Message("travel.back")

    @staticmethod
    def back_button() -> Message:
        return Message("travel.back_button")

    @staticmethod
    def back_too_early(*, day: Param) -> Message:
        return Message("travel.back_too_early", {"day": day})

    @staticmethod
    def changed(*, back: Param, home: Param) -> Message:
        return Message("travel.changed", {"back": back, "home": home})

    @staticmethod
    def changed_open() -> Message:
        return Message("travel.changed_open")

    @staticmethod
    def first() -> Message:
        return Message("travel.first")

    @staticmethod
    def from_other() -> Message:
        return Message("travel.from_other")

    @staticmethod
    def from_too_early() -> Message:
        return Message("travel.from_too_early")

    @staticmethod
    def home(*, home: Param) -> Message:
        return Message("travel.home", {"home": home})

    @staticmethod
    def home_button() -> Message:
        return Message("travel.home_button")

    @staticmethod
    def medicine() -> Message:
        return Message("travel.medicine")

    @staticmethod
    def not_a_day() -> Message:
        return Message("travel.not_a_day")

    @staticmethod
    def now(*, back: Param, city: Param, start: Param) -> Message:
        return Message("travel.now", {"back": back, "city": city, "start": start})

    @staticmethod
    def now_open(*, city: Param, start: Param) -> Message:
        return Message("travel.now_open", {"city": city, "start": start})

    @staticmethod
    def other_button() -> Message:
        return Message("travel.other_button")

    @staticmethod
    def set(*, back: Param, city: Param, home: Param, start: Param) -> Message:
        return Message("travel.set", {"back": back, "city": city, "home": home, "start": start})

    @staticmethod
    def set_open(*, city: Param, start: Param) -> Message:
        return Message("travel.set_open", {"city": city, "start": start})

    @staticmethod
    def today_button() -> Message:
        return Message("travel.today_button")

    @staticmethod
    def tomorrow_button() -> Message:
        return Message("travel.tomorrow_button")

    @staticmethod
    def undo_button() -> Message:
        return Message("travel.undo_button")

    @staticmethod
    def undone(*, home: Param) -> Message:
        return Message("travel.undone", {"home": home})

    @staticmethod
    def unknown_button() -> Message:
        return Message("travel.unknown_button")

    @staticmethod
    def where() -> Message:
        return Message("travel.where")


class undo:
    @staticmethod
    def ask(*, entry: Param) -> Message:
        return Message("undo.ask", {"entry": entry})

    @staticmethod
    def changed_since() -> Message:
        return Message("undo.changed_since")

    @staticmethod
    def decide(*, entry: Param, medicine: Param) -> Message:
        return Message("undo.decide", {"entry": entry, "medicine": medicine})

    @staticmethod
    def decide_scheduled(*, entry: Param, medicine: Param) -> Message:
        return Message("undo.decide_scheduled", {"entry": entry, "medicine": medicine})

    @staticmethod
    def done(*, entry: Param) -> Message:
        return Message("undo.done", {"entry": entry})

    @staticmethod
    def left() -> Message:
        return Message("undo.left")

    @staticmethod
    def nothing() -> Message:
        return Message("undo.nothing")

    @staticmethod
    def still_on(*, medicine: Param) -> Message:
        return Message("undo.still_on", {"medicine": medicine})


class visit:
    @staticmethod
    def again(*, name: Param) -> Message:
        return Message("visit.again", {"name": name})

    @staticmethod
    def away() -> Message:
        return Message("visit.away")

    @staticmethod
    def begin_button() -> Message:
        return Message("visit.begin_button")

    @staticmethod
    def closes(*, day: Param, name: Param) -> Message:
        return Message("visit.closes", {"day": day, "name": name})

    @staticmethod
    def core(*, name: Param) -> Message:
        return Message("visit.core", {"name": name})

    @staticmethod
    def in_120_button() -> Message:
        return Message("visit.in_120_button")

    @staticmethod
    def in_30_button() -> Message:
        return Message("visit.in_30_button")

    @staticmethod
    def invite(*, closes: Param, name: Param) -> Message:
        return Message("visit.invite", {"closes": closes, "name": name})

    @staticmethod
    def last(*, closes: Param, name: Param) -> Message:
        return Message("visit.last", {"closes": closes, "name": name})

    @staticmethod
    def last_full(*, closes: Param, name: Param) -> Message:
        return Message("visit.last_full", {"closes": closes, "name": name})

    @staticmethod
    def later_button() -> Message:
        return Message("visit.later_button")

    @staticmethod
    def moves(*, day: Param, name: Param) -> Message:
        return Message("visit.moves", {"day": day, "name": name})

    @staticmethod
    def name_baseline() -> Message:
        return Message("visit.name_baseline")

    @staticmethod
    def name_month_12() -> Message:
        return Message("visit.name_month_12")

    @staticmethod
    def name_month_3() -> Message:
        return Message("visit.name_month_3")

    @staticmethod
    def name_month_6() -> Message:
        return Message("visit.name_month_6")

    @staticmethod
    def name_month_9() -> Message:
        return Message("visit.name_month_9")

    @staticmethod
    def no_later(*, name: Param, time: Param) -> Message:
        return Message("visit.no_later", {"name": name, "time": time})

    @staticmethod
    def nothing_open() -> Message:
        return Message("visit.nothing_open")

    @staticmethod
    def nudge(*, closes: Param, name: Param) -> Message:
        return Message("visit.nudge", {"closes": closes, "name": name})

    @staticmethod
    def put_off(*, variant: int | None = None, time: Param) -> Message:
        return Message("visit.put_off", {"time": time}, variant)

    @staticmethod
    def reminder(*, closes: Param, name: Param) -> Message:
        return Message("visit.reminder", {"closes": closes, "name": name})

    @staticmethod
    def tomorrow_button() -> Message:
        return Message("visit.tomorrow_button")

    @staticmethod
    def tonight_button() -> Message:
        return Message("visit.tonight_button")

    @staticmethod
    def waited(*, question: Param) -> Message:
        return Message("visit.waited", {"question": question})

    @staticmethod
    def when() -> Message:
        return Message("visit.when")

    @staticmethod
    def why_button() -> Message:
        return Message("visit.why_button")


class weekly:
    @staticmethod
    def after_away(*, question: Param) -> Message:
        return Message("weekly.after_away", {"question": question})

    @staticmethod
    def around(*, after: Param, before: Param, n: Param) -> Message:
        return Message("weekly.around", {"after": after, "before": before, "n": n})

    @staticmethod
    def begin_button() -> Message:
        return Message("weekly.begin_button")

    @staticmethod
    def days(*, n: Param) -> Message:
        return Message("weekly.days", {"n": n})

    @staticmethod
    def diary_line(*, n: Param) -> Message:
        return Message("weekly.diary_line", {"n": n})

    @staticmethod
    def diary_title(*, n: Param) -> Message:
        return Message("weekly.diary_title", {"n": n})

    @staticmethod
    def fits_button() -> Message:
        return Message("weekly.fits_button")

    @staticmethod
    def high(*, rating: Param) -> Message:
        return Message("weekly.high", {"rating": rating})

    @staticmethod
    def how_many(*, first: Param, last: Param) -> Message:
        return Message("weekly.how_many", {"first": first, "last": last})

    @staticmethod
    def legend() -> Message:
        return Message("weekly.legend")

    @staticmethod
    def less_button() -> Message:
        return Message("weekly.less_button")

    @staticmethod
    def lines(*, first: Param, rest: Param) -> Message:
        return Message("weekly.lines", {"first": first, "rest": rest})

    @staticmethod
    def minutes(*, n: Param) -> Message:
        return Message("weekly.minutes", {"n": n})

    @staticmethod
    def minutes_button(*, n: Param) -> Message:
        return Message("weekly.minutes_button", {"n": n})

    @staticmethod
    def more_button() -> Message:
        return Message("weekly.more_button")

    @staticmethod
    def not_today(*, variant: int | None = None) -> Message:
        return Message("weekly.not_today", {}, variant)

    @staticmethod
    def nothing(*, variant: int | None = None, first: Param, last: Param) -> Message:
        return Message("weekly.nothing", {"first": first, "last": last}, variant)

    @staticmethod
    def offer(*, opening: Param) -> Message:
        return Message("weekly.offer", {"opening": opening})

    @staticmethod
    def offer_picture(*, variant: int | None = None, first: Param, last: Param) -> Message:
        return Message("weekly.offer_picture", {"first": first, "last": last}, variant)

    @staticmethod
    def opening(*, variant: int | None = None, first: Param, last: Param) -> Message:
        return Message("weekly.opening", {"first": first, "last": last}, variant)

    @staticmethod
    def over() -> Message:
        return Message("weekly.over")

    @staticmethod
    def picture(*, first: Param, last: Param, practice: Param, rated: Param) -> Message:
        return Message("weekly.picture", {"first": first, "last": last, "practice": practice, "rated": rated})

    @staticmethod
    def practice(*, n: Param) -> Message:
        return Message("weekly.practice", {"n": n})

    @staticmethod
    def practice_line(*, goal: Param, minutes: Param) -> Message:
        return Message("weekly.practice_line", {"goal": goal, "minutes": minutes})

    @staticmethod
    def practice_none() -> Message:
        return Message("weekly.practice_none")

    @staticmethod
    def practice_said(*, goal: Param, minutes: Param, said: Param) -> Message:
        return Message("weekly.practice_said", {"goal": goal, "minutes": minutes, "said": said})

    @staticmethod
    def practice_title(*, goal: Param, minutes: Param) -> Message:
        return Message("weekly.practice_title", {"goal": goal, "minutes": minutes})

    @staticmethod
    def put_off(*, variant: int | None = None, time: Param) -> Message:
        return Message("weekly.put_off", {"time": time}, variant)

    @staticmethod
    def show_button() -> Message:
        return Message("weekly.show_button")

    @staticmethod
    def thanks(*, variant: int | None = None) -> Message:
        return Message("weekly.thanks", {}, variant)

    @staticmethod
    def thanks_diary(*, variant: int | None = None, days: Param) -> Message:
        return Message("weekly.thanks_diary", {"days": days}, variant)

    @staticmethod
    def thanks_practice(*, variant: int | None = None, days: Param, minutes: Param) -> Message:
        return Message("weekly.thanks_practice", {"days": days, "minutes": minutes}, variant)


class why:
    @staticmethod
    def again(*, time: Param) -> Message:
        return Message("why.again", {"time": time})

    @staticmethod
    def closing(*, closes: Param, name: Param) -> Message:
        return Message("why.closing", {"closes": closes, "name": name})

    @staticmethod
    def diary(*, anchor: Param, day: Param) -> Message:
        return Message("why.diary", {"anchor": anchor, "day": day})

    @staticmethod
    def joined() -> Message:
        return Message("why.joined")

    @staticmethod
    def meeting(*, time: Param) -> Message:
        return Message("why.meeting", {"time": time})

    @staticmethod
    def meeting_off(*, time: Param) -> Message:
        return Message("why.meeting_off", {"time": time})

    @staticmethod
    def practice_daily(*, week: Param) -> Message:
        return Message("why.practice_daily", {"week": week})

    @staticmethod
    def practice_weekly(*, week: Param) -> Message:
        return Message("why.practice_weekly", {"week": week})

    @staticmethod
    def pre_dose(*, at: Param, minutes: Param) -> Message:
        return Message("why.pre_dose", {"at": at, "minutes": minutes})

    @staticmethod
    def session(*, anchor: Param, session: Param, week: Param) -> Message:
        return Message("why.session", {"anchor": anchor, "session": session, "week": week})

    @staticmethod
    def session_after_break(*, due: Param, session: Param) -> Message:
        return Message("why.session_after_break", {"due": due, "session": session})

    @staticmethod
    def session_after_hold(*, due: Param, session: Param) -> Message:
        return Message("why.session_after_hold", {"due": due, "session": session})

    @staticmethod
    def session_again(*, session: Param, time: Param) -> Message:
        return Message("why.session_again", {"session": session, "time": time})

    @staticmethod
    def visit_after_break(*, closes: Param, due: Param, name: Param) -> Message:
        return Message("why.visit_after_break", {"closes": closes, "due": due, "name": name})

    @staticmethod
    def visit_after_hold(*, closes: Param, due: Param, name: Param) -> Message:
        return Message("why.visit_after_hold", {"closes": closes, "due": due, "name": name})

    @staticmethod
    def visit_again(*, closes: Param, name: Param, time: Param) -> Message:
        return Message("why.visit_again", {"closes": closes, "name": name, "time": time})

    @staticmethod
    def visit_core(*, closes: Param, name: Param) -> Message:
        return Message("why.visit_core", {"closes": closes, "name": name})

    @staticmethod
    def visit_invite(*, anchor: Param, closes: Param, name: Param, opens: Param) -> Message:
        return Message("why.visit_invite", {"anchor": anchor, "closes": closes, "name": name, "opens": opens})

    @staticmethod
    def visit_last(*, closes: Param, name: Param) -> Message:
        return Message("why.visit_last", {"closes": closes, "name": name})

    @staticmethod
    def visit_nudge(*, closes: Param, name: Param) -> Message:
        return Message("why.visit_nudge", {"closes": closes, "name": name})

    @staticmethod
    def visit_reminder(*, closes: Param, name: Param) -> Message:
        return Message("why.visit_reminder", {"closes": closes, "name": name})

    @staticmethod
    def week_picture(*, anchor: Param, day: Param) -> Message:
        return Message("why.week_picture", {"anchor": anchor, "day": day})

    @staticmethod
    def weekly(*, anchor: Param, day: Param) -> Message:
        return Message("why.weekly", {"anchor": anchor, "day": day})
