# What a newcomer needs: `make demo`, then `make test`. Everything lands in .venv and var; nothing else is touched.

.DEFAULT_GOAL := help
.PHONY: help demo serve test discover mutants browser check lint format bench lock clean

# The newest Python that really runs: a shim may exist and refuse, a distribution may leave out venv.
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$p && break; done)
BIN := .venv/bin
RUNTIME := .venv/runtime.stamp
DEV := .venv/dev.stamp
BENCH := .venv/bench.stamp
PROFILE := short

help:  ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(RUNTIME)  ## two invented practices, tomorrow planned, and how to look at it
	$(BIN)/rounds demo

serve: $(RUNTIME)  ## API and pages on http://127.0.0.1:8000
	$(BIN)/rounds serve

test: $(DEV) browser  ## every test but those at full size
	$(BIN)/pytest -n 2 --dist worksteal -m "not marathon"

discover: $(DEV)  ## races, deaths and random histories at full size: half an hour and more
	$(BIN)/pytest -m marathon

mutants: $(DEV)  ## plant known bugs in a copy, and see each of them caught
	$(BIN)/python -m tests.discovery.mutants

# The pages are tested in a real Chromium; where none is installed and it may be, it is.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
		|| { apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends chromium >/dev/null; }

check: lint  ## the quick part: linters, and units, doors and store on SQLite
	$(BIN)/pytest -m "not slow" -k "not postgresql" tests/unit tests/api tests/contract

lint: $(DEV)  ## ruff, mypy, import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) $(BENCH)  ## print the figures, and compare with other engines; PROFILE=full for the whole tables
	@for bench in tests/benchmarks/bench_*.py; do echo "## $$bench"; PYTHONPATH=. $(BIN)/python $$bench || exit 1; done
	$(BIN)/python -m tests.benchmarks.suite $(PROFILE)

lock: $(DEV)  ## rewrite the lock files from pyproject.toml
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group build -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev -o requirements-dev.lock
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group bench -o requirements-bench.lock

clean:
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Rounds needs Python 3.11, 3.12 or 3.13 with venv (Debian, Ubuntu: apt install python3 python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv .venv

$(RUNTIME): requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@echo "Compiling the kernels: a minute, once"
	@$(BIN)/python -m optimizer.solver.preload
	@touch $@

# Road engines have no libraries for Python 3.11, but their tools and servers are programs: tests find them unpacked.
$(DEV): requirements-dev.lock $(RUNTIME)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 12))' || $(BIN)/uv pip install -q --python-version 3.12 \
		--target .venv/engines --no-deps -c requirements-dev.lock osrm-bindings pyvalhalla
	@touch $@

$(BENCH): requirements-bench.lock $(RUNTIME)
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@
