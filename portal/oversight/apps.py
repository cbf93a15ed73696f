from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "portal.oversight"
    label = "oversight"
    verbose_name = _("Oversight of the trail")

    def ready(self) -> None:
        from portal.oversight import navigation, ticks  # noqa: F401  (they register themselves)
