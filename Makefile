# Everything that a newcomer or a build machine runs. `make` alone lists it.
#   PYTHON=python3.12   the Python that .venv is made with (3.11 or newer)
#   SCENARIO=baseline  OUT=out/baseline  LANG_=zh (or en)   what `make report` reports, where to, in which language
#   WORKERS=2  TESTS='-k edges'                             how many test processes, and what else pytest is reported
#   FUZZ=2000  SECONDS_=120                                 examples for each fuzz test; seconds of guided fuzzing for each kind of file
#   MUTATE='--only clauses.tax_rebate'                      which mutants, see tests/mutation
#   BARE='--only report'                                    what is tried on a bare machine, see tests/bare
#   BENCH='--only peers'                                    what is measured, see tests/benchmarks
#   FOR=windows  FOR_PYTHON=3.11                            whose wheels `make wheels` gathers; this machine's if unsaid

PYTHON ?= python3
SCENARIO ?= baseline
OUT ?= out/$(SCENARIO)
LANG_ ?= zh
WORKERS ?= 2
TESTS ?=
BENCH ?=
BARE ?=
FUZZ ?= 2000
SECONDS_ ?= 120
MUTATE ?=
FOR ?=
FOR_PYTHON ?= 3.11
FOR_TAG ?= $(if $(filter macos,$(FOR)),macosx_11_0_arm64,win_amd64)

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup report test wild bare bench fuzz mutate reference readme newcomer lint guide wheels constraints clean
# every path is relative to this folder, so that a checkout may lie in one whose name has spaces
PIP := .venv/bin/python -m pip --disable-pip-version-check

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

setup: .venv/.ready ## make .venv and install everything into it (a minute or two; instant when nothing changed)

.venv/.ready: pyproject.toml .ci/constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1 | tail -n 1)." >&2; \
	  echo "Install one and say, for example: make setup PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@echo "Installing into .venv (a minute or two) ..."
	@$(PIP) install --quiet --editable '.[test]' --constraint .ci/constraints.txt & pip=$$!; said=0; \
	  while kill -0 $$pip 2>/dev/null; do sleep 1; \
	    if ((SECONDS - said >= 10)); then said=$$SECONDS; \
	      there=$$(find .venv/lib -maxdepth 3 -name '*.dist-info' | wc -l); \
	      ((there > 5)) && doing="$$there of about $$(grep -c == .ci/constraints.txt) packages are in place" || doing="fetching"; \
	      echo "  $$SECONDS s: $$doing"; \
	    fi; done; wait $$pip
	@# in the locale C Python does not start where a .pth file holds a path with Chinese: a relative one says the same
	@for file in .venv/lib/python3*/site-packages/_retail_subsidy_budget.pth; do echo ../../../.. > "$$file"; done
	@touch .venv/.ready
	@echo "Ready. The command line is .venv/bin/simulator; 'make' lists what else there is."

report: setup ## play the baseline and write its report to out/baseline (LANG_=en for English)
	@.venv/bin/simulator report "$(SCENARIO)" --out "$(OUT)" --lang "$(LANG_)"
	@echo "The report lies in:"; find "$(OUT)" -name '*.html' -exec realpath {} + | sort

test: setup ## run the tests (TESTS='-m "not slow"' for a quick round)
	@.venv/bin/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

wild: setup ## read files as offices, libraries and people write them, each with its right value
	@.venv/bin/python -m pytest -q -n $(WORKERS) tests/files_in_the_wild $(TESTS)

bare: setup ## type the README's commands on a Debian that has nothing else, in odd surroundings, too (root; 15 minutes)
	@PATH="$$PATH:/usr/sbin:/sbin" .venv/bin/python -m tests.bare $(BARE)

bench: setup ## measure speed beside NumPy, OpenFisca and the cheapest loop (BENCH='--long', '--only peers'); out/benchmarks
	@.venv/bin/python -m tests.benchmarks $(BENCH)

fuzz: setup ## arbitrary and mutated files into every reader, many of them, then bred for new paths (FUZZ, SECONDS_)
	@FUZZ_EXAMPLES=$(FUZZ) .venv/bin/python -m pytest -q --timeout 7200 tests/population/test_fuzz.py tests/scenario/test_fuzz.py tests/law/test_fuzz.py
	@$(PIP) install --quiet --only-binary :all: 'atheris>=3,<4' || echo "There is no atheris for this Python or system."
	@.venv/bin/python -m tests.guided_fuzzing --seconds $(SECONDS_)

mutate: setup ## does a test fail for every slip of the hand in the policy of 2013, in simulator/law and in disclosure? (hours; MUTATE='--only ^policy.yaml': minutes)
	@.venv/bin/python -m tests.mutation $(MUTATE)

reference: setup ## write data/reference anew: tables of clauses, assumptions, columns, readings, commands, coverage of the text
	@.venv/bin/python -m tests.reference

readme: setup ## write the pictures and outputs of the READMEs and the guide anew, as the program prints them now
	@.venv/bin/python -m tests.reference.readme

newcomer: setup ## clone this checkout elsewhere, set it up and type every command of the READMEs and the guide there (half an hour)
	@.venv/bin/python -m tests.reference.newcomer

lint: setup ## check form and types: ruff, mypy, yamllint
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/yamllint --strict .
	@.venv/bin/mypy

guide: setup ## build the guide as a site that needs no network; `simulator guide` opens it
	@$(PIP) install --quiet 'mkdocs-material>=9.6,<10'
	@.venv/bin/python guide/build.py
	@echo "simulator/_guide/index.html"

wheels: guide ## gather wheels and installers for a machine without network in wheels/ (FOR=windows, FOR=macos: for another system)
	@rm -rf wheels
ifeq ($(FOR),)
	@$(PIP) wheel --quiet --constraint .ci/constraints.txt --wheel-dir wheels .
else
	@$(PIP) wheel --quiet --no-deps --wheel-dir wheels .
	@$(PIP) install --quiet uv
	@.venv/bin/uv pip compile --quiet --no-header --no-annotate --python-platform $(FOR) --python-version $(FOR_PYTHON) \
	  --constraint .ci/constraints.txt pyproject.toml --output-file wheels/$(FOR).txt
	@$(PIP) download --quiet --no-deps --only-binary :all: --platform $(FOR_TAG) --python-version $(FOR_PYTHON) \
	  --dest wheels --requirement wheels/$(FOR).txt
endif
	@cp packaging/* wheels/
	@echo "$$(find wheels -name '*.whl' | wc -l) wheels and their installers lie in wheels/"

constraints: ## write .ci/constraints.txt anew: the newest versions that pyproject.toml allows
	@$(PIP) --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@$(PIP) install --quiet uv
	@.venv/bin/uv pip compile --quiet --universal --upgrade --python-version 3.11 --extra test \
	  --no-header --no-annotate pyproject.toml --output-file .ci/constraints.txt
	@! grep -n '://' .ci/constraints.txt

clean: ## remove caches and built things (.venv and the results in out/ stay)
	@rm -rf build dist wheels simulator/_guide .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
