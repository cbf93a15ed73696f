"""The committees of the partnership, its offices, and who was a co-chair until now."""

from typing import Any

from django.db import migrations
from django.utils import timezone

CHAIRS = ("Chairman", "First Vice Chairman", "Second Vice Chairman", "Third Vice Chairman")
COMMITTEES = (
    ("standing-committee", "Standing Committee", "Companies and agencies of the state."),
    (
        "standing-committee-urban-areas",
        "Standing Committee of Urban Areas and National Organizations",
        "The state's urban areas and national homeland-security organizations.",
    ),
    ("advisory-committee", "Advisory Committee", "Subject-matter experts."),
    ("cybersecurity-committee", "CyberSecurity Committee", "Security of information and of control systems."),
)


def make(apps: Any, schema_editor: Any) -> None:
    Community, Office = apps.get_model("members", "Community"), apps.get_model("members", "Office")
    for slug, name, purpose in COMMITTEES:
        facts = {"name": name, "kind": "committee", "purpose": purpose}
        if not Community.objects.filter(name=name).exists():
            Community.objects.get_or_create(slug=slug, defaults=facts)
    for order, title in enumerate(CHAIRS, start=1):
        Office.objects.get_or_create(community=None, title=title, defaults={"order": order, "is_private": True})
    for community in Community.objects.filter(kind="sector"):
        Office.objects.get_or_create(community=community, title="Co-chair", defaults={"order": 10, "seats": 2})
    _keep_co_chairs(apps)


def _keep_co_chairs(apps: Any) -> None:
    """They stand on a public page already: whoever entered them had told them."""
    Office, Term = apps.get_model("members", "Office"), apps.get_model("members", "Term")
    for row in apps.get_model("members", "CoChair").objects.all():
        office, _made = Office.objects.get_or_create(
            community_id=row.community_id, title="Co-chair", defaults={"order": 10, "seats": 2}
        )
        facts = {"name": row.name, "employer": row.employer, "since": row.since, "until": row.until}
        Term.objects.create(office=office, told_at=timezone.now(), **facts)


def unmake(apps: Any, schema_editor: Any) -> None:
    CoChair = apps.get_model("members", "CoChair")
    for row in apps.get_model("members", "Term").objects.filter(office__community__kind="sector"):
        facts = {"name": row.name, "employer": row.employer, "since": row.since, "until": row.until}
        CoChair.objects.get_or_create(community_id=row.office.community_id, **facts)


class Migration(migrations.Migration):
    dependencies = [("members", "0015_offices")]
    operations = [migrations.RunPython(make, unmake)]
