"""What differs between the processes: one dictionary of settings for each.

Base settings take it for the process that starts; tests take each in turn.
"""

from __future__ import annotations

from typing import Any


def site_settings(site: str, *, secure: bool = True) -> dict[str, Any]:
    """Give the settings that belong to one process.

    `site` is front, desk, worker or desk-worker; `secure` adds the __Host- cookie prefix, which browsers
    only accept over HTTPS (RFC 6265bis, section 4.1.3.2).
    """
    kind = "desk" if site.startswith("desk") else "front"
    prefix = "__Host-" if secure else ""
    return {
        "PORTAL_SITE": site,
        "PORTAL_SITE_KIND": kind,
        "ROOT_URLCONF": f"portal.urls.{kind}",
        "SESSION_ENGINE": f"portal.members.sessions.{kind}",
        "SESSION_COOKIE_NAME": f"{prefix}{kind}-session",
        "CSRF_COOKIE_NAME": f"{prefix}{kind}-csrf",
        "LANGUAGE_COOKIE_NAME": f"{prefix}{kind}-language",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "LOGIN_REDIRECT_URL": "/desk/" if kind == "desk" else "/",
        "X_FRAME_OPTIONS": "SAMEORIGIN" if kind == "desk" else "DENY",
        # Desk shows previews of pages in a frame of its own.
        "SILENCED_SYSTEM_CHECKS": ["security.W019"] if kind == "desk" else [],
        "FILE_UPLOAD_HANDLERS": UPLOAD_HANDLERS[kind],
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": content_security_policy(kind)},
        "TASKS": {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}},
    }


UPLOAD_HANDLERS = {
    "front": ["portal.core.uploads.RefuseUploads"],
    "desk": [
        "django.core.files.uploadhandler.MemoryFileUploadHandler",
        "django.core.files.uploadhandler.TemporaryFileUploadHandler",
    ],
}


def content_security_policy(kind: str) -> dict[str, Any]:
    """Nothing inline, nothing from elsewhere. The Wagtail admin has a looser one (`portal.core.middleware`)."""
    from csp.constants import NONCE, NONE, SELF

    return {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF if kind == "desk" else NONE],
        "manifest-src": [SELF],
    }
