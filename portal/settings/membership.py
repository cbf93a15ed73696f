"""The numbers of sign-in and membership, after the CJIS Security Policy. An installation may set its own.

docs/membership.md and docs/sign-in.md say what each does.
"""

from __future__ import annotations

from datetime import timedelta

# Sessions
PORTAL_SESSION_IDLE = timedelta(minutes=30)
PORTAL_SESSION_WARNING = timedelta(minutes=3)  # before the end of the idle time
PORTAL_SESSION_LONGEST = timedelta(hours=12)

# Locks: so many failures within the window lock an account for a network for so long
PORTAL_LOCK_FAILURES = 5
PORTAL_LOCK_WINDOW = timedelta(minutes=15)
PORTAL_LOCK_LASTS = timedelta(minutes=30)
PORTAL_LOCK_STRICT = False  # True: until staff release it
PORTAL_LOCKS_THAT_ALARM = 20  # locks within an hour, of all accounts together
PORTAL_LOCKS_OF_ONE_THAT_ALARM = 3  # locks of one account within a day

# Membership
PORTAL_VALIDATION_LASTS = timedelta(days=365)
PORTAL_VALIDATION_ASKED_BEFORE = timedelta(days=30)
PORTAL_DORMANT_DAYS = 90
PORTAL_DORMANT_WARNINGS = (60, 80)  # days away
PORTAL_BOUNCES_APART = timedelta(days=3)

# Applications
PORTAL_APPLICATION_LINK_LASTS = timedelta(days=14)
PORTAL_WELCOME_LINK_LASTS = timedelta(days=7)
PORTAL_APPLICATION_ABANDONED = timedelta(days=30)  # never sent, untouched for so long
PORTAL_REFUSAL_KEPT = timedelta(days=365)  # what was written; to be set after the approved schedule (RSMo 109.260)
PORTAL_APPLICATIONS_PER_HOUR = 5  # from one network
PORTAL_LINKS_PER_HOUR = 3  # to one address
PORTAL_PROPOSALS_PER_HOUR = 20  # by one steward
PORTAL_OFFICE_MESSAGES_PER_HOUR = 3  # to office holders, from one network
PORTAL_OFFICE_MESSAGES_TO_ONE_PER_HOUR = 10  # to one office holder, from everybody together
PORTAL_OFFICE_MESSAGES_KEPT = timedelta(days=30)  # how long an answer is waited for

# One account that reads or fetches more than people do
PORTAL_DOWNLOADS_PER_HOUR = 60
PORTAL_FEEDS_PER_HOUR = 60
PORTAL_DOWNLOADS_PER_HOUR_OF_NETWORK = 600  # everybody behind one address together
PORTAL_FEEDS_PER_HOUR_OF_NETWORK = 600
PORTAL_READS_THAT_ALARM = 100  # marked things on one day, and
PORTAL_READS_OVER_USUAL = 5  # so many times the person's usual day

# Exposure: things that more people than this can read are listed
PORTAL_EXPOSURE_THRESHOLD = 500
