# Two commands matter: `make demo` and `make test`. Each does its own set-up.
.PHONY: help demo test lint bench coverage tables texts setup clean
.DEFAULT_GOAL := help

help:  ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## virtual environment, pinned packages, system libraries, what the tests need
	@scripts/setup

demo: ## the main job with simulated devices; writes demo-out/
	@scripts/setup demo
	@scripts/with-display .venv/bin/vein-imaging demo --out demo-out

test: setup ## every test, a file at a time on each core, four at most
	@.venv/bin/python -m pytest -q -n logical --maxprocesses 4 --dist loadfile

lint: setup ## format, style, types, layers
	@scripts/lint

bench: setup ## timings of every stage (numbers: docs/performance.md)
	@.venv/bin/python -m pytest -q benchmarks --benchmark-enable --benchmark-only

coverage: setup ## every test, and which lines of the program none of them runs
	@.venv/bin/coverage erase
	@.venv/bin/coverage run -m pytest -q; tests=$$?; \
	.venv/bin/coverage combine -q; .venv/bin/coverage report; exit $$tests

tables: setup ## print the tables in docs/ that come from the program
	@.venv/bin/python scripts/print_tables.py
	@VEIN_WRITE_DOCS=1 .venv/bin/python -m pytest -q tests/vein_imaging/domain/limits/test_documentation.py

texts: setup ## template of the texts users read; LANGUAGES="de" begins or updates a translation
	@.venv/bin/python scripts/texts.py $(LANGUAGES)

clean: ## forget what was set up and written
	rm -rf .venv demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis
