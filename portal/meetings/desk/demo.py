"""The demonstration's meetings: one to come with a lawful notice, past ones with minutes, and an exercise.

Nobody is invented: who attended is a demo account, and what was said says that it is a demonstration. Past notices are
entered as they would have been posted; nobody is mailed about any of it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from portal.core import demo
from portal.meetings import law, wording
from portal.meetings.actions import FIELDS, Item, Prepared
from portal.meetings.enums import Ballot, MeetingKind, MinutesState, Mode, Openness, Presence, Result, State, VoteKind
from portal.meetings.models import (
    ActionItem,
    Attendance,
    Capability,
    ExerciseFacts,
    Meeting,
    Minutes,
    Notice,
    Objective,
    RollCall,
    Series,
    Sheet,
    Vote,
)
from portal.members.models import Community, Person
from portal.vocabulary import calendar
from portal.vocabulary.models import Hazard

EDITOR = "mop3@state.example"
ATTENDED = (("energy@partner.example", Presence.PRESENT), ("water@partner.example", Presence.REMOTE))
ABSENT = "officer@agency.example"
TITLE = _("Standing Committee, quarterly meeting")
EXERCISE = _("Tabletop exercise: flood at a water works")
BOARD = _("Board at the entrance of the principal office (demonstration)")
SAID = _(
    "Demonstration: these minutes are of a meeting that did not take place.\n\n"
    "The report of the co-chairs was heard. The committee spoke about the exercise in autumn and asked for a list of "
    "telephone numbers that work when power is out."
)
AFTER = timedelta(days=100)  # between two of a quarter
NOTICE_BEFORE = timedelta(days=14)


@demo.seeder(order=70, title="Meetings")
def seed(echo: demo.Echo) -> None:
    """Make them once."""
    body = Community.objects.filter(slug="standing-committee").first()
    editor = Person.objects.filter(email=EDITOR).first()
    if body is None or editor is None or Meeting.objects.exists():
        echo("nothing new")
        return
    series = Series.objects.create(title=TITLE, committee=body, rhythm=_("every quarter"))
    common = {"committee": body, "series": series, "title": TITLE, "kind": MeetingKind.MEETING, "quorum": 2}
    first = _past(editor, days=-110, **common)
    second = _past(editor, days=-12, **common)
    _publish(_minutes(first, editor), at=second)
    _minutes(second, editor)
    _coming(editor, **common)
    _exercise(editor, {**common, "series": None, "title": EXERCISE, "kind": MeetingKind.EXERCISE, "quorum": None})
    echo("a meeting to come, two past ones with minutes, and an exercise")


def _on_a_business_day(days: int) -> datetime:
    """So many days from now, or the business day after, at half past one."""
    day, known = timezone.localdate() + timedelta(days=days), calendar.load()
    while not known.is_business_day(day):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(13, 30)))


def _posted(editor: Person, *, posted_at: datetime, state: State, **fields: Any) -> Meeting:
    """A meeting with the notice that was posted about it, and the sheet that was put up."""
    facts: dict[str, Any] = dict.fromkeys(FIELDS, "")
    facts |= {
        "mode": Mode.HYBRID,
        "place": _("Demonstration: state office building, room 310, Jefferson City"),
        "remote": _("Demonstration: the public watches in room 310; a link is mailed on request."),
        "openness": Openness.OPEN,
        "accommodation": _("Demonstration: office of the partnership, 573-555-0100"),
        **fields,
        "ends_at": fields["starts_at"] + timedelta(hours=2),
    }
    agenda = [Item(_("Report of the co-chairs")), Item(_("Exercise in autumn")), Item(_("Next meeting"))]
    meeting = Meeting(organiser=editor, committee=facts["committee"], state=state, reminded_at=timezone.now())
    Prepared(facts, agenda=agenda).store(meeting)
    _notice(meeting, editor, posted_at)
    meeting.save()  # now that its notice is there: search reads both
    return meeting


def _notice(meeting: Meeting, editor: Person, posted_at: datetime) -> None:
    words = wording.facts_of(meeting, meeting.agenda.prefetch_related("documents"))
    notice = Notice.objects.create(
        meeting=meeting,
        number=1,
        facts=words,
        digest=wording.digest(words),
        starts_at=meeting.starts_at,
        posted_at=posted_at,
        posted_by=editor,
        earliest=law.earliest_start(posted_at, calendar.load()),
        told_at=posted_at,
    )
    if meeting.kind == MeetingKind.MEETING:
        Sheet.objects.create(notice=notice, place=BOARD, at=posted_at, by=editor)


def _coming(editor: Person, **fields: Any) -> None:
    meeting = _posted(
        editor,
        posted_at=timezone.now(),
        state=State.POSTED,
        starts_at=_on_a_business_day(21),
        **fields,
    )
    Meeting.objects.filter(pk=meeting.pk).update(reminded_at=None)


def _past(editor: Person, *, days: int, **fields: Any) -> Meeting:
    starts_at = _on_a_business_day(days)
    return _posted(editor, posted_at=starts_at - NOTICE_BEFORE, state=State.HELD, starts_at=starts_at, **fields)


def _minutes(meeting: Meeting, editor: Person) -> Minutes:
    there = [_attended(meeting, email, presence) for email, presence in ATTENDED]
    _attended(meeting, ABSENT, Presence.ABSENT)
    motion = _("That the list of telephone numbers be made")
    vote = Vote.objects.create(
        meeting=meeting,
        motion=motion,
        kind=VoteKind.ROLL_CALL,
        is_carried=True,
        in_favour=len(there),
        against=0,
        at=meeting.starts_at + timedelta(hours=1),
    )
    RollCall.objects.bulk_create(RollCall(vote=vote, name=row.name, ballot=Ballot.YES) for row in there)
    made: Minutes = Minutes.objects.create(
        meeting=meeting, began_at=meeting.starts_at, ended_at=meeting.ends_at, words=SAID, written_by=editor
    )
    return made


def _attended(meeting: Meeting, email: str, presence: Presence) -> Attendance:
    person = Person.objects.get(email=email)
    place = person.affiliations.select_related("organisation").order_by("pk").first()
    return Attendance.objects.create(
        meeting=meeting,
        name=person.name,
        office=place.organisation.name if place else "",
        presence=presence,
        is_entitled=True,
    )


def _publish(minutes: Minutes, *, at: Meeting) -> None:
    minutes.state, minutes.approved_at_meeting = MinutesState.PUBLISHED, at
    minutes.approved_at = minutes.published_at = at.starts_at + timedelta(hours=1)
    minutes.save()
    due = timezone.localdate(minutes.meeting.starts_at) + timedelta(days=60)
    ActionItem.objects.create(
        meeting=minutes.meeting,
        words=_("Make a list of telephone numbers that work when power is out"),
        owner_words=_("Office of the partnership"),
        due_on=due,
        done_at=at.starts_at,
        outcome=_("Made, and handed to the co-chairs (demonstration)"),
    )


def _exercise(editor: Person, fields: dict[str, Any]) -> None:
    meeting = _past(editor, days=-40, **fields)
    facts = ExerciseFacts.objects.create(meeting=meeting)
    facts.hazards.set(Hazard.objects.filter(name__icontains="flood"))
    facts.capabilities.set(Capability.objects.filter(name__in=["Operational Coordination", "Infrastructure Systems"]))
    aims = [
        (_("Everybody on the list is reached within half an hour"), Result.MET),
        (_("Pumps run on the second supply"), Result.PART),
        (_("The public hears of it from one place"), Result.NOT_MET),
    ]
    Objective.objects.bulk_create(
        Objective(exercise=facts, order=order, words=words, result=result)
        for order, (words, result) in enumerate(aims, start=1)
    )
    today = timezone.localdate()
    common = {"meeting": meeting, "owner_words": _("Office of the partnership"), "is_improvement": True}
    ActionItem.objects.create(words=_("Agree who speaks to the public"), due_on=today + timedelta(days=30), **common)
    ActionItem.objects.create(
        words=_("Test the second supply of the pumps"),
        due_on=today - timedelta(days=5),
        done_at=timezone.now(),
        outcome=_("Tested (demonstration)"),
        **common,
    )
