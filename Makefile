# Python 3.11 or newer and make are all that is needed; everything else is installed here.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help run setup test check format campaign fuzz clean
help: ## show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: setup ## set everything up, load the samples, start the service
	$(BIN)/companion up

setup: $(VENV)/.run ## install the service with its locked dependencies

test: $(VENV)/.dev ## set everything up, then run every test
	$(BIN)/python -m tests.prompts.assets
	$(BIN)/python -m tests.knowledge.encoder_assets
	$(BIN)/python -m tests.browser.install
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.dev ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## mend format and lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

campaign: $(VENV)/.run ## measure on evaluation sets: make campaign SETS=folder
	@test -n "$(SETS)" || { echo "name the folder with the evaluation sets: make campaign SETS=folder"; exit 2; }
	$(BIN)/python -m evals.campaign "$(SETS)"

fuzz: $(VENV)/.dev ## feed the readers what nobody would write: make fuzz SECONDS=600
	@if $(BIN)/python -c 'import atheris' 2>/dev/null; \
		then $(BIN)/python -m tests.knowledge.readers.fuzz_guided $(or $(SECONDS),600); \
		else $(BIN)/python -m tests.knowledge.readers.fuzz --seconds $(or $(SECONDS),600); fi

clean: ## remove the environment and caches
	rm -rf $(VENV) .cache build *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python requirements/run.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@
