from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "portal.reporting"
    verbose_name = "Reporting"

    def ready(self) -> None:
        from portal.reporting import (  # noqa: F401  (they register themselves)
            draft_ticks,
            evidence_ticks,
            figures,
            mail,
            mail_to_members,
            navigation,
            redress_mail,
            retention_ticks,
            signal_handlers,
            ticks,
        )
        from portal.reporting.protected import telling, ticks as protected_ticks  # noqa: F401  (as above)
