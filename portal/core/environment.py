"""The one table of environment variables, and how they are read.

docs/environment.md shows this table; a test keeps the two alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SITES = ("front", "desk", "worker", "desk-worker")
WEB_SITES = ("front", "desk")
DESK_SITES = ("desk", "desk-worker")
DESK_LINK_KEY = "PORTAL_DESK_LINK_KEY"
DESK_ALONE = (DESK_LINK_KEY, "PORTAL_TRAIL_KEYS")


class EnvironmentProblem(ImproperlyConfigured):
    """A variable is missing or unreadable; the message is one sentence that names it."""


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, its type in words, what it is for, and who must have it."""

    name: str
    kind: str
    meaning: str
    needed_by: tuple[str, ...] = ()
    default: str = ""


TABLE: tuple[Variable, ...] = (
    Variable("PORTAL_SITE", "one of front, desk, worker, desk-worker", "which of the four processes this is", SITES),
    Variable("PORTAL_SECRET_KEY", "text, 50 characters or more", "signs this process's sessions; one for each", SITES),
    Variable("PORTAL_LINK_KEY", "text, 32 characters or more", "signs the links that open on Front", SITES),
    Variable(
        DESK_LINK_KEY,
        "text, 32 characters or more",
        "signs the links that open on Desk; front and worker do not start with it",
        DESK_SITES,
    ),
    Variable(
        "PORTAL_MFA_KEY", "text, 32 characters or more", "encrypts the secrets of authenticator apps at rest", WEB_SITES
    ),
    Variable("DATABASE_URL", "database address", "the content; each process has a role of its own there", SITES),
    Variable(
        "DESK_JOBS_DATABASE_URL", "database address", "the desk's job queue, which Front cannot reach", DESK_SITES
    ),
    Variable("VAULT_DATABASE_URL", "database address", "the sealed data keys, apart from the content", SITES),
    Variable(
        "PORTAL_KEYRING",
        "folder",
        "the key files: public ones alone for front and worker, private ones too on the desk's side",
        SITES,
    ),
    Variable(
        "PORTAL_TRAIL_KEYS",
        "folder",
        "the keys that sign the trail's checkpoints: public ones for desk, private ones too for desk-worker",
        DESK_SITES,
    ),
    Variable(
        "PORTAL_TRAIL_FOLDER",
        "folder",
        "where checkpoints and exported months of the trail are written; best on another machine",
        DESK_SITES,
    ),
    Variable("PORTAL_TRAIL_WITNESS_URL", "web address", "where each checkpoint is sent by HTTPS, if anywhere", ()),
    Variable(
        "PORTAL_TRAIL_WITNESS_MAIL", "e-mail address", "where the first checkpoint of a day is mailed, if anywhere", ()
    ),
    Variable("CACHE_URL", "cache address", "the cache shared by all processes of a site (rate limits, codes)", SITES),
    Variable("EMAIL_URL", "mail server address", "where mail is handed over", SITES),
    Variable("PORTAL_MAIL_FROM", "e-mail address", "the sender of the portal's mail", (), "portal@localhost"),
    Variable(
        "PORTAL_ANYMAIL_PROVIDER",
        "empty, mailgun or mailersend",
        "the provider of mail whose signed reports Front takes; with its key below, mail goes by its API",
    ),
    Variable("PORTAL_ANYMAIL_KEY", "text", "the provider's key for sending, where mail goes by its API"),
    Variable("PORTAL_ANYMAIL_SIGNING_KEY", "text", "with what the provider signs its reports; front needs it alone"),
    Variable("PORTAL_ANYMAIL_DOMAIN", "domain name", "the sending domain, where the provider asks for it"),
    Variable(
        "PORTAL_TEXT_URL",
        "apprise address with {number}",
        "the service that sends text messages; without it there are none",
    ),
    Variable("PORTAL_FRONT_URL", "web address", "Front as people type it, with scheme", SITES),
    Variable("PORTAL_DESK_URL", "web address", "Desk as staff type it, with scheme", SITES),
    Variable("PORTAL_ALLOWED_HOSTS", "names, comma-separated", "host names that this site answers to", WEB_SITES),
    Variable(
        "PORTAL_PROXY_DEPTH",
        "whole number",
        "how many trusted proxies stand before this site; the client's address is read from there",
        (),
        "0",
    ),
    Variable(
        "PORTAL_FIGURES_FLOOR",
        "whole number, 3 or more",
        "the smallest number of people that released figures of the partnership show",
        (),
        "10",
    ),
    Variable("PORTAL_MEDIA_ROOT", "folder", "where images and documents are kept; never served as a folder", SITES),
    Variable(
        "PORTAL_SEALED_ROOT",
        "folder",
        "where sealed files are kept: those that came with reports, and safe copies",
        SITES,
    ),
    Variable(
        "CLAMD_ADDRESS",
        "host:port or unix:/path",
        "ClamAV's daemon, which scans what is uploaded; without it uploads stay 'awaiting scan'",
        (),
    ),
    Variable(
        "PORTAL_PCII_ACCREDITED",
        "yes or no",
        "whether this installation is an accredited holder of PCII; without it files that are marked so are refused",
        (),
        "no",
    ),
    Variable(
        "ELASTICSEARCH_URL",
        "web address",
        "the Elasticsearch that answers searches; without it the database does",
        (),
    ),
    Variable(
        "ELASTICSEARCH_API_KEY",
        "text",
        "the key for it: front and worker have one that only reads",
        (),
    ),
    Variable("ELASTICSEARCH_CA", "file", "the certificates that vouch for it, where the usual ones do not", ()),
    Variable("ELASTICSEARCH_PREFIX", "text", "what the names of the portal's indices begin with", (), "portal"),
    Variable("PORTAL_STATIC_ROOT", "folder", "where collectstatic puts stylesheets and scripts", (), "var/static"),
    Variable("PORTAL_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR", "how much is logged", (), "INFO"),
)


