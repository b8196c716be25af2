# Everything a fresh machine with Python 3.11 to 3.13 needs is set up by these targets.

PYTHON ?= python3
VENV ?= .venv
VENV_TPU ?= .venv-tpu
BIN := $(VENV)/bin
PORT ?= 5000

.DEFAULT_GOAL := help
.PHONY: help install install-gpu install-tpu install-transformers pretrain demo test test-slow lint \
	format viz mlflow lock lock-tpu clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-24s%s\n", $$1, $$2}'

install: $(VENV)/.installed ## Make the environment from the lock file

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	"Python %d.%d: TensorFlow needs 3.11, 3.12 or 3.13; run make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

install-gpu: install ## Add NVIDIA's libraries, for GPUs (docs/devices.md)
	$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock --editable '.[gpu]'

install-tpu: $(VENV_TPU)/.installed ## Make the environment of a TPU VM, beside the other (docs/tpu.md)

# The lock file is whole, and tensorflow-text would bring the stock tensorflow: hence --no-deps.
$(VENV_TPU)/.installed: requirements-tpu.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if v in ((3, 11), (3, 12)) else \
	"Python %d.%d: tensorflow-tpu needs 3.11 or 3.12; run make install-tpu PYTHON=python3.11" % v)'
	$(PYTHON) -m venv $(VENV_TPU)
	$(VENV_TPU)/bin/pip install --quiet --disable-pip-version-check --no-deps -r requirements-tpu.lock
	$(VENV_TPU)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

install-transformers: install ## Add PyTorch and transformers, for tests of exported models and benchmarks
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-transformers.txt

pretrain: install ## Corpus to exported checkpoint, on the embedded corpus
	$(BIN)/kedro run --pipeline pretrain

demo: install ## Open a page that tries the model out: http://127.0.0.1:7860 (after make pretrain)
	$(BIN)/kedro run --pipeline demo

# Most tests keep one core busy; those of a file share what its fixtures made.
test: install ## The test suite
	$(BIN)/python -m pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile

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

mlflow: install ## Open the tracking UI in a browser: http://127.0.0.1:5000, or make mlflow PORT=5001
	$(BIN)/mlflow ui --backend-store-uri "$${MLFLOW_TRACKING_URI:-sqlite:///mlflow.db}" --host 127.0.0.1 --port $(PORT)

lock: install ## Resolve the dependencies anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra test --extra viz --extra ray --extra onnx --extra demo --universal \
		--python-version 3.11 --no-header --no-emit-index-url --quiet --output-file requirements.lock

lock-tpu: install ## Resolve the dependencies of a TPU VM anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml requirements-tpu.in --override requirements-tpu.in \
		--extra test --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
		--no-header --no-emit-index-url --quiet --output-file requirements-tpu.lock

clean: ## Remove the environments and what tools left behind
	rm -rf $(VENV) $(VENV_TPU) .pytest_cache .ruff_cache .import_linter_cache
