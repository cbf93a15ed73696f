"""Running migrations in less time, with the same result.

For each operation Django builds anew every model class that hangs together with the changed one, however far away: here
that is nearly all, and most of the time that migrating takes. For fields that are no relations it builds the neighbours
alone, and all of them before Python code of a migration sees any (`ProjectState.clear_delayed_apps_cache`). Inside
`in_less_time` it does so for relations too. What a migration changes in the database is read from the changed model and
its neighbours; `tests/core/test_migrating.py` compares the tables with the models. Only what is made from nothing is
made so: a database that holds data is migrated as Django does it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.migrations.state import ProjectState


@contextmanager
def in_less_time() -> Iterator[None]:
    states: Any = ProjectState
    every: Any = states._find_reload_model
    swappable: Any = apps.get_swappable_settings_name

    def neighbours(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> Any:
        return every(state, app_label, model_name, True)

    states._find_reload_model = neighbours
    # Django forgets this at each new class of any state, though the installed models stay what they are.
    settled: Any = apps
    settled.get_swappable_settings_name = functools.cache(swappable)
    try:
        yield
    finally:
        states._find_reload_model = every
        del settled.get_swappable_settings_name  # the class's own is found again
