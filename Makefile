# Two commands are all a newcomer needs: make demo, make test. Everything else is for developers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SIZE ?= full
STAMP := $(VENV)/.installed-$(shell cksum requirements.lock pyproject.toml 2>/dev/null | cksum | cut -d' ' -f1)

.PHONY: help setup demo test check lint types imports bench lock clean
help:  ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## make the environment from the lock (again only when the lock changed)
$(STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "therapygap needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup  ## crawl the bundled demonstration directories, measure the gaps, draw the atlas
	$(BIN)/therapygap demo

test: setup  ## run the tests
	$(BIN)/python -m pytest

bench: setup  ## measure every claim against its peer or limit (SIZE=small for a quick look)
	@for script in $(filter-out benchmarks/claim.py,$(wildcard benchmarks/*.py)); do \
	  echo "== $$script"; $(BIN)/python $$script --size $(SIZE) || exit 1; done

check: setup lint types imports test  ## everything the continuous integration checks
	.ci/check-demo

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: setup
	$(BIN)/mypy
imports: setup
	$(BIN)/lint-imports

lock:  ## write requirements.lock anew from pyproject.toml (needs pip-tools; run on Python 3.11)
	pip-compile --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
	  --allow-unsafe --strip-extras --quiet --extra dev --output-file requirements.body pyproject.toml
	{ echo "# Exact versions with hashes of everything therapygap needs, made on Python 3.11 by 'make lock' (pip-tools)."; \
	  cat requirements.body; } > requirements.lock
	rm requirements.body

clean:  ## remove the environment and everything that was made
	rm -rf $(VENV) data/work
