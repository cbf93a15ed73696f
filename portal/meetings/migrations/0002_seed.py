"""Exceptions that a notice can cite, and the capabilities that exercises train."""

from typing import Any

from django.db import migrations
from django.utils.text import slugify

# RSMo 610.021: what each subdivision is about, in short. Counsel says which applies.
EXCEPTIONS = (
    ("610.021(1)", "legal actions, causes of action or litigation, and communications with counsel"),
    ("610.021(3)", "hiring, firing, disciplining or promoting of employees"),
    ("610.021(11)", "specifications for competitive bidding, until they are approved or published"),
    ("610.021(12)", "sealed bids and related documents, and negotiated contracts until they are executed"),
    ("610.021(13)", "personnel records that name a person"),
    ("610.021(14)", "records that another law protects from disclosure"),
    ("610.021(18)", "guidelines, policies and response plans for critical incidents of a terrorist nature"),
    ("610.021(19)", "security systems and structural plans; what owners of infrastructure submit for its protection"),
    ("610.021(20)", "parts of records that identify security systems or their access codes"),
    ("610.021(21)", "records of computers and networks whose disclosure would let somebody in"),
)
# The 32 core capabilities of the National Preparedness Goal, second edition (FEMA, September 2015).
CAPABILITIES = (
    "Planning",
    "Public Information and Warning",
    "Operational Coordination",
    "Forensics and Attribution",
    "Intelligence and Information Sharing",
    "Interdiction and Disruption",
    "Screening, Search, and Detection",
    "Access Control and Identity Verification",
    "Cybersecurity",
    "Physical Protective Measures",
    "Risk Management for Protection Programs and Activities",
    "Supply Chain Integrity and Security",
    "Community Resilience",
    "Long-term Vulnerability Reduction",
    "Risk and Disaster Resilience Assessment",
    "Threats and Hazards Identification",
    "Critical Transportation",
    "Environmental Response/Health and Safety",
    "Fatality Management Services",
    "Fire Management and Suppression",
    "Infrastructure Systems",
    "Logistics and Supply Chain Management",
    "Mass Care Services",
    "Mass Search and Rescue Operations",
    "On-scene Security, Protection, and Law Enforcement",
    "Operational Communications",
    "Public Health, Healthcare, and Emergency Medical Services",
    "Situational Assessment",
    "Economic Recovery",
    "Health and Social Services",
    "Housing",
    "Natural and Cultural Resources",
)


def make(apps: Any, schema_editor: Any) -> None:
    Exception_, Capability = apps.get_model("meetings", "ClosureException"), apps.get_model("meetings", "Capability")
    for order, (citation, title) in enumerate(EXCEPTIONS, start=1):
        facts = {"title": title, "order": 10 * order}
        Exception_.objects.get_or_create(citation=f"RSMo {citation}", defaults=facts)
    for name in CAPABILITIES:
        Capability.objects.get_or_create(slug=slugify(name)[:50], defaults={"name": name})


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_meetings")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
