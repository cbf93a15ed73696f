"""The mail of this room. Each kind says to whom it goes and what it tells, at the moment of sending."""

from portal.members.mail import applications, circles, membership, offices, sign_in

__all__ = ["applications", "circles", "membership", "offices", "sign_in"]
