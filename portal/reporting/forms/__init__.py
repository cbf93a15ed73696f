"""What submitters and staff fill in."""
