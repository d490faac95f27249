# The project's own commands. Each makes its own .venv when needed, from the hash-pinned lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made-from-lock
REFEREE := .venv-referee

.PHONY: demo test test-slow referee check bench bench-sweep docs lock format clean

demo: $(STAMP)  ## the studio in your browser: no token, nothing leaves this machine
	$(BIN)/coach demo

test: $(STAMP)  ## every test but the long rehearsals, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-slow: $(STAMP)  ## the long rehearsals: kill drill, long random walks
	$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

referee: $(REFEREE)/.made-from-lock  ## the tools that judge us from outside, for the tests that are skipped without them

check: $(STAMP)  ## format, lint, types, architecture, content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m content.check

bench: $(STAMP)  ## both sides in one run, and the ratio
	$(BIN)/python -m benchmarks.updates
	$(BIN)/python -m benchmarks.export

bench-sweep: $(STAMP)  ## an idle sweep over a million items, and ten thousand due at once (about 20 minutes)
	$(BIN)/python -m benchmarks.sweep

docs: $(STAMP)  ## the pages of docs/ that are made from the program
	$(BIN)/python docs/generate.py

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(STAMP)  ## write the lock anew from pyproject.toml
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --no-emit-index-url pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header --no-emit-index-url --python-version 3.12 -c requirements.txt pyproject.toml requirements-referee.in -o requirements-referee.txt

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# tg-auto-test asks for Python 3.12, and runs on 3.11
$(REFEREE)/.made-from-lock: requirements-referee.txt
	test -x $(REFEREE)/bin/python || $(PYTHON) -m venv $(REFEREE)
	$(REFEREE)/bin/python -m pip install --quiet --disable-pip-version-check --ignore-requires-python --require-hashes -r requirements-referee.txt
	touch $@

clean:
	rm -rf $(VENV) $(REFEREE) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
