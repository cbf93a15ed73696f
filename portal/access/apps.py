from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "portal.access"
    label = "access"
    verbose_name = _("Access")

    def ready(self) -> None:
        from portal.access import checks, signal_handlers  # noqa: F401  (they register themselves)
