# Two commands do everything on a fresh machine with Python 3.11 and make:
#   make demo   makes the environment, loads the sample data, writes the monthly report
#   make test   makes the environment, runs the tests
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test thorough lint format check docs sample bench clean

help:  ## show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | sort

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)

demo: $(READY)  ## load the sample data and write the monthly report
	$(BIN)/cskpi demo

# Tests start cskpi dozens of times: compiled once, each start takes a second less.
test thorough: export PYTHONDONTWRITEBYTECODE =
# An allocator that keeps what it is given makes thousands of small queries a tenth quicker (glibc alone reads this).
test thorough: export GLIBC_TUNABLES = glibc.malloc.tcache_count=2000:glibc.malloc.trim_threshold=536870912:glibc.malloc.mmap_threshold=536870912

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest

thorough: $(READY)  ## run the tests with many more random worlds and the slowest ones: before a release
	THOROUGH=1 $(BIN)/python -m pytest

lint: $(READY)  ## ruff, mypy, import-linter, sqlfluff, queries portable to Spark
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --disable-progress-bar -q --processes 0 queries
	$(BIN)/python scripts/check_spark.py

format: $(READY)  ## let the formatters rewrite code and queries
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: $(READY)  ## rewrite the generated parts of README and docs, and take the pictures anew
	$(BIN)/python scripts/generate_docs.py
	$(BIN)/cskpi demo --out build/demo >/dev/null
	$(BIN)/python scripts/report_pictures.py build/demo/report.html

check: lint test  ## lint, tests, and generated docs are current: what CI runs
	$(BIN)/python scripts/generate_docs.py --check

sample: $(READY)  ## make the sample data anew
	$(BIN)/python scripts/make_sample_data.py

bench: $(READY)  ## print the benchmark figures
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[bench]"
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/formats.py
	$(BIN)/python benchmarks/kpis.py
	$(BIN)/python benchmarks/text.py
	$(BIN)/python benchmarks/report.py

clean:  ## remove the environment and the demo
	rm -rf $(VENV) cskpi-demo
