# Everything a newcomer needs: `make demo`, then `make test`. Nothing but Python >= 3.11 and make is needed.
PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
ROWS ?= 10000
TESTERS ?= auto
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := mdm matching_rules stewardship_ui migrations tests

.PHONY: demo test acceptance browser spark lint format check bench judge screenshots weights lock clean

demo: $(STAMP)
	PORT=$(PORT) SERVE=$(SERVE) $(BIN)/python -m mdm.demo.run

test: $(STAMP)
	$(BIN)/python -m pytest -n $(TESTERS) --dist worksteal --cov --cov-report=term

acceptance: $(STAMP) spark
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-sets.lock
	$(BIN)/python -m pytest -m acceptance --override-ini addopts="-q --strict-markers --import-mode=importlib -s"

# Half a gigabyte that the hub itself does not need: `make test` covers Spark where this has been run
spark: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-spark.lock

# Drives the Chromium of the machine: `make test` covers the pages in it where this has been run
browser: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-browser.lock

lint: $(STAMP)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint

format: $(STAMP)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(STAMP)
	$(BIN)/mdm bench --rows $(ROWS)

judge: $(STAMP)
	for entity in supplier material equipment; do $(BIN)/python -m mdm.demo.judge $$entity; done

# The pictures of docs/images, and one of every page in docs/images/pages, from the demo hub; needs a Chromium
screenshots: browser
	$(BIN)/python tests/browser/screenshots.py

weights: $(STAMP)
	$(BIN)/python -m mdm.demo.train supplier material equipment

lock: $(STAMP)
	$(BIN)/pip freeze --exclude-editable --exclude mdm-hub > requirements.lock

clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(STAMP): pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $(STAMP)
