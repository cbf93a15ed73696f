"""The numbers of reporting. An installation may set its own; docs/reporting.md says what each does."""

from __future__ import annotations

from datetime import timedelta

# Drafts and receipts
PORTAL_DRAFT_LASTS = timedelta(days=7)
PORTAL_RECEIPT_SHOWN = timedelta(hours=1)  # after that the code is gone from the portal
PORTAL_ORPHANS_WAIT = timedelta(hours=48)  # keys and files that no draft and no report names

# Files
PORTAL_FILES_A_REPORT = 20
PORTAL_FILE_LARGEST = 250 * 1024 * 1024  # bytes
PORTAL_PACKAGE_LARGEST = 1024**3  # bytes of all files of one hand-off to CISA
PORTAL_UPLOADS_PER_HOUR = 120  # by one member
PORTAL_UPLOADED_A_DAY = 6 * 1024**3  # bytes by one member

# Reports
PORTAL_REPORTS_PER_HOUR = 20  # by one member
PORTAL_RECEIPT_TRIES_PER_HOUR = 10  # at one report's code

# Urgent ones: when the duty officer is alerted again, and when the supervisor is
PORTAL_ALERTS_AFTER = (timedelta(minutes=5), timedelta(minutes=10))
# Of so many an hour, and of one member so many, mail tells one by one; of the others once an hour together
PORTAL_URGENT_TOLD_SINGLY = 10
PORTAL_URGENT_TOLD_SINGLY_OF_ONE = 3
PORTAL_HAND_OFF_REVIEWED = timedelta(hours=24)

# Redress
PORTAL_REDRESS_PER_HOUR = 5  # from one network
