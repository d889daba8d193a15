# Stillpoint. `make help` lists what can be done here.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= $(shell echo $$(($(PORT) + 1)))
UV_VERSION = 0.13.8
BIN = .venv/bin
UV = $(BIN)/uv pip install --quiet --require-hashes
.DEFAULT_GOAL := help
.PHONY: help demo run test check format lock bench clean

help: ## This list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: ## The demo school at http://localhost:8000 (PORT=...): content, people, Stripe sandbox
	@$(PYTHON) tools/check_machine.py $(PORT) $(SANDBOX_PORT)
	@$(MAKE) --no-print-directory .venv/runtime
	@$(BIN)/python tools/serve.py --seed --port $(PORT) --sandbox-port $(SANDBOX_PORT)

run: ## The site without seeding anything
	@$(PYTHON) tools/check_machine.py $(PORT) $(SANDBOX_PORT)
	@$(MAKE) --no-print-directory .venv/runtime
	@$(BIN)/python tools/serve.py --port $(PORT) --sandbox-port $(SANDBOX_PORT)

test: ## Checks and all tests; says plainly what could not be run here
	@$(PYTHON) tools/check_machine.py
	@$(MAKE) --no-print-directory .venv/dev check
	@$(BIN)/python tools/run_tests.py

check: .venv/dev ## Format, lint, types, imports, migrations, deploy check
	@$(BIN)/python tools/run_checks.py

format: .venv/dev ## Put the code into its form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: .venv/dev ## Query counts and CPU per request as ratios
	@$(BIN)/python tools/bench.py

lock: .venv/uv ## Pin and hash the requirements anew
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-emit-index-url -p 3.11 requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --no-emit-index-url -p 3.11 requirements-dev.in -o requirements-dev.txt

clean: ## Throw the demo's database, files and mails away
	@rm -rf var

.venv/uv:
	@$(PYTHON) tools/check_machine.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

.venv/runtime: .venv/uv requirements.txt
	@VIRTUAL_ENV=.venv $(UV) -r requirements.txt
	@touch $@

.venv/dev: .venv/runtime requirements-dev.txt
	@VIRTUAL_ENV=.venv $(UV) -r requirements-dev.txt
	@touch $@
