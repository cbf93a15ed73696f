"""The numbers of the partnership's figures. docs/figures.md says what they do."""

from __future__ import annotations

from portal.core.environment import Environment, EnvironmentProblem
from portal.figures.suppressing import SMALLEST_FLOOR


def figures_floor(environment: Environment) -> int:
    """The smallest number of people that is released. Below three, a number tells of one by one's own knowledge."""
    floor = environment.number("PORTAL_FIGURES_FLOOR")
    if floor < SMALLEST_FLOOR:
        raise EnvironmentProblem(f"PORTAL_FIGURES_FLOOR must be {SMALLEST_FLOOR} or more, but is {floor}.")
    return floor
