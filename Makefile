# Works as the first command typed in a fresh clone: every target sets up .venv by itself.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
ARGS ?=

.PHONY: help
help: ## show these lines
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

.PHONY: demo
demo: $(READY) ## one customer's whole way, from /start to finished portraits (ARGS="--language ru")
	$(BIN)/avatar demo $(ARGS)

.PHONY: run
run: $(READY) ## bot, web and worker in one process, settings from .env
	$(BIN)/avatar up $(ARGS)

.PHONY: test
test: lint types contracts coverage ## every check: lint, types, contracts, tests with coverage
	@echo
	@echo 'Left out of this run, of which it holds short forms: make properties, crash-matrix, simulate, mutation, fuzz, load and benchmarks.'

.PHONY: setup
setup: $(READY) ## the virtual environment, from the hash-locked requirements

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
		|| { echo 'This Python lacks venv: install it (Debian: apt-get install python3-venv).' >&2; exit 1; }
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.PHONY: lint
lint: $(READY) ## ruff: rules and format
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

.PHONY: format
format: $(READY) ## mend what ruff can mend by itself
	$(BIN)/python -m ruff check --fix-only .
	$(BIN)/python -m ruff format .

.PHONY: types
types: $(READY) ## mypy --strict over src and tests
	$(BIN)/python -m mypy

.PHONY: contracts
contracts: $(READY) ## who may import whom
	$(BIN)/lint-imports --no-logo

.PHONY: unit
unit: $(READY) ## tests without coverage (ARGS="tests/core -k ledger")
	$(BIN)/python -m pytest $(ARGS)

.PHONY: coverage
coverage: $(READY) ## all tests; every branch of avatar_core must be taken
	$(BIN)/python -m pytest -q -n 2 --dist worksteal --cov --cov-report term-missing $(ARGS)

.PHONY: properties
properties: $(READY) ## the Hypothesis machines, long
	$(BIN)/python -m pytest tests/properties -q -n 2 --timeout 3600 --hypothesis-profile long $(ARGS)

.PHONY: crash-matrix
crash-matrix: $(READY) ## SIGKILL at every boundary of every journey, a database that breaks: minutes long
	$(BIN)/python -m pytest tests/crash_matrix tests/database_faults -q -n 2 --dist worksteal -m matrix $(ARGS)

.PHONY: mutation
mutation: $(READY) ## change the core in thousands of ways, 95 % must be found (ARGS="avatar_core.money*")
	nice $(BIN)/python -m tests.mutation $(ARGS)

.PHONY: benchmarks
benchmarks: $(READY) ## figures beside their limits, on this machine (ARGS="S6 S9" picks lines)
	$(BIN)/python -m benchmarks $(ARGS)

.PHONY: load
load: $(READY) ## storms and an hour of steady load on a full database (ARGS="--minutes 5 --customers 10000 --entries 100000")
	$(BIN)/python -m benchmarks.load $(ARGS)

.PHONY: simulate
simulate: $(READY) ## whole businesses from seeds, under the harshest faults (ARGS="--seeds 10000")
	$(BIN)/avatar simulate --customers 100 --days 60 --seeds 200 --jobs 0 $(ARGS)

.PHONY: fuzz
fuzz: $(READY) ## atheris on every parser of outside input, 60 s each (ARGS="300 photo catalogue": so long, only these)
	nice $(BIN)/python -m fuzz $(ARGS)

.PHONY: audit
audit: $(READY) ## known holes in the locked parts; needs the network (ARGS="-s osv" asks another service)
	@told=$$(mktemp); trap 'rm -f $$told' EXIT; \
	if $(BIN)/pip-audit --strict --disable-pip --no-deps --require-hashes --progress-spinner off -r requirements.lock $(ARGS) 2>$$told; \
	then echo 'No part in requirements.lock has a known hole.'; \
	elif grep -q '^Found ' $$told; then cat $$told >&2; exit 1; \
	else tail -n 1 $$told >&2; \
		echo 'Nothing was audited: the vulnerability service does not answer here, or does not know a part.' >&2; exit 2; \
	fi

.PHONY: lock
lock: $(READY) ## write requirements.lock anew from pyproject.toml (ARGS="--upgrade")
	$(BIN)/python -m uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		--quiet --output-file requirements.lock $(ARGS)

.PHONY: clean
clean: ## forget everything that was made here but the data of `make run`
	rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist htmlcov mutants
