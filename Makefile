# Amparo. `make` alone lists what there is.
PORT ?= 5000
DATA ?= data
PY := .venv/bin/python
# One more than there are cores: the stories mostly wait.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
MINUTES ?= 10

# Compiled modules stay on the disk: each process of the suite and of `make run` starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test torture simulate check bench seed migrate format lock messages screenshots fuzz

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/ready: requirements-dev.txt
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch .venv/ready

translations/.ready: .venv/ready $(wildcard translations/*/LC_MESSAGES/*.po)
	.venv/bin/pybabel -q compile -d translations
	@touch translations/.ready

run: .venv/ready translations/.ready ## Start web, worker, Stripe sandbox and mailbox with demo data (PORT=, DATA=)
	@$(PY) -m demo.run --port $(PORT) --data $(DATA)

test: .venv/ready translations/.ready ## Run the whole suite on SQLite, and again on a real PostgreSQL
	$(PY) -m pytest -q -n $(WORKERS) --database both

torture: .venv/ready translations/.ready ## Disguises of names, random lives of gifts, killed workers, a simulated year, a consent revoked under load, a thousand gifts at a match cap
	AMPARO_DISGUISES=10000 AMPARO_STEPS=5000 AMPARO_KILLS=150 \
	$(PY) -m pytest -q -n $(WORKERS) tests/campaigns/test_disguises.py tests/torture
	AMPARO_WALLS=1 $(PY) -m pytest -q tests/safety tests/stories/test_every_page.py tests/stories/test_every_key.py
	AMPARO_TORTURE=1 $(PY) -m pytest -q --database both tests/stories/test_withdrawal.py tests/stories/test_dying.py \
	tests/donors/matching/test_rush.py tests/torture/test_importing.py

simulate: .venv/ready translations/.ready ## A year of a thousand recurring gifts with failing cards; prints what came of it
	$(PY) -m tests.torture.simulation --gifts 1000 --months 12

fuzz: .venv/ready translations/.ready ## Ten minutes of schemathesis over the API (MINUTES=)
	$(PY) -m tests.fuzzing --minutes $(MINUTES)

check: .venv/ready translations/.ready ## Style, types, architecture, known holes in dependencies
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	$(PY) -m pytest -q tests/architecture
	$(PY) -m tests.audit_dependencies

bench: .venv/ready translations/.ready ## Measure, each figure beside its physical limit in the same run
	$(PY) -m bench
	$(PY) -m bench.million
	$(PY) -m bench.reconciling
	$(PY) -m bench.last_minute

seed: .venv/ready ## Fill the demo in beside running processes (make run does it by itself)
	AMPARO_DATA_DIR=$(DATA) AMPARO_BASE_URL=http://127.0.0.1:$(PORT) \
	AMPARO_STRIPE_API_BASE=http://127.0.0.1:$$(($(PORT) + 1)) $(PY) -m demo.seed

migrate: .venv/ready ## Bring the database of DATA= to the newest schema
	AMPARO_DATA_DIR=$(DATA) .venv/bin/flask --app app migrate

format: .venv/ready ## Format the code
	.venv/bin/ruff check --fix --quiet . || true
	.venv/bin/ruff format .

messages: .venv/ready ## Collect new sentences into the catalogues of translations/
	.venv/bin/pybabel -q extract -F babel.cfg -k lazy_gettext --no-location --sort-output --project=Amparo --version=1 -o translations/messages.pot app.py core staff campaigns legal donors templates
	.venv/bin/pybabel -q update -i translations/messages.pot -d translations --no-fuzzy-matching --no-wrap --ignore-obsolete

screenshots: .venv/ready translations/.ready ## Picture every page of a running demo (PORT=, DATA=)
	$(PY) -m demo.screenshots --port $(PORT) --data $(DATA)

lock: ## Resolve the newest versions and pin them with hashes (needs uv)
	uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
