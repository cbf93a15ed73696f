"""Carries dates over to where they now stand, and makes the roles of staff that came with membership."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.utils import timezone

ROLES = ("Duty officer", "Vetting officer", "Records custodian", "Closure signatory")
A_YEAR = timedelta(days=365)


def forwards(apps: Any, schema_editor: Any) -> None:
    Person, Visit = apps.get_model("members", "Person"), apps.get_model("members", "Visit")
    now = timezone.now()
    for person in Person.objects.filter(visit=None).iterator():
        Visit.objects.create(
            person=person,
            began_at=person.visited_at,
            previous_began_at=person.previous_visit_at,
            active_at=person.visited_at or now,
        )
    active = Person.objects.filter(standing="active", validated_until=None)
    active.filter(has_law_enforcement_clearance=True).update(cleared_until=now + A_YEAR)
    active.update(validated_until=now + A_YEAR)
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)


def backwards(apps: Any, schema_editor: Any) -> None:
    Person, Visit = apps.get_model("members", "Person"), apps.get_model("members", "Visit")
    for visit in Visit.objects.iterator():
        Person.objects.filter(pk=visit.person_id).update(
            visited_at=visit.began_at, previous_visit_at=visit.previous_began_at
        )
    Person.objects.filter(cleared_until__gt=timezone.now()).update(has_law_enforcement_clearance=True)
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0004_membership"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(forwards, backwards)]
