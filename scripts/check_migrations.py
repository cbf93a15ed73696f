"""Refuses migrations that would break the release still running while they are applied.

Ours only: what Django and Wagtail ship is theirs to keep compatible.
"""

import sys
from pathlib import Path

import django
from django.apps import apps
from django_migration_linter import MigrationLinter

from scripts.paths import ROOT

# They take away columns that the migration before them has carried over; the release before is stopped meanwhile.
TAKING_AWAY = ("0006_dates_moved", "0006_disposal_as_one", "0017_co_chairs_are_terms")

# It makes unique what the release before leaves empty, and an empty one counts for none.
EMPTY_BEFORE = ("0006_pulse",)


def main() -> int:
    django.setup()
    ours = [config.label for config in apps.get_app_configs() if is_ours(Path(config.path))]
    linter = MigrationLinter(
        str(ROOT),
        include_apps=ours,
        no_cache=True,
        # An app's first migrations meet no data and no older release.
        ignore_initial_migrations=True,
        # It wants a variable to be spelt like the class that it holds; ours are spelt like variables.
        # On SQLite it takes Django's rebuilding of a table for a new constraint on every column.
        exclude_migration_tests=("RUNPYTHON_MODEL_VARIABLE_NAME", "NOT_NULL"),
        ignore_name=(*TAKING_AWAY, *EMPTY_BEFORE),
        quiet=["ok", "ignore"],
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return 1 if linter.has_errors else 0


def is_ours(folder: Path) -> bool:
    return folder.is_relative_to(ROOT) and ".venv" not in folder.relative_to(ROOT).parts


if __name__ == "__main__":
    sys.exit(main())
