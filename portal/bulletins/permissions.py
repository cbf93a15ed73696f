"""What Wagtail's own buttons may do with a bulletin."""

from __future__ import annotations

from wagtail.models import PagePermissionTester


class BulletinPermissionTester(PagePermissionTester):
    """Nobody publishes or unpublishes a bulletin with Wagtail's buttons: it is released and recalled.

    What was public once stays on record, so it is not deleted either.
    """

    def can_publish(self) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        is_on_record = self.page.first_published_at is not None or self.page.release_requests.exists()
        is_own = self.page.owner_id == self.user.pk
        return not is_on_record and is_own and super().can_delete(ignore_bulk=ignore_bulk)


class FixedPagePermissionTester(PagePermissionTester):
    """The home page and the lists stay where they are: taking one away would take all below it away."""

    def can_unpublish(self) -> bool:
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return False

    def can_move(self) -> bool:
        return False


class BulletinIndexPermissionTester(FixedPagePermissionTester):
    """A new bulletin starts as a draft, whoever makes it."""

    def can_publish_subpage(self) -> bool:
        return False