@dataclass(frozen=True)
class Environment:
    """The variables as read, for one process."""

    values: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.values[name]

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.values[name].split(",") if part.strip()]

    def number(self, name: str) -> int:
        try:
            return int(self.values[name])
        except ValueError:
            raise EnvironmentProblem(f"{name} must be a whole number, but is not.") from None

    def is_yes(self, name: str) -> bool:
        if self.values[name] not in {"yes", "no"}:
            raise EnvironmentProblem(f"{name} must be yes or no, but is neither.")
        return self.values[name] == "yes"

    def folder(self, name: str) -> Path:
        return Path(self.values[name]).absolute()

    @property
    def site(self) -> str:
        return self.values["PORTAL_SITE"]


def read(environ: Mapping[str, str]) -> Environment:
    """Read and check the table's variables from `environ`.

    Raises `EnvironmentProblem` with one sentence for the first that is missing, too short, or in the wrong place.
    """
    site = environ.get("PORTAL_SITE", "")
    if site not in SITES:
        raise EnvironmentProblem("PORTAL_SITE must be one of front, desk, worker, desk-worker.")
    values = {variable.name: _value(variable, environ, site) for variable in TABLE}
    _check_what_is_the_desks_alone(values, site)
    return Environment(values)


def _check_what_is_the_desks_alone(values: Mapping[str, str], site: str) -> None:
    """With the desk's link key one can set the password of staff, and with the trail's keys vouch for a forged trail.

    So Front has neither, nor a link key like it.
    """
    for name in DESK_ALONE:
        if values[name] and site not in DESK_SITES:
            raise EnvironmentProblem(f"{name} belongs to Desk alone: take it out of the environment of {site}.")
    if site in DESK_SITES and values[DESK_LINK_KEY] == values["PORTAL_LINK_KEY"]:
        raise EnvironmentProblem(f"{DESK_LINK_KEY} must differ from PORTAL_LINK_KEY, which Front has.")


def _value(variable: Variable, environ: Mapping[str, str], site: str) -> str:
    value = environ.get(variable.name, "") or variable.default
    if not value and site in variable.needed_by:
        raise EnvironmentProblem(f"{variable.name} is not set, and {site} needs it: {variable.meaning}.")
    shortest = _shortest(variable)
    if value and len(value) < shortest:
        raise EnvironmentProblem(f"{variable.name} is too short: it needs {shortest} characters or more.")
    return value


def _shortest(variable: Variable) -> int:
    if not variable.kind.endswith("characters or more"):
        return 0
    return int(variable.kind.split()[1])
