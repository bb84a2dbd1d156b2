# One verb for each need; the README's two commands do the same by themselves.
PYTHON ?= python3
INSTALL = .venv/bin/pip install --quiet --no-compile --disable-pip-version-check

.PHONY: demo test lint bench

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(INSTALL) -e '.[dev]'
	touch .venv/ready

demo: .venv/ready
	.venv/bin/servanda demo

test: .venv/ready
	.venv/bin/pytest

lint: .venv/ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

bench: .venv/ready
	.venv/bin/python bench/measure.py
	.venv/bin/python bench/speed.py
