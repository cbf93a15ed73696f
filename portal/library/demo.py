"""The demonstration's liability resources: real provisions, marked by how well each was verified."""

from __future__ import annotations

from portal.core import demo
from portal.library import provisions


@demo.seeder(order=45, title="Liability resources")
def seed(echo: demo.Echo) -> None:
    entered = provisions.load(demo.folder() / "liability.json")
    echo(f"{entered.provisions} provisions")
