"""The numbers of the library. An installation may set its own; docs/plan.md says what each does."""

from __future__ import annotations

from datetime import timedelta

# What was written in a comment on the protection plan, and its answer, from the answer on; None keeps it. To be set
# after the approved schedule (RSMo 109.260).
PORTAL_PLAN_COMMENTS_KEPT: timedelta | None = timedelta(days=3 * 365)
