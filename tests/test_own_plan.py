"""A study with check-ins and questionnaires of its own: its exports, and the plan of analysis it names."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest

from content.analysis import analysis
from content.exports import exports
from content.loading import ContentRefused
from tests.databases import KEY, Clock, Fresh, url_of
from tests.exported import Study, begun
from tests.protocols import living_by, put, stamp_text

Coach = Callable[..., tuple[int, str, str]]


def half_a_year() -> str:
    """The text of a protocol with check-ins at 0, 3 and 6 months, without the RMDQ."""
    head, *visits = re.split(r"(?m)^(?=\[\[visits\]\])", stamp_text())
    rest = visits[-1][visits[-1].index("\n[", 1) :]
    kept = [each for each in visits if not re.search(r'code = "month_(9|12)"', each)]
    text = head + "".join(kept) + rest
    return text.replace('visit = "month_12"', 'visit = "month_6"').replace(', "rmdq"', "").replace('"rmdq", ', "")


def its_plan() -> str:
    """The shipped plan without what that protocol does not have."""
    text = resources.files("content").joinpath("analysis", "stamp.toml").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=\[\[|# ---)", text)
    return "".join(each for each in parts if "month_12" not in each and "rmdq" not in each)


@pytest.fixture
def tables_anew() -> Iterator[None]:
    """The tables of an export are those of the protocol in use, made once in a process: here, and after here, anew."""
    exports.cache_clear()
    yield
    exports.cache_clear()


@pytest.mark.usefixtures("tables_anew")
def test_an_outcome_asked_at_baseline_alone_is_refused_before_anything_is_counted(tmp_path: Path) -> None:
    baseline_alone = put(tmp_path, "stamp.toml", {'"peg", "rmdq", "tlfb", "hrqol4", "phq4", "pgic"': '"peg", "pgic"'})
    with living_by(baseline_alone), pytest.raises(ContentRefused) as refused:
        analysis()
    assert refused.value.reasons == [
        f"outcomes: the wide file has no figure '{each}' at any follow-up" for each in ("rmdq_score", "unhealthy_days")
    ]


@pytest.fixture
def coach(fresh: Fresh, clock: Clock, tmp_path: Path) -> Coach:
    """The command as a process of its own, in a study of this protocol; status, what it says, and its complaints."""
    study = Study(fresh("sqlite"), clock, tmp_path)
    study.adds().enrols().logs(begun())
    env = {**os.environ, "COACH_DATABASE_URL": url_of(study.database), "COACH_SECRET_KEY": KEY, "COLUMNS": "300",
           "COACH_PROTOCOL": str(tmp_path / "stamp.toml")}  # fmt: skip

    def run(*words: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words], capture_output=True, text=True, env=env, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.slow
def test_a_study_with_other_check_ins_exports_without_a_plan_and_reports_with_its_own(
    coach: Coach, tmp_path: Path
) -> None:
    pytest.importorskip("reportlab", reason="reportlab (extra `analysis`) is not installed")
    (tmp_path / "stamp.toml").write_text(half_a_year(), encoding="utf-8")

    status, said, complaint = coach("export", "--out", str(tmp_path / "data"))
    assert (status, len(complaint.splitlines())) == (0, 1), complaint
    assert "the plan does not fit the protocol" in complaint
    names = {path.name for path in (tmp_path / "data").iterdir()}
    assert {"wide.csv", "load.py", "load.R"} <= names
    assert not {"analysis.py", "analysis.R", "analysis.dcf"} & names
    made = json.loads((tmp_path / "data" / "manifest.json").read_text(encoding="utf-8"))
    assert (made["analysis"], "rmdq_score" in made["remarks"][0]) == (None, True)

    status, said, complaint = coach("report", "--out", str(tmp_path / "report"))
    assert (status, said, len(complaint.splitlines())) == (1, "", 1), complaint
    assert "the protocol has no check-in 'month_12'" in complaint
    assert 'write one beside stamp.toml and name it there: analysis = "plan.toml"' in complaint
    assert "the wide file has no figure 'rmdq_score' at baseline" in coach("check")[1]

    unreadable = its_plan().replace("visit + baseline + site", "visit + log(baseline) + site", 1)
    (tmp_path / "plan.toml").write_text(unreadable, encoding="utf-8")
    own = half_a_year().replace('analysis = "stamp"', 'analysis = "plan.toml"')
    (tmp_path / "stamp.toml").write_text(own, encoding="utf-8")
    assert "plan.toml: model.pooled: Value error, 'log(baseline)' is none of visit, arm" in coach("check")[1]

    (tmp_path / "plan.toml").write_text(its_plan(), encoding="utf-8")
    status, said, complaint = coach("report", "--out", str(tmp_path / "report"))
    assert (status, complaint) == (0, "")
    made = json.loads((tmp_path / "report" / "data" / "manifest.json").read_text(encoding="utf-8"))
    assert (made["analysis"], made["remarks"]) == ("stamp 1", [])
    assert "month 9" not in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "plan of analysis" not in coach("check")[1]
