"""What rooms put on the home pages, so that the room of the home pages names none of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Block:
    """One block beside the news: its template, and what the template is given as `block`."""

    template: str
    facts: Any


Maker = Callable[[HttpRequest], Block | None]
_makers: list[tuple[int, Maker]] = []


def block(*, order: int) -> Callable[[Maker], Maker]:
    """Register what makes a block for a request, or None where there is nothing to show."""

    def register(maker: Maker) -> Maker:
        _makers.append((order, maker))
        return maker

    return register


def blocks(request: HttpRequest) -> list[Block]:
    """The blocks of this request's home page, in order."""
    made = (maker(request) for _order, maker in sorted(_makers, key=lambda pair: pair[0]))
    return [found for found in made if found is not None]
