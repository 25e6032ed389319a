# Every target makes the virtual environment when it is missing and installs the locked packages when the lock is
# newer. Nothing needs to be activated, and no file of variables is read. `make help` lists the targets.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
JOBS ?= 2
DEMO := $(VENV)/.installed-demo
DEV := $(VENV)/.installed-dev
INSTALL := $(PY) -m pip install --disable-pip-version-check --require-hashes --no-deps --progress-bar off
# settings that production accepts; the hosts do not exist, and nothing asks them
PRODUCTION := env -i PATH="$(PATH)" PORTAL_MODE=production PORTAL_URL=https://portal.example \
	SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))')" ALLOWED_HOSTS=portal.example \
	DATABASE_URL=postgresql://portal@db.example/portal REDIS_URL=redis://broker.example:6379/0 \
	EMAIL_URL=smtp+tls://portal:secret@mail.example:587 FROM_EMAIL=office@portal.example

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test test-fast test-browser check format access run worker bench lock vendor clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

# --- the demonstration --------------------------------------------------------------------------------
demo: $(DEMO) ## start the whole portal with a demonstration year; Ctrl-C stops it
	@$(PY) manage.py demo

demo-reset: $(DEMO) ## forget the data of the demonstration and start it over
	@$(PY) manage.py demo --reset

# --- proof --------------------------------------------------------------------------------------------
test test-fast test-browser: export FAST_PASSWORDS := 1

test: $(DEV) ## the whole suite on SQLite, then on PostgreSQL with a real broker and worker, then in the browser
	@echo "== The suite on SQLite"
	@$(PY) -m tests.servers run --sqlite -- $(PYTEST) -n $(JOBS) -m "not production and not browser"
	@echo "== The suite on PostgreSQL, with Valkey and Celery"
	@$(PY) -m tests.servers run -- $(PYTEST) -n $(JOBS) -m "not browser and not once"
	@echo "== The suite in the browser"
	@$(PY) -m tests.servers run -- $(PYTEST) -m browser

test-fast: $(DEV) ## SQLite only, no servers, no sweeps over the whole portal: the minute before a commit
	@DATABASE_URL=sqlite:// REDIS_URL= $(PYTEST) -n $(JOBS) -m "not production and not browser and not sweep"

test-browser: $(DEV) ## Playwright and axe on Chromium (Debian: chromium libatomic1; CHROMIUM=/path names another one)
	@$(PY) -m tests.servers run -- $(PYTEST) -m browser

check: $(DEV) ## format, lint, types, contracts, templates, deploy settings, migrations
	@echo "== Format" && $(VENV)/bin/ruff format --check .
	@echo "== Lint" && $(VENV)/bin/ruff check .
	@echo "== Templates" && $(VENV)/bin/djlint --lint --quiet templates
	@echo "== Contracts" && $(VENV)/bin/lint-imports
	@echo "== Types" && $(VENV)/bin/mypy
	@echo "== Migrations" && DATABASE_URL=sqlite:// $(PY) manage.py makemigrations --check
	@echo "== Production settings" && $(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

format: $(DEV) ## format the code and sort the imports
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

access: $(DEV) ## write docs/access.md, the table of who may open what
	@$(PY) -m tests.house.access_page

bench: $(DEV) ## measure, and write docs/benchmarks.md
	@$(PY) -m bench

# --- daily work ---------------------------------------------------------------------------------------
run: $(DEV) ## development server on .run/portal.sqlite3
	@mkdir -p .run && $(PY) manage.py migrate --verbosity 0
	@DEBUG=1 $(PY) -m tests.servers develop -- $(PY) manage.py runserver

worker: $(DEV) ## worker with beat for development; without REDIS_URL it brings a broker, which make run then uses
	@mkdir -p .run && $(PY) manage.py migrate --verbosity 0
	@$(PY) -m tests.servers develop --broker -- $(VENV)/bin/celery -A portal.celery worker --beat --pool=solo --loglevel=info

LOCK := $(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes
LOCK += --no-annotate --no-emit-index-url --no-header --quiet

lock: $(DEV) ## compile the ranges of pyproject.toml to exact versions with hashes (UPGRADE=1 takes newer ones)
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements/prod.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group demo -o requirements/demo.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group dev -o requirements/dev.txt

vendor: ## fetch the front-end files named in portal/kit/static/vendor/VERSIONS again
	@sh portal/kit/static/vendor/update.sh

clean: ## remove the virtual environment, the demonstration and everything that was built
	rm -rf $(VENV) .demo .run static-root .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment --------------------------------------------------------------------------
$(PY):
	@echo "Making the virtual environment $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "The portal needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv"; exit 1; }

$(DEV): requirements/dev.txt | $(PY)
	@echo "Installing the packages of requirements/dev.txt ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $(DEV) $(DEMO)

# the packages for development hold those of the demonstration: `make check` also satisfies `make demo`
$(DEMO): requirements/demo.txt | $(PY)
	@echo "Installing the packages of requirements/demo.txt ..."
	@$(INSTALL) -r requirements/demo.txt
	@touch $(DEMO)
