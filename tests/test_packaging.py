"""What is handed out: the wheel and the sdist are whole, hold nothing foreign, and run from another folder."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
GUARD_SECONDS = 60.0
NOT_FOR_OTHERS = (".env", ".pem", ".key", ".sqlite3", ".db", ".pyc", ".log")


def build(source: Path, target: str, out: Path) -> Path:
    """The wheel or sdist of a source tree."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=GUARD_SECONDS)
    (made,) = out.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


def contents(wheel: Path) -> dict[str, str]:
    """The files of a wheel with the hash of each; RECORD, which lists them, left out."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("RECORD")]
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build(ROOT, "sdist", folder)) as archive:
        archive.extractall(folder, filter="data")
    (unpacked,) = (found for found in folder.iterdir() if found.is_dir())
    return unpacked


# what is in them


def test_every_package_of_the_house_is_named_for_the_wheel() -> None:
    here = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert set(PACKAGES) == here


def test_the_wheel_holds_every_file_of_every_package(wheel: Path) -> None:
    files = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    inside = contents(wheel).keys()
    assert files <= inside
    for kind in (".toml", ".js", ".css", ".html", ".mako"):
        assert any(name.endswith(kind) for name in inside), kind


def test_the_wheel_brings_no_foreign_name_and_nothing_that_is_not_for_others(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in contents(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in contents(wheel) if name.endswith(NOT_FOR_OTHERS) or "/test" in name]


def test_the_sdist_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    assert contents(build(sdist, "wheel", tmp_path)) == contents(wheel)


def test_the_sdist_holds_what_a_reader_needs_and_none_of_our_environments(sdist: Path) -> None:
    for name in ("LICENSE", "README.md", "Makefile", "requirements.txt", "requirements-dev.txt", "tests/clinic.py"):
        assert (sdist / name).is_file(), name
    tops = {found.name for found in sdist.iterdir()}
    assert not [name for name in tops if name.startswith(".venv") or name in (".git", ".ci", ".env", "build", "dist")]
    assert not [f for f in sdist.rglob("*") if f.is_file() and f.name.endswith(NOT_FOR_OTHERS)]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-referee.txt"])
def test_every_requirement_is_pinned_with_hashes_and_no_address(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert not [line for line in lines if "://" in line or "index-url" in line]


# installed


@dataclass
class Installed:
    """A fresh virtual environment with the wheel; the dependencies are those of the environment we run in."""

    python: Path
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        database = f"sqlite:///{self.folder / 'coach.sqlite3'}"
        return {"PATH": os.environ["PATH"], "COACH_DATABASE_URL": database, "COACH_SECRET_KEY": "k" * 40}

    def coach(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.python.with_name("coach")), *words],
            cwd=self.folder,
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=GUARD_SECONDS,
        )


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place / "venv")], check=True)
    python = place / "venv/bin/python"
    site = Path(sysconfig.get_path("purelib", vars={"base": str(place / "venv")}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, timeout=GUARD_SECONDS)
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    return Installed(python, elsewhere)


def test_what_is_installed_is_the_wheel_and_not_this_folder(installed: Installed) -> None:
    code = "import bot, content; print(bot.__file__, content.__file__)"
    done = subprocess.run(
        [str(installed.python), "-c", code], cwd=installed.folder, capture_output=True, text=True, check=True
    )
    assert all(file.startswith(str(installed.python.parents[1])) for file in done.stdout.split())


def test_the_calculators_run_anywhere(installed: Installed) -> None:
    assert json.loads(installed.coach("mme", "--json", "oxycodone 10 mg x4").stdout)["mme"] == 60.0
    assert json.loads(installed.coach("score", "--json", "peg", "7", "8", "6").stdout)["score"] == 7.0


@pytest.mark.slow
def test_a_database_is_made_and_looked_after_anywhere(installed: Installed) -> None:
    assert "upgraded" in installed.coach("db", "upgrade").stdout
    assert installed.coach("participant", "add", "--test", "--arm", "mbt").returncode == 0
    done = installed.coach("check")
    assert (done.returncode, "missing: emergency numbers" in done.stdout) == (1, True), done.stderr
    assert installed.coach("export", "--out", "data").returncode == 0


@pytest.fixture
def studio(installed: Installed) -> Iterator[str]:
    """The address of `coach demo`, run from another folder; it ends with Ctrl+C."""
    port = free_port()
    process = subprocess.Popen(
        [str(installed.python.with_name("coach")), "demo", "--port", str(port)],
        cwd=installed.folder,
        env=installed.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    yield f"http://127.0.0.1:{port}" if "The studio is open" in first else f"{first}{process.stderr}"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=GUARD_SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_the_studio_opens_anywhere_with_its_page_and_its_people(studio: str) -> None:
    for path, wanted in (("/", "<!doctype html>"), ("/page/page.js", "import"), ("/studio/panel", "invitations")):
        with urllib.request.urlopen(studio + path, timeout=GUARD_SECONDS) as answer:  # noqa: S310 - our own studio
            assert wanted in answer.read().decode().lower()


@pytest.mark.parametrize("room", ["scheduler", "records"])
def test_a_foreign_package_in_the_place_of_ours_is_refused_by_name(
    installed: Installed, tmp_path: Path, room: str
) -> None:
    (tmp_path / room).mkdir()
    (tmp_path / room / "__init__.py").write_text("", encoding="utf-8")
    done = installed.coach("mme", "oxycodone 10 mg x4", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"the package '{room}' is not ours: found {tmp_path / room}" in done.stderr
    assert "fresh virtual environment" in done.stderr


def test_a_foreign_package_that_is_a_single_file_is_refused_too(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "content.py").write_text("", encoding="utf-8")
    done = installed.coach("mme", "none", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "the package 'content' is not ours" in done.stderr
