from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    name = "portal.library"
    label = "library"
    verbose_name = _("Library")

    def ready(self) -> None:
        from portal.library import (  # noqa: F401  (they register themselves)
            checks,
            figures,
            finding,
            navigation,
            news,
            permissions,
            signal_handlers,
            ticks,
        )
        from portal.library.plan import mail, reminders, retention  # noqa: F401  (they register themselves)

        permissions.install()
