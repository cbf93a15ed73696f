"""Which documents belong to the library on Desk, before they are published and after."""

from __future__ import annotations

from django.db.models import Q
from wagtail.models import Collection

NAME = "Library"  # what the collection is called; not translated, since it is looked up by it


def shelf() -> Collection:
    """The collection of the library; made when it is first needed."""
    found = Collection.objects.filter(name=NAME, depth=2).first()
    return found or Collection.get_first_root_node().add_child(name=NAME)


def on_shelf() -> Q:
    """Documents that were put into the collection, or published in the library from elsewhere."""
    return Q(collection__name=NAME, collection__depth=2) | Q(in_library=True)
