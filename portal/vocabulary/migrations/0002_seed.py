"""Seeds sectors, counties and hazards; the sources stand in portal/vocabulary/data/."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"
HAZARDS = {
    "all-hazards": "All hazards",
    "active-threat": "Active threat",
    "cyber": "Cyber attack",
    "drought": "Drought and heat",
    "earthquake": "Earthquake",
    "fire": "Fire",
    "flood": "Flood",
    "hazardous-materials": "Hazardous materials",
    "pandemic": "Pandemic",
    "power-outage": "Power outage",
    "tornado": "Tornado",
    "winter-storm": "Winter storm",
}


def seed(apps: Any, schema_editor: Any) -> None:
    Sector = apps.get_model("vocabulary", "Sector")
    County = apps.get_model("vocabulary", "County")
    Hazard = apps.get_model("vocabulary", "Hazard")
    for row in json.loads((DATA / "sectors.json").read_text())["sectors"]:
        facts = {
            "name": row["name"],
            "federal_name": row["federal_16"],
            "niem_code": row["niem_target_sector"] or "",
            "misp_tag": row["misp_tag"] or "",
        }
        Sector.objects.update_or_create(slug=row["slug"], defaults=facts)
    for row in json.loads((DATA / "counties.json").read_text())["counties"]:
        facts = {"name": row["name"], "region": row["region"] or "", "region_is_verified": row["region_verified"]}
        County.objects.update_or_create(fips=row["fips"], defaults=facts)
    for slug, name in HAZARDS.items():
        Hazard.objects.update_or_create(slug=slug, defaults={"name": name})


def unseed(apps: Any, schema_editor: Any) -> None:
    for name in ("Sector", "County", "Hazard"):
        apps.get_model("vocabulary", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("vocabulary", "0001_initial")]
    operations = [migrations.RunPython(seed, unseed)]
