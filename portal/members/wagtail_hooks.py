"""What of the members' room is edited in Wagtail."""

from __future__ import annotations

from wagtail.snippets.models import register_snippet

from portal.members.models import CoChair

register_snippet(CoChair)
