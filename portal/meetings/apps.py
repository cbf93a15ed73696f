from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "portal.meetings"
    label = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from portal.meetings import (  # noqa: F401  (they register themselves)
            attending,
            figures,
            finding,
            home,
            keys,
            mail,
            navigation,
            news,
            subscribing,
            visits_mail,
        )
        from portal.meetings.concerns import mail as concerns_mail, retention  # noqa: F401  (they register themselves)
        from portal.meetings.desk import reminders  # noqa: F401  (it registers itself)
