"""The access rule as a filter on the index: its third form (portal/access/rule.py).

Everything that is asked of the index goes through `readable_by`: hits, counts, facets, suggestions and completion. A
document that lacks one of the fields is nobody's.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _
from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from portal.access.viewer import Viewer
from search.engines.elasticsearch.documents import micros, name_of
from search.questions import SearchUnavailable

MOST_WAITING = 10_000  # changes that the index has not confirmed
WAITING = "SELECT content_type_id, object_id FROM search_change WHERE NOT is_confirmed ORDER BY id LIMIT %s"


def readable_by(viewer: Viewer, at: datetime) -> Query:
    """What this viewer may read at the moment `at`, which is the portal's time and never the server's.

    What was changed and not yet confirmed by the index is left out, so that a revocation holds at once. Raises
    `SearchUnavailable` where too much waits to be left out.
    """
    now = micros(at)
    return Q(
        "bool",
        filter=[
            Q("terms", tokens=sorted(viewer.tokens)),
            _caveats_covered(viewer),
        ],
        must_not=[
            Q("range", visible_from={"gt": now}),
            Q("range", expires_at={"lte": now}),
            Q("range", recalled_at={"lte": now}),
            Q("ids", values=waiting()),
        ],
    )


def _caveats_covered(viewer: Viewer) -> Query:
    """Every enforced caveat is among the clearances; one that this release does not know is not."""
    ways = [Q("term", caveat_count=0)]
    if viewer.clearances:
        held = sorted(caveat.value for caveat in viewer.clearances)
        ways.append(Q("terms_set", caveats={"terms": held, "minimum_should_match_field": "caveat_count"}))
    return Q("bool", should=ways, minimum_should_match=1)


def waiting() -> list[str]:
    """The documents whose newest change the index has not confirmed."""
    with connection.cursor() as cursor:
        # Written out: every question begins with it, and nearly always the answer is that nothing waits.
        cursor.execute(WAITING, [MOST_WAITING + 1])
        names = [name_of(*row) for row in cursor.fetchall()]
    if len(names) > MOST_WAITING:
        raise SearchUnavailable(_("The search index is being caught up."))
    return names
