"""Meetings as iCalendar (RFC 5545): one file for a meeting, and calendars that programs ask for again and again.

The words are those of the last notice. A meeting that was called off stays as cancelled, so that calendars take it out;
SEQUENCE counts its notices. A calendar often lies on somebody else's server: above TLP:GREEN it has a safe title, the
time and a link, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from portal.access.enums import Label
from portal.meetings.enums import State
from portal.meetings.models import Meeting

TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=1)
UNSAID = timedelta(hours=1)  # how long a meeting is shown whose end nobody said


def calendar_of(meetings: Iterable[Meeting], *, name: str = "") -> bytes:
    """The bytes of a calendar with these meetings; each needs `last_notice` and its committee at hand."""
    found = Calendar()
    found.add("prodid", "-//Partner portal//Meetings//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    for property_name in ("name", "x-wr-calname"):  # the one of RFC 7986, and the one that programs read
        found.add(property_name, _plain(name or _("Meetings")))
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for meeting in meetings:
        found.add_component(_event(meeting))
    found.add_missing_timezones()
    return found.to_ical()


def _event(meeting: Meeting) -> Event:
    event, notice = Event(), meeting.last_notice
    address = urljoin(settings.PORTAL_FRONT_URL, meeting.get_absolute_url())
    event.add("uid", str(meeting.uuid))  # whatever the portal's name is: a calendar knows it again (RFC 7986, 5.3)
    event.add("dtstamp", notice.posted_at)
    event.add("last-modified", notice.posted_at)
    event.add("sequence", notice.number - 1)
    event.add("dtstart", timezone.localtime(meeting.starts_at))
    event.add("dtend", timezone.localtime(meeting.ends_at or meeting.starts_at + UNSAID))
    event.add("summary", _plain(_title(meeting)))
    event.add("status", "CANCELLED" if meeting.state == State.CANCELLED else "CONFIRMED")
    event.add("class", "PUBLIC" if meeting.is_public else "CONFIDENTIAL")
    event.add("url", address)
    if meeting.label.may_leave_in_full:
        event.add("location", _plain(meeting.place))
        event.add("description", _said(meeting, address))
    return event


def _title(meeting: Meeting) -> str:
    return meeting.leakable_title if meeting.label is Label.CLEAR else f"{meeting.tlp} {meeting.leakable_title}"


def _said(meeting: Meeting, address: str) -> str:
    """What a calendar shows of a meeting whose words may leave the portal."""
    lines = [str(meeting.committee), str(meeting.get_openness_display())]
    if meeting.remote:
        lines.append(_("Remotely: %(how)s") % {"how": meeting.remote})
    if meeting.accommodation:
        lines.append(_("Accommodation: %(whom)s") % {"whom": meeting.accommodation})
    return "\n".join([*map(_plain, lines), address])


def _plain(words: str) -> str:
    """One line without signs that do not show: RFC 5545 knows none of them in text (section 3.1)."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(str(words).split())).strip()
