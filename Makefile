# coxa: `make run` shows it at work, `make test` checks it. Needs Python 3.11 or newer and nothing else.
.PHONY: help setup run demo test messages docs bench-smoke lock clean system-packages
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON_FOUND := $(shell for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)

# A build server may install what a person's machine must already have.
ifeq ($(CI)-$(shell id -u),true-0)
SYSTEM := system-packages
endif

help:
	@echo "make setup        install coxa into .venv, draw the pictures, build the pose model (can be repeated)"
	@echo "make run          set up, start the app on http://127.0.0.1:8000 and open it in a browser"
	@echo "make demo         set up, analyse a simulated clip, open its report"
	@echo "make test         set up, check style, types and rooms, run the tests"
	@echo "make messages     gather what there is to translate into src/coxa/locales, and compile it"
	@echo "make docs         build the documentation into site/"
	@echo "make bench-smoke  run each benchmark once, small"
	@echo "make lock         renew requirements/lock.txt from pyproject.toml"
	@echo "make clean        remove what the other targets made"

setup: $(SYSTEM)
ifeq ($(PYTHON_FOUND),)
	@echo "set-up: expected Python 3.11 or newer, found $$(python3 --version 2>/dev/null || echo none); install one from your system or python.org" >&2; exit 1
else
	@$(PYTHON_FOUND) scripts/set_up.py
endif

run: setup
	@$(BIN)/coxa up --quiet

demo: setup
	@$(BIN)/coxa demo

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web run --silent check
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web run --silent test
	$(BIN)/pytest -n 2 --dist loadfile -m "not alone"
	$(BIN)/pytest -m alone

messages: setup
	$(BIN)/python scripts/messages.py

docs: setup
	$(BIN)/mkdocs build --strict

bench-smoke: setup
	$(BIN)/python bench/accuracy.py --smoke
	$(BIN)/python bench/speed.py --smoke

lock:
	$(BIN)/uv pip compile pyproject.toml --group dev --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --output-file requirements/lock.txt --quiet

system-packages:
	@missing=$$($(PYTHON_FOUND) scripts/set_up.py --missing); [ -z "$$missing" ] || { echo "installing $$missing"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends $$missing >/dev/null; }

clean:
	rm -rf .venv build dist site report .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache src/coxa/capture/models/*.task src/coxa/web/front src/coxa/web/drawn web/node_modules src/coxa/locales/*/LC_MESSAGES
	find src tests bench scripts -name __pycache__ -type d -prune -exec rm -rf {} +
