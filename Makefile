# Every target works straight after a clone: it makes .venv (and lib/splunklib) itself.
PYTHON ?= python3
BIN := .venv/bin
INPUT ?= examples/cloudtrail.ndjson

# Tests of a mark each; what needs a part that is missing here is skipped, and said.
SUITES := test-slow test-corpus test-aws test-browser test-studio

.PHONY: help replay build test detections $(SUITES) test-splunk lint bench scaling package clean

help:  ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

replay: .venv/.compiled lib/.vendored  ## run the shipped detection over CloudTrail files (INPUT=...)
	@$(BIN)/splreplay run $(INPUT)

detections: .venv/.compiled lib/.vendored  ## test the detections with our own `splreplay test`
	@$(BIN)/splreplay test

build: .venv/.dev  ## render default/*.conf from the YAML, and docs/language.md from the tables
	$(BIN)/python tools/render.py
	$(BIN)/python tools/language.py

# On all cores: each takes a stretch of the files, since neighbours share what is dear to make, and who is done takes from
# another's end. Byte code is kept even where the image forbids it: the tests start some hundred Pythons. One file alone:
# .venv/bin/pytest FILE
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --dist worksteal

test: .venv/.dev lib/.vendored  ## the tests
	$(PYTEST)

test-slow: .cache/appinspect/.made .cache/contentctl/.made .cache/slim/.made  ## the long-running tests, with Splunk's checkers
test-corpus:  ## the tests over real records and public searches at ../shared
test-aws: .venv/.aws  ## the tests that ask a stand-in for AWS, and botocore
test-browser: .venv/.browser  ## the tests of the page in headless Chromium
test-studio: .venv/.browser .cache/studio/.made  ## the tests of the dashboard, drawn by Splunk's own components
$(SUITES): .venv/.dev lib/.vendored
	$(PYTEST) -rs -m $(@:test-%=%)

test-splunk: .venv/.dev lib/.vendored  ## tests/splunk in a real Splunk: a container's, or that of SPLUNK_URL
	$(BIN)/python tools/splunk_container.py

lint: .venv/.dev  ## ruff, mypy, and the C compiler's warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -fsyntax-only splreplay/scan/native/src/*.c

bench: .venv/.dev lib/.vendored  ## measure speed
	for bench in bench/bench_*.py; do $(BIN)/python $$bench || exit 1; done

scaling: .venv/.dev lib/.vendored  ## measure how the cost grows, for docs/scaling.md
	$(BIN)/python bench/scaling.py

package: lib/.vendored  ## write dist/DA-ESS-AWSBatchExfiltration-<version>.spl
	@$(BIN)/python tools/package.py

clean:  ## remove everything that the other targets make
	rm -rf .venv .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist lib/splunklib lib/.vendored *.egg-info
	rm -f splreplay/scan/native/_native*
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo 'Python 3.10 or newer is needed: make PYTHON=/path/to/python3'; exit 1; }
	@echo 'Setting up .venv and lib/splunklib from the package index: once, for about a minute'
	@$(PYTHON) -m venv .venv
	@touch $@

# What is not there for every platform may fail, and fails quietly: what it costs is said in a line.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

# What was built is among its own sources: whatever was written over it since is built anew.
.venv/.run: .venv/.made pyproject.toml setup.py splreplay/scan/native/src $(wildcard splreplay/scan/native/src/* splreplay/scan/native/_native*)
	@rm -f splreplay/scan/native/_native*
	@$(PIP) -e '.[fast]' 2>/dev/null \
	  || { $(PIP) -e . && echo 'isal is not available here; gzip files will be read slower'; }
	@$(BIN)/python -c 'import sys; from splreplay.scan.native import binding; sys.exit(binding.library() is None)' \
	  || echo 'splreplay/scan/native could not be compiled here (is there a C compiler?); scanning will be much slower'
	@touch $@

# Byte code: where PYTHONDONTWRITEBYTECODE is set, as in many images, Python would compile all anew at each start.
.venv/.compiled: .venv/.run $(shell find splreplay -name '*.py')
	@$(BIN)/python -m compileall -qq .venv/lib || true  # some packages bring files for other Pythons
	@$(BIN)/python -m compileall -q splreplay
	@touch $@

.venv/.dev: .venv/.run | .venv/.compiled
	@$(PIP) -e '.[dev]'
	@touch .venv/.run .venv/.compiled $@  # pip has built the same native code once more

# What the tests of one mark need beside the dev tools: the extra of its name.
.venv/.aws .venv/.browser: .venv/.dev
	@echo 'Installing the extra $(@:.venv/.%=%) from the package index: once, for some minutes'
	@$(PIP) -e '.[$(@:.venv/.%=%)]' || echo 'the extra $(@:.venv/.%=%) cannot be installed here; its tests will be skipped'
	@touch $@

# Splunk's own components, for tests alone: what is bundled here is never shipped or committed.
STUDIO := package.json package-lock.json main.jsx
.cache/studio/.made: $(STUDIO:%=tools/studio/%)
	@echo "Bundling Splunk's components, of about 400 npm packages: once, for one to eight minutes"
	@mkdir -p $(@D) && cp $^ $(@D)/
	@(cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent bundle && touch .made) \
	  || echo 'Splunk components cannot be built here (is there npm?); their tests will be skipped'

lib/.vendored: .venv/.made tools/vendor.py tools/vendor.txt
	@$(BIN)/python tools/vendor.py
	@touch $@

# Splunk's own checkers pin old libraries, so each has an environment of its own.
.cache/%/.made: tools/%.txt | .venv/.made
	@rm -rf .cache/$*
	@($(BIN)/python -m venv .cache/$* && .cache/$*/bin/pip install --quiet --disable-pip-version-check -r $< \
	  && touch $@) || echo '$* cannot be installed here; its test will be skipped'
