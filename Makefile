# Two commands: `make run` and `make test`. Both set up what they need in .venv; nothing else is touched.
PYTHON ?= python3
YEAR ?= 2024
VENV := .venv
PY := $(VENV)/bin/python

# Python 3.11 reads where hesuan is installed in the locale's encoding, which is ASCII in these two locales: it would
# not start in a folder with a Chinese name.
ifneq ($(filter C POSIX,$(LC_ALL)),)
export LC_ALL := C.UTF-8
endif

.PHONY: run test bench samples pictures clean

run: $(VENV)/ready
	@$(PY) -m desk run $(YEAR)

test: $(VENV)/ready-for-tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -n 2 --dist worksteal

# Our path beside its peers, about half an hour; SIZE=small takes some minutes. The page is written at full size only.
SIZE ?= full
bench: $(VENV)/ready-for-bench
	$(PY) -m tests.benchmarks $(SIZE) $(if $(filter full,$(SIZE)),docs/performance.md)

# The sample submissions and decisions in inputs/, made anew from the plan.
samples: $(VENV)/ready-for-tests
	$(PY) -m tests.builders.dongchuan

# The pictures in the README; needs LibreOffice, poppler and Chromium.
pictures: $(VENV)/ready-for-tests
	$(PY) -m tests.builders.pictures

$(VENV)/ready: pyproject.toml constraints.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/ready-for-tests: pyproject.toml constraints.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/ready

$(VENV)/ready-for-bench: pyproject.toml constraints.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev,bench]"
	@touch $@ $(VENV)/ready $(VENV)/ready-for-tests

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "hesuan needs Python 3.11 or later; name one with: make PYTHON=/path/to/python3.11 run"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "this Python cannot make a virtual environment: install its venv package (Debian, Ubuntu: apt install python3-venv) and run make again"; exit 2; }
	@echo "setting up .venv (once, a few minutes)"
	@$(PYTHON) -m venv $(VENV)

clean:
	rm -rf $(VENV) .bench outputs/2* state
