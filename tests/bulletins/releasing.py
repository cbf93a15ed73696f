"""Steps on the way to a release, for the tests of several topics."""

from __future__ import annotations

from typing import Any

from portal.access.viewer import ANONYMOUS
from portal.bulletins import actions
from portal.bulletins.models import BulletinPage
from portal.members.models import Person


def submit(page: BulletinPage, by: Person, **answers: Any) -> Any:
    page = BulletinPage.objects.get(pk=page.pk)
    checklist = {"names_people": False, "touches_expression": False, **answers}
    return actions.SubmitForRelease(page=page, by=by, **checklist).execute()


def is_public(page: BulletinPage) -> bool:
    return bool(BulletinPage.objects.readable_by(ANONYMOUS).filter(pk=page.pk).exists())
