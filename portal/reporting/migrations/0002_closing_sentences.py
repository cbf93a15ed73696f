"""Closing messages that tip nobody off: none says what the desk thinks of a report, or who was told."""

from django.db import migrations

SENTENCES = (
    "Thank you. The desk has read your report and finished its work on it. If you see more, please report again.",
    "Thank you. The desk has looked into what you told us. We cannot say what came of it; your report was of use.",
    "Thank you. What you told us goes together with what the desk knew before. You need not do anything more.",
    "Thank you. Your report was passed to those whose task it is. If they need you, they will reach you as you chose.",
    "Thank you. The desk could not look into this further with what is known. If you learn more, please report again.",
)


def add(apps, schema_editor):
    sentence = apps.get_model("reporting", "ApprovedSentence")
    for order, text in enumerate(SENTENCES, start=1):
        sentence.objects.get_or_create(text=text, defaults={"order": order})


class Migration(migrations.Migration):
    dependencies = [("reporting", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
