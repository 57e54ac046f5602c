# Two commands are enough: `make demo` and `make test`. Both set up all that they need, and are fast the second time.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PY := .venv/bin/python
# What asks no database anything, or always its own: it runs once.
WITHOUT_A_DATABASE := core architecture bulletins/test_text.py bulletins/test_verdicts.py \
  desk/test_bench.py desk/test_check_command.py desk/test_marking.py desk/test_parts.py
PYTEST := .venv/bin/pytest -q -p no:cacheprovider

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/'

setup:  ## Virtual environment, front end and translations; afterwards .venv/bin/yibiao is the program
	@tools/setup.sh run

setup-tests: setup
	@tools/setup.sh tests

demo: setup  ## The five programs with sample facts, served; prints the address and the demo accounts
	@.venv/bin/yibiao demo

build-front: setup  ## The front end again, whether or not it changed
	@cd frontend && npm run --silent build

lint:  ## Style, and the house's import order
	@echo '== style and imports'
	@.venv/bin/ruff check -q src tests
	@.venv/bin/ruff format --check -q src tests || { echo 'Run: .venv/bin/ruff format src tests'; exit 1; }
	@report=$$(.venv/bin/lint-imports --no-cache 2>&1) || { echo "$$report"; exit 1; }

types:  ## mypy, strict
	@echo '== types'
	@.venv/bin/mypy

test: setup-tests lint types  ## Everything that must hold, on SQLite, on PostgreSQL and in a real browser
	@echo '== tests on SQLite'
	@$(PYTEST) -n 2 --dist loadscope --no-loadscope-reorder -m 'not browser'
	@echo '== tests on PostgreSQL'
	@YIBIAO_TEST_DB=postgres $(PYTEST) -n 2 --dist loadscope --no-loadscope-reorder -m 'not browser' \
	  $(addprefix --ignore=tests/,$(WITHOUT_A_DATABASE) demo)
	@echo '== the site in a real browser'
	@$(PYTEST) -n 2 --dist loadscope --no-loadscope-reorder -m browser tests/browser
	@echo 'All tests passed.'

test-demo-postgres: setup-tests  ## The demo on PostgreSQL as well, which would take `test` beyond its twenty minutes
	@YIBIAO_TEST_DB=postgres $(PYTEST) tests/demo

docs:  ## Write docs/reference again from the code
	@YIBIAO_LANGUAGE=zh .venv/bin/yibiao reference

.PHONY: help setup setup-tests demo build-front lint types test test-demo-postgres docs
