"""The blocks of which bulletins and guidance are made."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "hr", "code"]


class IndicatorKind(models.TextChoices):
    """Kinds of indicators of compromise."""

    IPV4 = "ipv4", _("IPv4 address")
    IPV6 = "ipv6", _("IPv6 address")
    DOMAIN = "domain", _("domain name")
    URL = "url", _("web address")
    EMAIL = "email", _("e-mail address")
    SHA256 = "sha256", _("SHA-256 hash")
    MD5 = "md5", _("MD5 hash")
    FILE = "file", _("file name")
    OTHER = "other", _("other")


DEFANGED_KINDS = {IndicatorKind.IPV4, IndicatorKind.DOMAIN, IndicatorKind.URL, IndicatorKind.EMAIL}


def defang(kind: str, value: str) -> str:
    """Write an indicator so that nothing turns it into a link: hxxps://evil[.]example, a[@]evil[.]example."""
    if kind not in DEFANGED_KINDS:
        return value
    plain = value.replace("http", "hxxp", 1) if value.lower().startswith("http") else value
    return plain.replace(".", "[.]").replace("@", "[@]")


class IndicatorValue(blocks.StructValue):
    """One indicator, with its harmless spelling."""

    @property
    def defanged(self) -> str:
        return defang(self["kind"], self["value"])

    @property
    def kind_label(self) -> str:
        return str(IndicatorKind(self["kind"]).label)


class IndicatorBlock(blocks.StructBlock):
    """One indicator of compromise."""

    kind = blocks.ChoiceBlock(label=_("kind"), choices=IndicatorKind.choices)
    value = blocks.CharBlock(label=_("value"), max_length=500)
    note = blocks.CharBlock(label=_("note"), max_length=300, required=False)

    class Meta:
        value_class = IndicatorValue


class ProductBlock(blocks.StructBlock):
    """One affected product."""

    vendor = blocks.CharBlock(label=_("vendor"), max_length=200, required=False)
    product = blocks.CharBlock(label=_("product"), max_length=400)
    versions = blocks.CharBlock(label=_("versions"), max_length=400, required=False)
    status = blocks.CharBlock(label=_("status"), max_length=60, required=False)


class VulnerabilityBlock(blocks.StructBlock):
    """One vulnerability."""

    cve = blocks.CharBlock(label=_("CVE"), max_length=30, required=False)
    title = blocks.CharBlock(label=_("title"), max_length=400, required=False)
    cwe = blocks.CharBlock(label=_("weakness (CWE)"), max_length=300, required=False)
    description = blocks.RichTextBlock(label=_("description"), features=FEATURES, required=False)
    score = blocks.CharBlock(label=_("CVSS base score"), max_length=4, required=False)
    version = blocks.CharBlock(label=_("CVSS version"), max_length=4, required=False)
    vector = blocks.CharBlock(label=_("CVSS vector"), max_length=300, required=False)


class ContactBlock(blocks.StructBlock):
    """Whom to ask: an office, not a person."""

    name = blocks.CharBlock(label=_("office"), max_length=120)
    phone = blocks.CharBlock(label=_("telephone"), max_length=40, required=False)
    email = blocks.EmailBlock(label=_("e-mail address"), required=False)


class ReferenceBlock(blocks.StructBlock):
    """Something to read elsewhere."""

    title = blocks.CharBlock(label=_("title"), max_length=300)
    url = blocks.URLBlock(label=_("address"), max_length=1000)


class ChecklistItemBlock(blocks.StructBlock):
    """One thing to tick off."""

    text = blocks.CharBlock(label=_("what to do"), max_length=400)
    note = blocks.CharBlock(label=_("note"), max_length=400, required=False)


class ChecklistBlock(blocks.StructBlock):
    """A list to tick off, on paper as well."""

    title = blocks.CharBlock(label=_("title"), max_length=160)
    items = blocks.ListBlock(ChecklistItemBlock(), label=_("items"))


def rich_text() -> blocks.RichTextBlock:
    return blocks.RichTextBlock(features=FEATURES)


def _template(name: str) -> dict[str, Any]:
    return {"template": f"bulletins/blocks/{name}.html"}


def common_blocks() -> list[tuple[str, blocks.Block]]:
    """Blocks that bulletins and guidance share."""
    return [
        ("text", blocks.RichTextBlock(label=_("text"), features=FEATURES, **_template("text"))),
        ("key_points", blocks.ListBlock(rich_text(), label=_("key points"), **_template("key_points"))),
        ("contacts", blocks.ListBlock(ContactBlock(), label=_("contacts"), **_template("contacts"))),
        ("attachments", blocks.ListBlock(DocumentChooserBlock(), label=_("attachments"), **_template("attachments"))),
        ("references", blocks.ListBlock(ReferenceBlock(), label=_("references"), **_template("references"))),
    ]


def bulletin_blocks() -> list[tuple[str, blocks.Block]]:
    """The body of a bulletin."""
    return [
        *common_blocks(),
        (
            "indicators",
            blocks.ListBlock(IndicatorBlock(), label=_("indicators of compromise"), **_template("indicators")),
        ),
        (
            "affected_products",
            blocks.ListBlock(ProductBlock(), label=_("affected products"), **_template("affected_products")),
        ),
        (
            "vulnerabilities",
            blocks.ListBlock(VulnerabilityBlock(), label=_("vulnerabilities"), **_template("vulnerabilities")),
        ),
        (
            "recommended_actions",
            blocks.ListBlock(rich_text(), label=_("recommended actions"), **_template("recommended_actions")),
        ),
        (
            "related",
            blocks.ListBlock(
                blocks.PageChooserBlock(page_type="bulletins.BulletinPage"),
                label=_("related bulletins"),
                **_template("related"),
            ),
        ),
    ]


def guidance_blocks() -> list[tuple[str, blocks.Block]]:
    """The body of a guidance page."""
    return [*common_blocks(), ("checklist", ChecklistBlock(label=_("checklist"), **_template("checklist")))]
