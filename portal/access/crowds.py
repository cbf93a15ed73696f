"""The rule for many viewers and many things at once, as mail to thousands asks it.

The rows of tokens are read once for all the things; what is then asked of a viewer costs no query. tests/delivery holds
it equal to the other forms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType

from portal.access.enums import Caveat
from portal.access.models import Token
from portal.access.rule import Verdict, in_time
from portal.access.viewer import Viewer


@dataclass(frozen=True)
class Stored:
    """A marked thing as it is stored, with the tokens that were derived of it."""

    thing: Any
    tokens: frozenset[str]

    @cached_property
    def enforced(self) -> frozenset[Caveat]:
        """The caveats for which a viewer must be cleared."""
        return frozenset(caveat for caveat in self.thing.caveat_set if caveat.is_enforced)

    def may_be_read_by(self, viewer: Viewer, *, at: datetime) -> bool:
        """Whether this viewer may read it at the moment `at`."""
        if not self.thing.is_public_version or not self.enforced <= viewer.clearances:
            return False
        return bool(self.tokens & viewer.tokens) and in_time(self.thing, at) is Verdict.READABLE


def stored(things: Iterable[Any]) -> dict[int, Stored]:
    """The things of one model with their tokens, by key. One query, however many they are."""
    rows: Mapping[int, Any] = {thing.pk: thing for thing in things}
    if not rows:
        return {}
    model = type(next(iter(rows.values())))
    content_type = ContentType.objects.get_for_model(model, for_concrete_model=True)
    found: dict[int, set[str]] = defaultdict(set)
    tokens = Token.objects.filter(content_type=content_type, object_id__in=list(rows))
    for pk, token in tokens.values_list("object_id", "token"):
        found[pk].add(token)
    return {pk: Stored(thing, frozenset(found[pk])) for pk, thing in rows.items()}
