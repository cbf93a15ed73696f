from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FiguresConfig(AppConfig):
    name = "portal.figures"
    label = "figures"
    verbose_name = _("Partnership figures")

    def ready(self) -> None:
        from portal.figures import navigation, own, ticks  # noqa: F401  (they register themselves)
