# All that a newcomer types. Every target first sees to it that .venv is up to date; nothing is installed elsewhere.
#   make run PYTHON=/path/to/python3     uses that interpreter
#   make test ARGS="-k breaker"          passes ARGS on to the command behind the target
.DEFAULT_GOAL := help
.PHONY: help run run-clone serve robot test test-slow test-clone check bench bench-clone faults soak lan fuzz clean environment

BIN := .venv/bin/
PYTHON ?=
ARGS ?=

# What a shell set for another project must not reach this one.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH VIRTUAL_ENV PIP_PREFIX PIP_REQUIRE_VIRTUALENV PIP_ROOT PIP_TARGET
export PIP_USER := 0
export PYTHON

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s%s\n", $$1, $$2 }' Makefile

run: environment ## three personas speak, with the gateway and without it
	@$(BIN)python -m demo $(ARGS)

run-clone: environment ## the demonstration with cloned voices; installs mlx-audio
	@$(BIN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[mlx]'
	@$(BIN)python -m demo.clone $(ARGS)

serve: environment ## a gateway in the foreground, until Ctrl-C
	@exec $(BIN)robotvoice-gateway serve $(ARGS)

robot: ## show what to type on a robot, with this clone's address
	@sh setup/robot.sh

test: environment ## the everyday tests
	@$(BIN)python -m pytest $(ARGS)

test-slow: environment ## the long tests: what kills, freezes, fills disks and waits
	@$(BIN)python -m pytest -m "slow and not clone" $(ARGS)

test-real-time: environment ## a story heard as fast as it plays; minutes of waiting
	@$(BIN)python -m pytest -m real_time $(ARGS)

test-clone: environment ## the tests of cloned voices; installs mlx-audio
	@$(BIN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@$(BIN)python -m pytest -m clone $(ARGS)

check: environment ## formatting, lint and types
	@$(BIN)python -m ruff format --check .
	@$(BIN)python -m ruff check .
	@$(BIN)python -m mypy

bench: environment ## measure, and write out/bench
	@$(BIN)python -m proofs.benchmarks $(ARGS)

bench-clone: environment ## measure cloned voices beside other servers; takes minutes
	@$(BIN)python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@$(BIN)python -m proofs.benchmarks.clone $(ARGS)

faults: environment ## break engines in every way: is anything lost?
	@$(BIN)python -m proofs.faults $(ARGS)

lan: environment ## a robot and a gateway on a network that breaks (Linux)
	@$(BIN)python -m proofs.lan $(ARGS)

fuzz: environment ## 10,000 wrong requests: does a gateway stand them?
	@$(BIN)python -m proofs.fuzz $(ARGS)

soak: environment ## an hour of sleep and waking in ten minutes: does it last?
	@$(BIN)python -m proofs.soak $(ARGS)

clean: ## remove all that make made
	@rm -rf .venv out build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment:
	@sh setup/environment.sh
