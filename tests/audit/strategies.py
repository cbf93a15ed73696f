"""What Hypothesis draws for tests of the trail."""

from __future__ import annotations

from hypothesis import strategies as st

from portal.audit.encoding import FIELDS
from tests.audit.mutations import EVENTS

places = st.integers(min_value=1, max_value=EVENTS)
fields = st.sampled_from([field for field in FIELDS if field != "id"])
two_places = st.lists(places, min_size=2, max_size=2, unique=True).map(sorted)
ways_to_swap = st.sampled_from(
    [("event_id",), ("event_id", "leaf"), ("event_id", "leaf", "link"), ("leaf",), ("link",), ("leaf", "link")]
)
leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)
