# Everything sets itself up; see README.md.

# Tests wait for other processes about a quarter of their time.
WORKERS = $$(( $$(nproc) + 1 ))

.PHONY: setup demo test test-thorough coverage lint docs bench conformance clean

setup:
	@scripts/setup

# The main job on the dossiers in samples/, from scan to verified package.
demo: setup
	@scripts/demo

test: setup-dev
	.venv/bin/pytest -n $(WORKERS) -m "not thorough"

# What takes longest: every hostile file, crash points, bytes of signatures one by one, backup and restore.
test-thorough: setup-dev
	.venv/bin/pytest -n $(WORKERS) -m thorough

# The same with the lines that no test reaches; it takes half as long again.
coverage: setup-dev
	COVERAGE_FILE=$(CURDIR)/.coverage .venv/bin/pytest -n auto --cov --cov-report=term

# What CI and pre-commit run.
lint: setup-dev
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/mypy
	.venv/bin/lint-imports

# The documentation as a site, in site/; a link that leads nowhere is an error, and so is anything loaded from elsewhere.
docs:
	@scripts/setup docs
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet

# Speed and robustness, with figures; see benchmarks/RESULTS.md.
bench: setup-dev
	.venv/bin/python benchmarks/run.py

# Outside judges; need Java with Maven.
conformance: setup-dev
	.venv/bin/python conformance/judges.py

clean:
	rm -rf demo site .venv-conformance .venv-ocrmypdf .venv-pyhanko .pytest_cache .mypy_cache .ruff_cache .import_linter_cache htmlcov .coverage*

.PHONY: setup-dev
setup-dev:
	@scripts/setup dev
