"""What people see of the trail: the auditor's pages on Desk, the weekly review, a member's page (docs/trail-desk.md).

Nothing here changes an event. What is read or taken out is itself recorded.
"""
