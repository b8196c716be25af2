# Everything a fresh machine with Python 3.11 to 3.13 needs is set up by these targets.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 5000

.DEFAULT_GOAL := help
.PHONY: help install install-transformers pretrain test test-slow lint format viz mlflow lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 24

install: $(VENV)/.installed ## Make the environment from the lock file

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	"Python %d.%d: TensorFlow needs 3.11, 3.12 or 3.13; run make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

install-transformers: install ## Add PyTorch and transformers, for the tests of exported models
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-transformers.txt

pretrain: install ## Corpus to exported checkpoint, on the embedded corpus
	$(BIN)/kedro run --pipeline pretrain

test: install ## The test suite
	$(BIN)/python -m pytest

test-slow: install ## The tests that take longer
	$(BIN)/python -m pytest -m slow

lint: install ## Style and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

format: install ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

viz: install ## Open the pipelines in a browser
	$(BIN)/kedro viz run

mlflow: install ## Open the tracking UI in a browser: http://127.0.0.1:5000
	$(BIN)/mlflow ui --backend-store-uri sqlite:///mlflow.db --host 127.0.0.1 --port $(PORT)

lock: install ## Resolve the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --extra viz --universal --python-version 3.11 \
		--no-header --no-emit-index-url --quiet --output-file requirements.lock

clean: ## Remove the environment and what tools left behind
	rm -rf $(VENV) .pytest_cache .ruff_cache .import_linter_cache
