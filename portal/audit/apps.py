from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "portal.audit"
    label = "audit"
    verbose_name = "Trail"

    def ready(self) -> None:
        from portal.audit import checks, mail, signal_handlers, ticks  # noqa: F401  (they register themselves)
