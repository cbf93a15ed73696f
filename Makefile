# The verbs of the portal. `make help` lists them.
# Extra arguments go to the tool behind a verb: make test ARGS="tests/access -x"

ARGS ?=
PYTHON = .venv/bin/python
unexport MAKEFLAGS

.DEFAULT_GOAL := help
.PHONY: help run test services check format bench assets codes lock clean environment development

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: environment ## start the portal: Front on port 8000, Desk on port 8001
	@exec $(PYTHON) -m scripts.run

test: development ## run all tests; PORTAL_TEST_SERVICES=required makes a missing server a failure
	@$(PYTHON) -m scripts.test $(ARGS)

services: ## start PostgreSQL, Elasticsearch and ClamAV for development (stop: scripts/services stop)
	@scripts/services start

check: development ## lint, types, templates, migrations, system checks
	@$(PYTHON) -m scripts.check $(ARGS)

format: development ## lay out code and templates as `make check` wants them
	@.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format --quiet . && .venv/bin/djhtml --tabwidth 2 templates

bench: development ## measure against a stated baseline
	@$(PYTHON) -m scripts.bench $(ARGS)

assets: ## rebuild stylesheet and scripts (needs Node)
	@cd assets && npm ci --no-audit --no-fund && node build.mjs

codes: environment ## the present one-time codes of the demo accounts
	@$(PYTHON) manage.py codes

lock: ## lock the requirements again (ARGS=--upgrade takes newer versions)
	@python=$$(scripts/python) && $$python -m scripts.lock $(ARGS)

clean: ## remove the environment and what can be made again; data and secrets in var/ stay
	@scripts/services stop
	rm -rf .venv assets/node_modules var/cache var/coverage var/static var/test-results var/tools var/prepared/static
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

environment:
	@python=$$(scripts/python) && $$python -m scripts.environment run

development:
	@python=$$(scripts/python) && $$python -m scripts.environment dev
