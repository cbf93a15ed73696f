from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        from portal.core import checks, signal_handlers, ticks  # noqa: F401  (they register themselves)
        from portal.core.grants import checks as grants_checks  # noqa: F401  (registers itself)
