"""Make the pages and page permissions that every installation has."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.bulletins import site_tree
from search import synonyms


class Command(BaseCommand):
    help = "Make home page, lists, page permissions and first synonyms. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        site_tree.prepare()
        synonyms.prepare()
        self.stdout.write("The site's pages are in place.")
