# neatcore: `make` lists what there is.
PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.DEFAULT_GOAL := help
.PHONY: help demo test lint types check format bench clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-8s %s\n", $$1, $$2 }'

$(VENV)/installed: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "neatcore needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …")'
	@echo "Making the environment $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Adding what tests need …"
	@$(PIP) ".[dev,gym,hypernets,ribs,video]"
	@touch $@

demo: $(VENV)/installed ## evolve three networks and write a report to look at (two minutes, most of it installing)
	@$(BIN)/neatcore demo

test: $(VENV)/installed-dev lint types ## lint, types, tests, in two processes (JOBS=…)
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

lint: $(VENV)/installed-dev ## style and layout
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/installed-dev ## static types
	@$(BIN)/mypy

format: $(VENV)/installed-dev ## bring the code into layout
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/installed-dev ## compare speed with neat-python (a few minutes)
	@$(BIN)/python -m benchmarks.speed

clean: ## remove the environment and caches, keep runs
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
