# Everything runs in .venv, which the first call makes (Python 3.11 or newer, pip, make and git are
# all it needs) and later calls reuse until pyproject.toml or constraints.txt change.
#
#   make demo    English labels carried to Korean, Japanese and Chinese, in about a minute
#   make test    the tests, and every example in the docstrings, README.md and docs/
#   make lint    ruff and mypy
#
# Another interpreter: make PYTHON=python3.12 demo
# On Linux, PyPI's torch brings several GB of CUDA libraries. Where there is no GPU to use them:
#   make PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu demo

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
# Warnings are hidden, errors are not.
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help install demo test lint format clean

help:
	@sed -n 's/^#   \(make [a-z]\)/\1/p' Makefile

install: $(STAMP)

demo: $(STAMP)
	@$(BIN)/langalign-sk demo --out out

# One BLAS thread: the matrices are small, and on a busy machine more threads mostly wait. The other
# variable switches on those of scikit-learn's checks that hand over arrays of other libraries.
test: export OMP_NUM_THREADS := 1
test: export SCIPY_ARRAY_API := 1
test: $(STAMP)
	@$(BIN)/python -m pytest

lint: $(STAMP)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

format: $(STAMP)
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

# The stamp is the last thing an installation writes and the first thing the next one removes, so
# an interrupted installation leaves none, and the next call starts from an empty environment.
# torch comes first and alone, at its pinned version: asked for through another package, pip would
# be free to fetch a different build before it reads the pin.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	"$(PYTHON) is Python %d.%d, but langalign_sk needs 3.11 or newer: make PYTHON=/path/to/python3.11 ..." % v[:2])'
	@if [ ! -e $@ ]; then echo "Making .venv ..." >&2; $(PYTHON) -m venv --clear .venv; fi
	@rm -f $@
	@echo "Installing the pinned packages into .venv (once; a few minutes) ..." >&2
	@$(INSTALL) "$$(grep '^torch==' constraints.txt)"
	@$(INSTALL) --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist out
