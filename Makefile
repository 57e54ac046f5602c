# Two commands are enough: `make demo` and `make test`. Both set up all that they need, and are fast the second time.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PY := .venv/bin/python
# What one process has compiled need not be compiled again by the next.
unexport PYTHONDONTWRITEBYTECODE
# What runs on SQLite only, to keep `test` within its twenty minutes: what asks no database, or nothing that the rest of
# its room does not ask on PostgreSQL; the demo; pages whose every address tests/desk/test_scope.py opens there too;
# columns, which tests/operations kills there. `make test-postgres` leaves nothing out.
ON_SQLITE_ONLY := core architecture demo bulletins/test_documents.py bulletins/test_matching.py bulletins/test_text.py \
  bulletins/test_verdicts.py $(addprefix citizens/test_,letting_in.py open311.py pages.py pulling.py services.py) clients \
  draws/test_plans.py duty/test_rules.py $(addprefix figures/test_,caching.py columns.py definitions.py merged.py \
  recounting.py) $(addprefix forms/test_,answers.py expressions.py memos.py) notices/test_senders.py \
  notices/test_warnings.py packs/test_packs.py people/test_managing.py people/test_rights.py \
  $(addprefix records/test_,photos.py plain_rows.py web.py) $(addprefix records/openrosa/test_,asking.py edits.py encrypted.py \
  fetching.py hostile.py pictures.py scripts.py served.py) \
  $(addprefix desk/test_,counting.py bench.py bench_ingest.py cases.py check_command.py clashes.py closing.py commands.py \
  demo_drafts.py drafts.py duty.py field.py inspections.py marking.py notices.py observing.py openapi.py operations.py \
  pages.py parts.py registers.py serving.py streams.py tables.py)
PYTEST := .venv/bin/pytest -q -p no:cacheprovider
LONG := $(addprefix tests/browser/,field/test_way.py field/test_memory.py test_walk.py)
BROWSER := $(LONG) $(filter-out $(LONG),$(sort $(wildcard tests/browser/test_*.py tests/browser/*/test_*.py)))
BY_SCOPE := --dist loadscope --no-loadscope-reorder
QUICK := -n 2 $(BY_SCOPE) -m 'not browser and not slow' --ignore=tests/browser

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

test-sqlite: setup-tests  ## What holds on SQLite, without the browser
	@echo '== tests on SQLite'
	@$(PYTEST) $(QUICK)

test: setup-tests  ## Everything that must hold, on SQLite, on PostgreSQL and in a real browser
	@# Types go beside: first style, then the tests.
	@$(MAKE) --no-print-directory -j 2 types lint test-sqlite
	@echo '== tests on PostgreSQL'
	@YIBIAO_TEST_DB=postgres $(PYTEST) $(QUICK) \
	  $(addprefix --ignore=tests/,$(ON_SQLITE_ONLY))
	@echo '== the site in a real browser'
	@# Three, since much of it is waiting for pages; the longest two begin.
	@$(PYTEST) -n 3 $(BY_SCOPE) -m 'browser and not slow' $(BROWSER)
	@echo 'All tests passed.'

test-postgres: setup-tests  ## Everything on PostgreSQL, the demo and every page too
	@YIBIAO_TEST_DB=postgres $(PYTEST) $(QUICK)

test-slow: setup-tests  ## What takes minutes: many random examples on every engine, Spark on a cluster too
	@tools/setup.sh slow
	@$(PYTEST) -m slow tests
	@YIBIAO_TEST_DB=postgres $(PYTEST) -m slow tests

docs:  ## Write docs/reference again from the code
	@YIBIAO_LANGUAGE=zh .venv/bin/yibiao reference

.PHONY: help setup setup-tests demo build-front lint types test test-sqlite test-postgres test-slow docs
