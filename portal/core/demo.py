"""The demonstration: rooms register what they add to it, `seed_demo` runs it in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

Echo = Callable[[str], None]
Seeder = Callable[[Echo], None]
_seeders: dict[int, tuple[str, Seeder]] = {}


def folder() -> Path:
    """The folder of real documents that came with the project."""
    return Path(settings.BASE_DIR) / "demo"


def seeder(*, order: int, title: str) -> Callable[[Seeder], Seeder]:
    """Register a seeder. It must change nothing when run again."""

    def register(function: Seeder) -> Seeder:
        if order in _seeders and _seeders[order][0] != title:
            raise ValueError(f"{title} and {_seeders[order][0]} both ask for place {order}.")
        _seeders[order] = (title, function)
        return function

    return register


def seeders() -> list[tuple[str, Seeder]]:
    return [_seeders[order] for order in sorted(_seeders)]
