VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
PY := $(VENV)/bin/python

.PHONY: demo test check format clean

$(VENV)/bin/python:
	python3 -m venv $(VENV)

# Stamps, so that a second run does not install again.
$(VENV)/.scoring: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e .
	touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[dev]'
	touch $@ $(VENV)/.scoring

demo: $(VENV)/.scoring  ## score a sample article, and leave demo.html beside
	$(VENV)/bin/stance predict docs/sample.txt --html demo.html

test: $(VENV)/.dev check  ## install the development extra and run every check

check: $(VENV)/.dev  ## lint, types, layers, tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest
	$(PY) -m pytest --nbmake notebooks -W default

format:
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:
	rm -rf $(VENV) build dist demo.html
