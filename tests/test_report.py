"""`coach report`: what it says of a study that was made up, what it leaves out, and what it refuses."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bot.commands import report as command
from content.analysis import Analysis, analysis
from content.screening_criteria import criteria
from coordinator import screening
from coordinator.manifest import written
from coordinator.report import words
from coordinator.report.figures import Data
from coordinator.report.printing import page, pdf
from coordinator.report.writing import Written
from coordinator.scripts import analysis as script
from coordinator.scripts import figures, pictures, showing
from study.facts import Response, SessionDone
from tests import simulated
from tests.databases import START, Clock, Fresh, Shelf, url_of
from tests.exported import ZONE, Study, begun
from tests.lme4 import agree, drawn_in_r, pictures_in_r, rows_of, words_of_pdf

pytest.importorskip("reportlab", reason="reportlab (extra `analysis`) is not installed")

PEOPLE, MONTHS = 26, 6
REMOVED = 4
ARM_WORDS = ("mbt", "cbt", "mindful", "cognitive")
PICTURE = re.compile(r'src="data:image/svg\+xml;base64,[^"]+"')


class Office:
    """A study, and the command line beside it."""

    def __init__(self, study: Study, fresh: Fresh) -> None:
        self.study = study
        self.app = typer.Typer()
        self.app.callback()(lambda: None)
        command.add_to(self.app, lambda: fresh.open(url_of(study.database)))

    def reports(self, name: str, *args: str) -> Result:
        return CliRunner().invoke(self.app, ["report", "--out", str(self.study.folder / name), *args])

    def text(self, name: str) -> str:
        """The page without pictures and tags, a line for each row of a table."""
        text = (self.study.folder / name / "report.html").read_text(encoding="utf-8")
        text = text[text.index("<body>") :]
        text = re.sub(r"</t[dh]>(?=<t)", " | ", PICTURE.sub("", text))
        return unescape(re.sub(r"<[^>]+>", "", text))


def in_the_chat() -> list[SessionDone]:
    when = {"version": 1, "done_at": START, "done_local": "2026-03-02T10:00:00", "zone": ZONE}
    return [SessionDone.model_validate({"session": f"S{n}", **when}) for n in range(1, 9)]


def overall_change(value: int) -> Response:
    of = {"instrument": "pgic", "instrument_version": "pgic7-1-is-best-1", "item": "change", "visit": "month_6"}
    when = {"answered_at": START, "answered_local": "2026-03-02T10:00:00", "zone": ZONE}
    return Response.model_validate(of | when | {"value": value, "status": "answered"})


def screened(study: Study) -> None:
    """Four people: one refuses, two do not speak English, one of these does not meet another criterion either."""
    with study.database.write("dana") as tx:
        refusing, *others, _ = [screening.add(tx, "main", test=False) for _ in range(4)]
        screening.refuse(tx, refusing, criteria("stamp").refusals[0].code, None)
        for number, said in zip(
            others, ({"english": "no"}, {"english": "no", "pregnant": "yes", "prior_training": "yes"}), strict=True
        ):
            screening.decide(tx, number, said, None)


@pytest.fixture(scope="module")
def office(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    clock = Clock()
    fresh = Fresh(shelf, clock)
    study = Study(fresh("sqlite"), clock, tmp_path_factory.mktemp("reports"))
    people = simulated.live(study, 2601, PEOPLE, months=MONTHS)
    for person in people[:6]:
        simulated.pauses(person, 4)
    study.adds("mbt", test=True).enrols()
    for person in people[6:14]:
        for fact in in_the_chat():
            person.logs(fact)
    for n, person in enumerate(people[:20]):
        person.logs(overall_change(2 if n < 6 else 5))
    for _ in range(REMOVED):
        study.adds("mbt").enrols().becomes("data_removed")
    study.adds(None).becomes("declined")
    study.adds(None)
    screened(study)
    office = Office(study, fresh)
    made = json.loads(office.reports("pooled", "--json").stdout)
    assert (made["blinded"], made["by_arm"], len(made["files"])) == (True, False, 4)
    assert office.reports("arms", "--unblind", "--as", study.unblinded, "--by-arm").exit_code == 0
    yield office
    fresh.close()


def test_a_report_is_a_page_and_a_pdf_with_pictures_first_beside_their_data(office: Office) -> None:
    folder = office.study.folder / "pooled"
    assert sorted(path.name for path in folder.iterdir()) == ["data", "figures", "report.html", "report.pdf"]
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:)', html), "a picture or a style that is not in the page"
    assert len(PICTURE.findall(html)) >= 7
    assert html.index("<img") < html.index("<table")
    assert {"analysis.py", "figures.py", "figures.R", "pictures.R", "analysis.dcf", "manifest.json"} <= {
        p.name for p in (folder / "data").iterdir()
    }


def test_it_counts_who_came_how_far_and_who_answered_without_test_people(office: Office) -> None:
    text = office.text("pooled")
    given = sum(each.values["m6"] is not None for each in simulated.people(2601, PEOPLE))
    assert f"{PEOPLE} people enrolled" in text
    due = PEOPLE + REMOVED
    assert f"month 6 | {due} | {given} ({100 * given / due:.0f} %)" in text
    assert f"month 9 | 0 | – | – | 0 | {PEOPLE}" in text, "a window that is not over is in no denominator"
    assert "about 70 % at month 6; 65 % at month 12" in text
    assert "0 (0 %)" not in text[: text.index("Responders")]


def test_the_flow_begins_with_screening_and_loses_nobody(office: Office) -> None:
    text = office.text("arms")
    flow = text.split("Who came how far")[1].split("Who answered")[0]
    for line in (
        "Screened | 4", "A criterion not met | 2", "–  Fluent in English | 2",
        "–  Was trained in mindfulness or in CBT before | 1", "Did not want to | 1", "Not decided | 1",
        f"Invited | {PEOPLE + REMOVED + 2}", "Declined | 1", "Not enrolled yet | 1", f"Enrolled | {PEOPLE + REMOVED}",
        f"Allocated: MBT | {PEOPLE // 2 + REMOVED}", f"Data removed: MBT | {REMOVED}",
        f"Allocated: CBT | {PEOPLE // 2}",
        "Data removed: CBT | 0",
    ):  # fmt: skip
        assert f"{line}\n" in flow, (line, flow)
    everybody = simulated.people(2601, PEOPLE)
    missed = sum(each.values["m6"] is None for each in everybody if each.arm == "mbt") + REMOVED
    assert f"Missed month 6: MBT | {missed}\n" in flow
    given = sum(each.values["m3"] is not None for each in everybody if each.arm == "mbt")
    due = PEOPLE // 2 + REMOVED
    assert 0 < due - given < analysis().few.people
    assert f"Missed month 3: MBT | {due - given}\n" in flow, "few, of enough people"
    assert f"month 3 MBT | {due} | {given} ({100 * given / due:.0f} %)" in text
    analysed = sum(any(each.values[m] is not None for m in ("m3", "m6")) for each in everybody if each.arm == "cbt")
    assert f"Analysed: CBT | {analysed}\n" in flow


def test_a_session_counts_wherever_it_was_done(office: Office) -> None:
    folder = office.study.folder
    done: dict[str, set[str]] = {}
    arms = {row["study_id"]: row["arm"] for row in rows_of(folder / "arms" / "data" / "participants.csv")}
    for row in rows_of(folder / "arms" / "data" / "sessions.csv"):
        done.setdefault(row["study_id"], set()).add(row["session"])
    half, least = PEOPLE // 2, analysis().attendance.enough
    for arm in ("cbt", "mbt"):
        enough = sum(len(each) >= least for who, each in done.items() if arms[who] == arm)
        line = f"{arm.upper()} | {half} | {half} (100 %) | {enough} ({100 * enough / half:.0f} %) | "
        assert line in office.text("arms")
    assert "In the chat or at a meeting of a therapy group, of the people" in office.text("arms")


def test_blinded_the_report_says_that_it_cannot_know_who_did_a_session_where_people_meet_in_groups(
    office: Office,
) -> None:
    text = office.text("pooled")
    assert "Who did which session is not shown: people of this study meet in therapy groups" in text
    assert "Who did the sessions" not in text, "a picture of nobody"
    assert "sessions done |" not in text
    of_s1 = rows_of(office.study.folder / "pooled" / "figures" / "sessions.csv")[0]
    assert (of_s1["session"], of_s1["people"], of_s1["chat"]) == ("S1", str(PEOPLE), "8")
    (everybody,) = rows_of(office.study.folder / "pooled" / "figures" / "attended.csv")
    assert {of_s1["done"], of_s1["group"], everybody["any"], everybody["median"]} == {""}, "missing is not zero"


def test_responders_are_those_of_half_and_of_the_pgic_too_with_their_denominators(office: Office) -> None:
    text = office.text("pooled").split("Responders")[1]
    assert "Pain on average, one item, down by 50 % or more | " in text
    assert "PGIC: much improved, or very much | of 0 | 6 of 20 (30 %) | of 0 | of 0" in text


def test_the_change_is_that_of_the_files_and_an_outcome_nobody_gave_is_said_to_have_none(office: Office) -> None:
    folder = office.study.folder / "pooled" / "data"
    table = script.change_table(script.read_people(folder), script.read_plan(folder))
    row = table[(table["outcome"] == "peg_score") & (table["visit"] == "m6")].iloc[0]
    line = f"month 6 | {row['n']} | {words.decimal(row['baseline'])} | {words.decimal(row['value'])} | "
    line += f"{words.signed(row['change'])} | {words.interval(row['low'], row['high'])}"
    assert line in office.text("pooled")
    rmdq = office.text("pooled").split("RMDQ: what the back keeps from (0 to 24)")[1]
    assert rmdq.strip().startswith("Nobody has a baseline and a follow-up value.")
    assert "Not estimated: fewer than 20 people have a baseline and a follow-up value." in office.text("pooled")


def test_small_numbers_are_left_out_and_a_second_one_with_them(office: Office) -> None:
    text = office.text("arms")
    gender = text.split("How would you describe yourself?")[1].split("How")[0]
    shown = [int(number) for number in re.findall(r"\| (\d+) \(", gender)]
    assert shown, gender
    assert all(number == 0 or number >= analysis().few.people for number in shown)
    responders = text.split("Responders")[1].split("Linear mixed model")[0]
    assert "not shown, of" in responders
    assert not re.findall(r"[^\d][1-4] of \d+ \(", responders)


def test_who_answered_and_who_did_a_session_are_told_of_five_people_and_more_whoever_did_not(
    fresh: Fresh, clock: Clock, tmp_path: Path
) -> None:
    office = Office(Study(fresh("sqlite"), clock, tmp_path), fresh)
    simulated.live(office.study, 2601, 7, months=MONTHS)
    assert office.reports("three", "--site", simulated.SITES[1]).exit_code == 0
    text = office.text("three")
    assert "3 people enrolled" in text
    assert "month 6 | fewer than 5 | not shown | not shown | 0 | 0\n" in text
    assert not re.findall(r"\d %\)", text), "a share of three people"
    assert "Missed month 6 | not shown\n" in text, "or it could be worked out"
    assert "Who gave the primary figure" not in text, "nor a picture of it"
    assert office.reports("seven").exit_code == 0
    assert "month 6 | 7 | 7 (100 %)" in office.text("seven")
    assert office.reports("known", "--unblind", "--as", office.study.unblinded).exit_code == 0
    data = Data(office.study.folder / "known" / "data", analysis(), by_arm=False, on=clock.at.date())
    done = {row["session"]: row["done"] for row in data.rows("sessions")}
    assert {session for session, people in done.items() if people in (3, 4)} == {"S1", "S5", "S6"}
    points = showing.by_session(data.rows("sessions"), data.few)
    assert [(row["session"], row["percent"]) for row in points] == [(s, 100 * n / 7) for s, n in done.items()]


def test_by_arm_it_has_contrasts_beside_what_the_trial_found(office: Office) -> None:
    text = office.text("arms")
    assert "value ~ arm * visit + baseline + site + (1 | study_id)" in text
    assert "The estimation converged" in text
    assert re.search(r"month 6 MBT less CBT \| −\d", text)
    assert "MBT month 6 −0.35" in text
    contrast = text[text.index("arm less arm") :]
    assert "STAMP trial\n" in contrast[: contrast.index("MBT")]
    assert re.search(r"month 6 MBT less CBT \| .* \| \+0\.22\n", contrast)
    assert "Difference between the arms. Adjusted change of MBT less that of CBT" in text
    assert "The strokes are the STAMP trial: the difference of the two changes" in text
    assert "asked for. Circles are CBT, diamonds are MBT." in text
    assert "What the model leaves over" in text


def test_r_makes_the_same_tables_of_the_exported_files_before_it_draws_them(office: Office) -> None:
    folder = office.study.folder / "arms" / "data"
    results = office.study.folder / "results"
    shutil.copytree(folder.parent / "figures", results / "r")
    for name in ("change", "model"):
        (results / "r" / f"{name}.csv").unlink()
    pictures_in_r(folder, results / "r")
    script.main(folder, results / "python")
    tables = {name: rows_of(results / "python" / f"{name}.csv") for name in ("change", "model")}
    assert {row["what"] for row in tables["model"] if row["outcome"] == "peg_score"} >= {"change", "contrast"}
    for name, rows in tables.items():
        agree(rows, rows_of(results / "r" / f"{name}.csv"))


def test_python_and_r_make_every_figure_again_of_the_exported_files(office: Office) -> None:
    folder, results = office.study.folder / "arms" / "data", office.study.folder / "figures"
    done = subprocess.run(
        [sys.executable, folder / "figures.py", folder, results / "python"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    drawn_in_r(folder, results / "r")
    told = sorted(path.name for path in (folder.parent / "figures").iterdir())
    assert told == sorted([*(f"{name}.csv" for name in figures.TABLES), "change.csv", "model.csv"])
    for name in figures.TABLES:
        here = rows_of(folder.parent / "figures" / f"{name}.csv")
        assert rows_of(results / "python" / f"{name}.csv") == here
        agree(here, rows_of(results / "r" / f"{name}.csv"))


def test_python_draws_every_picture_as_it_is_in_the_report(office: Office) -> None:
    folder, results = office.study.folder / "arms", office.study.folder / "drawn"
    shutil.copytree(folder / "figures", results)
    (results / "model.csv").unlink()
    words = [sys.executable, str(folder / "data" / "pictures.py"), str(folder / "data"), str(results)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (results / "model.csv").exists(), "what it draws of is made first"
    html = (folder / "report.html").read_text(encoding="utf-8")
    drawn = {path.stem: path.read_bytes() for path in results.glob("*.svg")}
    assert set(drawn) == set(pictures.PICTURES)
    assert set(drawn.values()) == {b64decode(each) for each in re.findall(r'svg\+xml;base64,([^"]+)"', html)}
    assert {path.stem for path in results.glob("*.png")} == set(drawn)
    assert "without anything to compare it with" in (results / "pictures.html").read_text(encoding="utf-8")


def test_r_draws_every_picture_with_the_same_words_in_it(office: Office) -> None:
    folder, results = office.study.folder / "arms", office.study.folder / "drawn-in-r"
    shutil.copytree(folder / "figures", results)
    _of_few(results / "completeness.csv", lambda row: row["visit"] == "month_6", due="3")
    _of_few(results / "change.csv", lambda row: row["visit"] == "m6", n="3")
    _of_few(results / "sessions.csv", lambda row: row["session"] in ("S3", "S4", "S6"), people="3")
    _of_few(results / "practice_weeks.csv", lambda row: row["week"] == "4", n="3")
    _of_few(results / "around.csv", lambda row: row["what"] == "urge", people="3")
    _of_few(results / "model.csv", lambda row: row["what"] == "sd_residual", what="left_out", visit="m9")
    pictures_in_r(folder / "data", results)
    assert {path.stem for path in results.glob("*.pdf")} == set(pictures.PICTURES)
    tables = pictures.read_tables(folder / "data", results)
    said = {
        "completeness": "not shown", "changes": "not shown", "practice": "of fewer than 5 people: MBT week 4.",
        "sessions": "Not shown, of fewer than 5 people: MBT sessions 3 to 4, 6.", "flow": "month 6: not shown",
        "around": "Not shown, of fewer than 5 people: Wish for a dose.", "patterns": "People with other patterns, not",
        "contrasts": "Not every arm has values yet at month 9.",
    }  # fmt: skip
    for name, what in said.items():
        picture = pictures.PICTURES[name](tables)
        assert picture is not None, name
        assert what in pictures.svg(picture.chart), name
        texts = re.findall(r">([^<>]*[A-Za-z][^<>]*)</text>", pictures.svg(picture.chart))
        assert set(map(_plain, texts)) <= set(map(_plain, words_of_pdf(results / f"{name}.pdf"))), name
        shown = [sum(map(_counts_people, each)) for each in (texts, words_of_pdf(results / f"{name}.pdf"))]
        assert shown[0] == shown[1], (name, "what is too small to be shown")
    runs = [(row["session"], row["run"]) for row in showing.by_session(tables.rows_of("sessions"), tables.few)]
    together = [[session for session, run in runs[8:] if run == each] for each in dict.fromkeys(r for _, r in runs[8:])]
    assert together == [["S1", "S2"], ["S5"], ["S7", "S8"]], "no line goes over what is not shown"
    assert {row["run"] for row in showing.by_week(tables.rows_of("practice_weeks"), tables.few)} == {1, 2}
    (results / "around.csv").write_text("what,people\npain,9\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="no column before"):
        pictures_in_r(folder / "data", results)


def _of_few(file: Path, which: Callable[[dict[str, str]], bool], **values: str) -> None:
    """A table written anew, in which rows of the last arm have other values."""
    rows = rows_of(file)
    arm = rows[-1].get("arm", "")
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | (values if row.get("arm", "") == arm and which(row) else {}) for row in rows)


def _counts_people(text: str) -> bool:
    return re.search(r"\bn = \d|\d people$|\d given", text) is not None


def _plain(text: str) -> str:
    return " ".join(unescape(text).replace("–", "-").split())


def test_intervals_are_called_by_the_level_of_the_plan(office: Office) -> None:
    plan = analysis().model_copy(update={"model": analysis().model.model_copy(update={"level": 0.9})})
    data = Data(office.study.folder / "arms" / "data", plan, by_arm=True, on=office.study.clock.at.date())
    text = page(Written(data, "now", lambda _: None).report())
    assert "90 % interval" in text
    assert "95 %" not in text


def test_what_is_rounded_to_zero_has_no_sign() -> None:
    assert (words.decimal(-0.004), words.signed(0.004), words.interval(-0.001, 0.5)) == ("0.00", "0.00", "0.00 to 0.50")


def test_pauses_are_shown_before_and_after_without_a_claim(office: Office) -> None:
    text = office.text("arms")
    assert "Pain, 0 to 10 | 6 | 18 | " in text
    assert "This says nothing about what a pause does." in text
    assert "No answer | 6 (25 %)" in text


def test_a_blinded_report_says_no_arm(office: Office) -> None:
    folder = office.study.folder / "pooled"
    text = office.text("pooled").casefold()
    text += "".join(path.read_text(encoding="utf-8").casefold() for path in (folder / "data").iterdir())
    assert [word for word in ARM_WORDS if word in text] == []


def test_the_same_data_give_the_same_bytes(office: Office) -> None:
    folder, cut = office.study.folder / "pooled", office.study.clock.at
    data = Data(folder / "data", analysis(), by_arm=False, on=cut.date())
    again = Written(data, written(cut), lambda _: None).report()
    assert page(again) == (folder / "report.html").read_text(encoding="utf-8")
    pdf(again, office.study.folder / "again.pdf")
    assert (office.study.folder / "again.pdf").read_bytes() == (folder / "report.pdf").read_bytes()


def test_a_study_that_has_just_begun_has_a_report_that_says_what_there_is_not(
    fresh: Fresh, clock: Clock, tmp_path: Path
) -> None:
    office = Office(Study(fresh("sqlite"), clock, tmp_path), fresh)
    assert office.reports("nobody", "--unblind", "--as", office.study.unblinded, "--by-arm").exit_code == 0
    pictures_in_r(tmp_path / "nobody" / "data", tmp_path / "r")
    for file in (tmp_path / "nobody" / "figures").iterdir():
        written_by_r = (tmp_path / "r" / file.name).read_text(encoding="utf-8").replace('"', "")
        assert written_by_r.splitlines()[0] == file.read_text(encoding="utf-8").splitlines()[0], file.name
    office.study.adds("mbt").enrols().logs(begun())
    assert office.reports("first").exit_code == 0
    text = office.text("first")
    assert "1 person enrolled; test people" in text
    assert "1 person enrolled without a planned follow-up, in no denominator." in text
    assert "In the chat, of the people whose weeks for all of them are over" in text, "nobody meets in a group"
    assert text.count("Not estimated: fewer than 20 people") == len(analysis().outcomes)
    assert "Fewer than 5 people have pauses with both ratings." in text


def test_arms_are_refused_to_who_may_not_see_them_and_a_folder_is_never_written_over(office: Office) -> None:
    assert "by arm is unblinded" in office.reports("x", "--by-arm").stderr
    assert "--unblind --as CODE" in office.reports("x", "--unblind", "--by-arm").stderr
    taken = office.reports("pooled")
    assert (taken.exit_code, "--force" in taken.stderr) == (1, True)
    (office.study.folder / "mine").mkdir()
    (office.study.folder / "mine" / "letter.txt").write_text("keep", encoding="utf-8")
    assert office.reports("mine", "--force").exit_code == 1
    assert office.reports("x", "--as-of", "yesterday").exit_code == 2
    assert not (office.study.folder / "x").exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"random": ["therapy_group"]}, "study_id is one of them"),
        ({"pooled": "value ~ arm + visit"}, "knows no arm"),
        ({"pooled": "value ~ visit + baseline + pharmacy"}, "'pharmacy' is none of visit, arm, baseline, site"),
        ({"pooled": "value ~ visit + baseline +"}, "'' is none of"),
        ({"by_arm": "value ~ (arm + site) * visit"}, r"'\(arm' is none of"),
        ({"by_arm": "value ~ visit + baseline"}, "'arm' is not in it"),
        ({"by_arm": "change ~ arm * visit"}, "begins with 'value ~ '"),
        ({"least_people": 2}, "greater than or equal to 3"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_its_place(change: dict[str, object], reason: str) -> None:
    plan = analysis().model_dump()
    with pytest.raises(ValueError, match=reason):
        Analysis.model_validate(plan | {"model": plan["model"] | change})
