# The two commands of the README: `make run` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
BIN := .venv/bin
RUN ?= runs/first

.PHONY: install dev run test test-slow test-runtime lint messages docs wheel clean

install: .venv/.installed
dev: .venv/.installed-dev

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch .venv/.installed $@

# What the README installs, and nothing of [dev].
.venv-runtime/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-runtime
	.venv-runtime/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

run: install
	$(BIN)/fulfill optimize --out $(RUN) --overwrite

test: dev
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-slow: dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

test-runtime: .venv-runtime/.installed
	.venv-runtime/bin/python scripts/readme_commands.py

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# New texts go into the catalogues of the other languages, where they are to be translated.
messages: dev
	$(BIN)/python scripts/messages.py

docs: dev
	$(BIN)/python -m sphinx -q -E -W -b html docs docs/_build/html

wheel: dev
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

clean:
	rm -rf .venv .venv-runtime dist docs/_build runs
	find src -name 'kernels-*' -prune -exec rm -rf {} +
	find src \( -name '*.nbc' -o -name '*.nbi' \) -delete
