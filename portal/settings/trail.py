"""The numbers of the trail. An installation may set its own; docs/trail.md says what each does."""

from __future__ import annotations

from datetime import timedelta

# A checkpoint is signed after so many new events, or so long after the last one
PORTAL_TRAIL_CHECKPOINT_EVENTS = 1_000
PORTAL_TRAIL_CHECKPOINT_EVERY = timedelta(minutes=10)

# Retention: plain reads lose their person after so many months; whole months are exported and may be dropped after so
# many, to be set after the approved schedule (RSMo 109.260), never below a year (CJIS Security Policy, AU-11)
PORTAL_TRAIL_READS_MONTHS = 13
PORTAL_TRAIL_MONTHS = 60

# The weekly review: due so long after the week's end
PORTAL_TRAIL_REVIEW_DUE = timedelta(days=7)

# What is odd: opened between these hours of the state's time; so many refusals of one person within a week; so many
# times what is usual for the person, and more than so many
PORTAL_TRAIL_NIGHT = (0, 5)
PORTAL_TRAIL_REFUSALS_ODD = 20
PORTAL_TRAIL_READS_OVER_USUAL = 5
PORTAL_TRAIL_READS_ODD = 50

# An event is odd that was sealed so long after the time which it states
PORTAL_TRAIL_SEALED_LATE = timedelta(hours=1)

# So many events leave in one export at most; the search is narrowed for more
PORTAL_TRAIL_EXPORT_MOST = 50_000
