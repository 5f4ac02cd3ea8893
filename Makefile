# Everything runs in .venv, which the first call makes (Python 3.11 or newer, pip, make and git are
# all it needs) and later calls reuse until pyproject.toml or constraints.txt change.
#
#   make demo          English labels carried to Korean, Japanese and Chinese, in about a minute
#   make test          the tests, and every example in the docstrings, README.md and docs/
#   make docs          the site, in docs/_build/html; its gallery is drawn while it is built
#   make test-lowest   the same on the oldest versions that pyproject.toml allows, in .venv-lowest
#   make gpu           the tests that need a GPU, and what it makes of the work (benchmarks/gpu)
#   make lint          ruff and mypy
#
# Another interpreter: make PYTHON=python3.12 demo
# On Linux, PyPI's torch brings several GB of CUDA libraries. Where there is no GPU to use them:
#   make PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu demo
# Another torch than the pinned one, where the environment is made: make TORCH=2.13.0 test-lowest
# An environment with a torch for your GPU that is there already: make gpu BIN=/path/to/env/bin STAMP=

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
LOWEST := .venv-lowest/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo docs test test-lowest gpu lint format clean

help:
	@sed -n 's/^#   \(make [a-z]\)/\1/p' Makefile

install: $(STAMP)

demo: $(STAMP)
	@$(BIN)/langalign-sk demo --out out

# A warning is a failure: a link that leads nowhere, an example that does not run, a name that is not
# there. -j 2: pages are read side by side.
docs: export OMP_NUM_THREADS := 1
docs: $(STAMP)
	@rm -rf docs/api/generated  # pages of names that are gone
	@$(BIN)/python -m sphinx -q -W --keep-going -j 2 -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

# One BLAS thread: the matrices are small, and on a busy machine more threads mostly wait. The other
# variable switches on those of scikit-learn's checks that hand over arrays of other libraries.
test test-lowest: export OMP_NUM_THREADS := 1
test test-lowest: export SCIPY_ARRAY_API := 1
test: $(STAMP)
	@$(BIN)/python -m pytest

test-lowest: $(LOWEST)
	@.venv-lowest/bin/python -m pytest

# Says so and fails where torch sees no GPU: nothing would be tested. What a library warns of about
# a card is shown, and is no failure.
gpu: $(STAMP)
	@$(BIN)/python -m benchmarks.gpu --card
	@SCIPY_ARRAY_API=1 $(BIN)/python -m pytest -m gpu -W default tests/test_gpu.py
	@$(BIN)/python -m benchmarks.gpu

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
# be free to fetch a different build before it reads the pin. Warnings of pip are hidden.
$(STAMP): CONSTRAINTS := constraints.txt
$(STAMP): WANTED := .[dev]
$(STAMP): pyproject.toml constraints.txt
$(LOWEST): CONSTRAINTS := constraints-lowest.txt
$(LOWEST): WANTED := .[test] optimum-onnx
$(LOWEST): pyproject.toml constraints-lowest.txt
$(STAMP) $(LOWEST):
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and \
	"$(PYTHON) is Python %d.%d, but langalign_sk needs 3.11 or newer: make PYTHON=/path/to/python3.11 ..." % v[:2])'
	@if [ ! -e $@ ]; then echo "Making $(@D) ..." >&2; $(PYTHON) -m venv --clear $(@D); fi
	@rm -f $@
	@echo "Installing the pinned packages into $(@D) (once; a few minutes) ..." >&2
	@$(if $(TORCH),sed 's/^torch==.*/torch==$(TORCH)/',cat) $(CONSTRAINTS) > $(@D)/constraints.txt
	@for wanted in "$$(grep '^torch==' $(@D)/constraints.txt)" '--editable $(WANTED)'; do \
	    $(@D)/bin/python -m pip install -qq --disable-pip-version-check \
	        --constraint $(@D)/constraints.txt $$wanted || exit 1; done
	@touch $@

clean:
	rm -rf .venv .venv-lowest .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist out docs/_build docs/api docs/auto_gallery
