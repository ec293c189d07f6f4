# Everything a developer types. A fresh machine needs only Python 3.12 or newer: `make demo` does the rest.
# Systems without make: README.md names the two plain commands behind each of these.
SHELL := /bin/sh
# Tests and the demo start many processes: without kept bytecode each would compile five hundred modules again.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.bench-ready
# Bytecode is made for what is imported, not for all: half of the time of an installation.
PIP := $(PY) -m pip install -qq --disable-pip-version-check --no-compile --require-hashes
PYTEST := $(PY) -m pytest
# Checks read the settings and so want a home; they get one that is thrown away with the environment.
SCRATCH := KAIBO_HOME=$(CURDIR)/$(VENV)/scratch
MARKS := not soak
TEST_DIRS := kaibo tests/emulators tests/journeys tests/races tests/parity tests/browser tests/fuzz tests/faults

.DEFAULT_GOAL := help
.PHONY: help install install-all demo test check bench bench-language soak lock reference clean check-format check-lint \
	check-types check-floors check-sql check-django check-tests

help:  ## what can be typed
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile

install: $(READY)  ## make .venv with kaibo in it

$(READY): requirements/dev.lock requirements/runtime.lock pyproject.toml hatch_build.py package.json package-lock.json
	@python=$$(sh requirements/find-python.sh) && { [ -x $(PY) ] || "$$python" -m venv $(VENV); }
	@echo "kaibo: installing into $(VENV) (about a minute the first time)"
	@$(PIP) -r requirements/dev.lock
	@$(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(PY) -m kaibo.config.assets
	@touch $@

$(BENCH_READY): $(READY) requirements/bench.lock
	@$(PIP) -r requirements/bench.lock
	@touch $@

install-all: $(BENCH_READY)  ## with Spark too, which some tests and the measurements need

demo: $(READY)  ## a night being counted live, in your browser
	@$(PY) -m kaibo demo

check: check-format check-lint check-types check-floors check-sql check-django check-tests  ## format, lint, types, floors, SQL, words, docs (-k: show all that is wrong)
	@echo "== all checked"

check-format: $(READY)
	@echo "== format";  $(PY) -m ruff format --check --quiet .
check-lint: $(READY)
	@echo "== lint";    $(PY) -m ruff check --quiet .
check-types: $(READY)
	@echo "== types";   $(SCRATCH) $(PY) -m mypy --no-error-summary kaibo
check-floors: $(READY)
	@echo "== floors";  $(VENV)/bin/lint-imports --no-cache
check-sql: $(READY)
	@echo "== SQL";     $(SCRATCH) $(PY) -m kaibo.warehouse.sqllint
check-django: $(READY)
	@echo "== django";  $(SCRATCH) $(PY) -m kaibo manage check --fail-level WARNING
	@$(SCRATCH) KAIBO_TLS=1 $(PY) -m kaibo manage check --deploy --fail-level ERROR 2>/dev/null
	@$(SCRATCH) $(PY) -m kaibo manage makemigrations --check --dry-run
check-tests: $(READY)
	@echo "== architecture, words, docs, rule packs"; $(PYTEST) tests/architecture tests/docs kaibo/language/tests/test_packs.py

test: $(READY)  ## every test: PostgreSQL's first, then all of them on SQLite; the browser beside both
	@$(PYTEST) -m "browser and ($(MARKS))" $(TEST_DIRS) >$(VENV)/browser.log 2>&1 & browser=$$!; \
	$(PY) -m tests.postgres $(TEST_DIRS); records=$$?; \
	$(PYTEST) -n 3 --dist loadscope --durations 15 -m "not browser and ($(MARKS))" $(TEST_DIRS); others=$$?; \
	wait $$browser; code=$$?; cat $(VENV)/browser.log; exit $$((records || others || code))

soak: $(READY)  ## the long forms of the tests, for example one million events through crashes
	@$(PYTEST) -m "soak" $(TEST_DIRS)
	@$(PY) -m tests.postgres -m "postgres and spark" $(TEST_DIRS)

bench: $(BENCH_READY)  ## side-by-side measurements, one table
	@$(PY) -m benchmarks

bench-language: $(BENCH_READY)  ## what the rule packs find and flag wrongly, and how fast; writes the table of the docs
	@$(PY) -m benchmarks.language --write

lock: $(READY)  ## resolve the locks again after a change in pyproject.toml
	@sh requirements/lock.sh

reference: $(READY)  ## rewrite the generated pages of docs/reference
	@$(SCRATCH) $(PY) -m kaibo.config.reference

clean:  ## take away what was installed and built
	rm -rf $(VENV) node_modules bench-out screenshots
