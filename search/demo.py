"""The demo's synonyms."""

from __future__ import annotations

from portal.core import demo
from search import synonyms


@demo.seeder(order=22, title="Synonyms for search")
def seed_synonyms(echo: demo.Echo) -> None:
    echo(f"{synonyms.prepare()} new")
