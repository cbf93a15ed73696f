"""The numbers of the delivery of news, and who takes mail. docs/delivery.md says what each does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.core.environment import Environment, EnvironmentProblem

# The weekly mail comes on this day: 0 is Monday
PORTAL_NEWS_WEEKDAY = 0

# Messages are handed over on so many connections at once
PORTAL_NEWS_CONNECTIONS = 8

# Rows of messages are deleted so long after they were queued
PORTAL_NEWS_KEPT = timedelta(days=90)

# A mail server that says nothing for so many seconds is away
MAIL_TIMEOUT = 30

PROVIDERS = ("mailgun", "mailersend")


def mail_settings(environment: Environment) -> dict[str, Any]:
    """Django's and anymail's settings. SMTP by EMAIL_URL, unless a provider has a key for sending."""
    provider, key = environment.text("PORTAL_ANYMAIL_PROVIDER"), environment.text("PORTAL_ANYMAIL_KEY")
    if provider and provider not in PROVIDERS:
        raise EnvironmentProblem(f"PORTAL_ANYMAIL_PROVIDER must be one of {', '.join(PROVIDERS)}, or empty.")
    found: dict[str, Any] = {
        "EMAIL_TIMEOUT": MAIL_TIMEOUT,
        "PORTAL_ANYMAIL_PROVIDER": provider,
        "PORTAL_ANYMAIL_SIGNING_KEY": environment.text("PORTAL_ANYMAIL_SIGNING_KEY"),
        "PORTAL_TEXT_URL": environment.text("PORTAL_TEXT_URL"),
        "ANYMAIL": _anymail(environment, provider, key),
    }
    return {**found, "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend"} if provider and key else found


def _anymail(environment: Environment, provider: str, key: str) -> dict[str, Any]:
    signing, domain = environment.text("PORTAL_ANYMAIL_SIGNING_KEY"), environment.text("PORTAL_ANYMAIL_DOMAIN")
    given = {
        "mailgun": {
            "MAILGUN_API_KEY": key,
            "MAILGUN_WEBHOOK_SIGNING_KEY": signing,
            "MAILGUN_SENDER_DOMAIN": domain,
        },
        "mailersend": {"MAILERSEND_API_TOKEN": key, "MAILERSEND_SIGNING_SECRET": signing},
    }.get(provider, {})
    return {name: value for name, value in given.items() if value} | {"REQUESTS_TIMEOUT": MAIL_TIMEOUT}
