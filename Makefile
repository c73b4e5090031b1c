# Everything a newcomer needs: `make demo` and `make test`. The environment is .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: help demo test clients chaos plants fuzz lint docs bench format clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    the whole story on a simulated organisation; no account needed"
	@echo "make test    lint, types, import contracts and all tests"
	@echo "make clients fetches the clients of the wire server that are no Python packages"
	@echo "make chaos   SEEDS=10000 FIRST=0 [FAMILY=direct]: what can go wrong, in every order, and what was met"
	@echo "make plants  chooses the seeds by which planted bugs are caught, after stories changed"
	@echo "make fuzz    hostile pages and answers, 20,000 a test, and every attempt at every door"
	@echo "make lint    ruff, mypy --strict and the import contracts alone"
	@echo "make docs    the pages of docs/ that are printed from the code"
	@echo "make bench   the measured budgets, beside pandas and dlt"

demo: .venv/run
	@$(BIN)/trunkline demo

test: lint
	$(BIN)/pytest -n 2 --dist loadgroup

# Stories of faults and kills, each from its seed; one seed alone tells what happened.
SEEDS ?= 1000
FIRST ?= 0
chaos: .venv/dev
	$(BIN)/python -m tests.chaos --seeds $(SEEDS) --first $(FIRST) $(if $(FAMILY),--family $(FAMILY))

plants: .venv/dev
	$(BIN)/python -m tests.chaos.choosing --first $(FIRST) --seeds $(SEEDS) \
		$(if $(FAMILY),--family $(FAMILY))

# Hostile JSON; what fails says how to draw it again.
fuzz: .venv/dev
	$(BIN)/pytest -n 2 --hypothesis-profile=fuzz tests/unit/flatten/test_hostile.py \
		tests/unit/providers/test_hostile_answers.py
	EVERY_DOOR=1 $(BIN)/pytest -n 2 tests/acceptance/clients/test_doors.py

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/dev
	$(BIN)/python -m tools.print_docs

bench: .venv/bench
	$(BIN)/python -m benchmarks.flatten
	$(BIN)/python -m benchmarks.profile
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.aggregates
	$(BIN)/python -m benchmarks.group_by
	$(BIN)/python -m benchmarks.wall_time
	$(BIN)/python -m benchmarks.wire_encoding
	$(BIN)/python -m benchmarks.wire

format: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.venv/bin/python:
	$(PYTHON) -m venv .venv

# Each mark stands for an installed set of dependencies; it is made again when they change.
.venv/run: .venv/bin/python pyproject.toml constraints.txt
	$(INSTALL) -e .
	@touch $@

.venv/dev: .venv/run
	$(INSTALL) -e '.[dev]'
	@touch $@

.venv/bench: .venv/dev
	$(INSTALL) -e '.[bench]'
	@touch $@

# What is not to be had is told, and its tests are skipped.
clients: .venv/dev
	$(BIN)/python -m tests.acceptance.clients.fetched

clean:
	rm -rf .venv .trunkline .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
