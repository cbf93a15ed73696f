from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "portal.delivery"
    label = "delivery"
    verbose_name = _("Delivery of news")

    def ready(self) -> None:
        from portal.delivery import navigation, news_mail, reports, ticks  # noqa: F401  (they register themselves)
        from portal.delivery.digests import mail  # noqa: F401  (registers itself)
