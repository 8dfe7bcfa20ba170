# The ways in. Each target makes the environment first when it has to (.venv); nothing else needs installing.
#   PYTHON=python3.12    the interpreter for the environment
#   HOME_DIR=DIR         the company's folder (growth_home)
#   EXTRACTS=DIR         your own export; without it a simulated company's is written to HOME_DIR/extracts on first use

HOME_DIR ?= growth_home
growth = .venv/bin/growth
python = .venv/bin/python

.PHONY: help setup run test lint format ui bench judge torture lock
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@sed -n 's/^#   /  /p' Makefile

setup: ## the environment alone
	@PYTHON="$(PYTHON)" .ci/setup.sh

run: setup ## extracts to published lists
ifdef EXTRACTS
	@$(growth) run --home "$(HOME_DIR)" --extracts "$(EXTRACTS)"
else
	@if [ -z "$$(ls -A "$(HOME_DIR)/extracts" 2>/dev/null)" ]; then $(growth) demo --home "$(HOME_DIR)"; fi
	@$(growth) run --home "$(HOME_DIR)"
endif

test: setup ## the tests, on two cores
	@$(python) -m pytest -n 2 --dist loadfile

lint: setup ## ruff, mypy and the SQL lint
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@$(python) -m pipelines.tables.lint

format: setup ## rewrite the Python files as the lint wants them
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

ui: setup ## Dagster's pages: tables, checks, runs, schedules
	@$(growth) ui --home "$(HOME_DIR)"

bench: setup ## cost of the main job against a floor measured in the same run
	@$(python) -m tests.benchmarks
	@$(python) -m tests.benchmarks.loading --form csv
	@$(python) -m tests.benchmarks.loading --form parquet

judge: setup ## many simulated companies, the models held against their truth (long; goes on where it was stopped)
	@$(python) -m tests.judge
	@$(python) -m tests.judge.flat
	@$(python) -m tests.judge.reasons

torture: setup ## killed runs, mutated extracts and killed trainings (long; goes on where it was stopped)
	@$(python) -m tests.torture
	@$(python) -m tests.torture.trainings

lock: ## requirements.lock from pyproject.toml, for Python 3.11 to 3.13 (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras --no-strip-extras \
		--no-emit-index-url --no-header pyproject.toml --output-file requirements.lock.new
	@{ sed -n '/^#/!q;p' requirements.lock; cat requirements.lock.new; } > requirements.lock.newest
	@mv requirements.lock.newest requirements.lock && rm requirements.lock.new
