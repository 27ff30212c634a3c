# Noctule: `make` shows what there is to do. Works with GNU make 3.81 and newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BUILD := build
TYPINGS := $(BUILD)/typings/.installed
# Tests run side by side on this many processes: three keep two cores busy, since some tests wait.
JOBS ?= 3

# pip is told of the pins by the environment: so they also hold for what builds a package.
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip --quiet

# Faults of the demo's week: they befall a run apart, the comparison is without them.
DEMO_FAULTS := --fault "E09:sensor-stuck@2026-11-27 21:45" --fault "C02:day-burner@2026-11-28 12:30" \
	--fault "M03:lamp-out@2026-11-28 23:30"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-all bench lint flash clean

help: ## show this list
	@sed -n 's/^\([a-z-][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: $(STAMP) ## make the Python environment, in .venv

demo: $(STAMP) ## run the demo village for a week: build/demo/report.html and summary.json
	@mkdir -p $(BUILD)/demo
	$(BIN)/noctule sim sim/demo/village.toml --from 2026-11-23 --nights 7 --seed 1 \
		$(DEMO_FAULTS) --json $(BUILD)/demo/summary.json --report $(BUILD)/demo/report.html

test: $(STAMP) ## run the tests
	$(BIN)/python -m pytest -n $(JOBS)

test-all: $(STAMP) ## run the tests, the long exhaustive forms too
	$(BIN)/python -m pytest -n $(JOBS) -m ""

bench: $(STAMP) ## measure: prints a table, leaves build/bench.json
	@mkdir -p $(BUILD)
	$(BIN)/python -m tests.bench --json $(BUILD)/bench.json

lint: $(STAMP) $(TYPINGS) ## ruff; mypy on sim and tools; the firmware against the ESP32 stubs
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file firmware/mypy.ini

flash: $(STAMP) ## make a board a node: PORT=... SITE=... LAMP=... (and BOARD=..., if not the site's)
	@test -n "$(PORT)" && test -n "$(SITE)" && test -n "$(LAMP)" || { \
		echo "Say where and what: make flash PORT=/dev/ttyUSB0 SITE=village.toml LAMP=E05"; exit 2; }
	$(BIN)/noctule provision "$(SITE)" --lamp "$(LAMP)" --port "$(PORT)" $(if $(BOARD),--board "$(BOARD)")

clean: ## delete the environment and everything made
	rm -rf $(VENV) $(BUILD) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find firmware sim tools tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Made anew when what it should hold changes; the stamp is written last, so a broken
# installation is not taken for a finished one.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || { \
		echo "Noctule needs Python 3.11 to 3.14, and $(PYTHON) is not one (or not there)."; \
		echo "Name another, for example: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Setting up $(VENV); this takes a minute or two, once."
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments; on Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --editable '.[dev]'
	@touch $@

# The MicroPython ESP32 stubs, aside: in the environment they would hide Python's own modules.
$(TYPINGS): pyproject.toml constraints.txt | $(STAMP)
	@rm -rf $(BUILD)/typings
	@$(PIP) install --target $(BUILD)/typings micropython-esp32-stubs
	@touch $@
