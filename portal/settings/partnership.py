"""The numbers of the partnership. An installation may set its own; docs/partnership.md says what each does."""

from __future__ import annotations

from datetime import timedelta

# What was written in a concern, in what was recommended about it and in the reply, from its closing on; what was
# written in a request for a visit or a briefing and in its answer, from its last step on. None keeps it. To be set
# after the approved schedule (RSMo 109.260). Messages to office holders: PORTAL_OFFICE_MESSAGES_KEPT.
PORTAL_CONCERNS_KEPT: timedelta | None = timedelta(days=3 * 365)
PORTAL_VISITS_KEPT: timedelta | None = timedelta(days=3 * 365)
