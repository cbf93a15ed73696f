from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulletinsConfig(AppConfig):
    name = "portal.bulletins"
    label = "bulletins"
    verbose_name = _("Bulletins")

    def ready(self) -> None:
        from portal.bulletins import (  # noqa: F401  (they register themselves)
            checks,
            figures,
            finding,
            footer,
            navigation,
            news,
            signal_handlers,
            ticks,
        )
