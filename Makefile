# `make demo` and `make test` need Python 3.11 to 3.13 and make; nothing else.
# They fetch the rest, exactly as locked, into .venv and node_modules.

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export JSII_NODE := $(CURDIR)/.venv/bin/node
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format format-check lint types \
	requirements requirements-check review review-check image clean

help: ## Show this list
	@echo "Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) \
	  | awk -F'|' '{ printf "  make %-20s %s\n", $$1, $$2 }'

setup: .venv/.ready node_modules/.ready artifact/scoring/_forest.so ## Install everything, as locked

# The first interpreter that the lock supports; `make PYTHON=… demo` overrides.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
	2>/dev/null && echo $$python && break; done)
UV_VERSION = $(shell sed -n '/^name = "uv"$$/{n;s/^version = "\(.*\)"/\1/p;}' uv.lock)

.venv/.ready: uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none" \
	  "was found: install one, or name it with 'make PYTHON=/path/to/python3'."; exit 1; }
	@echo "==> Python packages, from uv.lock, into .venv"
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@test -x .venv/bin/uv || .venv/bin/python -m pip install --quiet \
	  --disable-pip-version-check uv==$(UV_VERSION)
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

test: setup ## Every test: unit, infrastructure, integration, end to end
	@pytest -q -n 2 --dist loadfile

check: format-check lint types requirements-check review-check test ## Every gate

review: setup ## Write what a reviewer reads: make review [ENV=prod]
	@fraud review $(if $(ENV),--env $(ENV))

review-check: setup
	@echo "==> review: rules, stored templates, cost ceilings"
	@fraud review --check

image: setup ## Push the serving image: make image [ENV=prod]
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

requirements: setup ## Export requirements.txt from uv.lock
	@uv export --frozen --quiet --all-groups --no-emit-workspace --no-header \
	  --output-file requirements.txt

requirements-check: setup
	@echo "==> requirements.txt is the export of uv.lock"
	@uv lock --check --quiet --offline
	@uv export --frozen --quiet --all-groups --no-emit-workspace --no-header \
	  | diff -u requirements.txt - || { \
	  echo "requirements.txt differs from uv.lock: run 'make requirements'."; exit 1; }

clean: ## Remove what the other targets made
	@rm -rf .venv node_modules cdk.out* out demo-out .mypy_cache .pytest_cache \
	  .ruff_cache .hypothesis artifact/scoring/_forest.so
