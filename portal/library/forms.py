"""The admin's forms for documents and images."""

from __future__ import annotations

from typing import Any

from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from portal.members.widgets import PeopleByAddress

PEOPLE: dict[str, Any] = {"audience_people": PeopleByAddress(attrs={"rows": 3})}


class DocumentForm(BaseDocumentForm):
    """People are named by their addresses; nobody is listed."""

    class Meta(BaseDocumentForm.Meta):
        widgets = {**BaseDocumentForm.Meta.widgets, **PEOPLE}


class ImageForm(BaseImageForm):
    """As above."""

    class Meta(BaseImageForm.Meta):
        widgets = {**BaseImageForm.Meta.widgets, **PEOPLE}
