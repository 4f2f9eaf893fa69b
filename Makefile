# Two commands matter: `make run` and `make test`. Both set everything up by themselves.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FEEDS ?=
STAMP := $(VENV)/.installed

.PHONY: install run test core check format lock clean

install: $(STAMP)

$(STAMP): requirements/install.txt requirements/dev.txt pyproject.toml tools/install.py
	@"$(PYTHON)" tools/install.py "$(VENV)"

run: $(STAMP)
	@"$(BIN)/wirewatch" up $(if $(FEEDS),--feeds "$(FEEDS)")

core: $(STAMP)
	@"$(BIN)/python" -m pytest -m "not elastic and not airflow and not browser and not slow"

test: $(STAMP) core
	@"$(BIN)/python" -m pytest -m "elastic or airflow or browser or slow"

check: $(STAMP)
	@"$(BIN)/ruff" check .
	@"$(BIN)/ruff" format --check .
	@"$(BIN)/mypy"
	@"$(BIN)/lint-imports" --no-cache

format: $(STAMP)
	@"$(BIN)/ruff" check --fix-only --quiet .
	@"$(BIN)/ruff" format --quiet .

# Resolves the pins anew; commit what comes out.
lock: $(STAMP)
	@"$(BIN)/python" tools/lock.py

clean:
	rm -rf "$(VENV)"
