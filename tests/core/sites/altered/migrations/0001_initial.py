"""Alters one field of every table that a guard of the kernel is on or names."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# model, field, what it becomes
CHANGES = [
    ("Notice", "surface", models.CharField(max_length=33)),
    ("Entry", "kind", models.CharField(max_length=101)),
    ("EntrySecret", "subject_id", models.UUIDField(null=True)),
    ("Seal", "signature", models.BinaryField(max_length=65)),
    ("Anchoring", "anchor", models.CharField(max_length=201)),
    ("Decision", "surface", models.CharField(max_length=33, blank=True)),
    ("Renewal", "reference", models.CharField(max_length=65)),
    ("Release", "table_name", models.CharField(max_length=65)),
    ("Attestation", "evidence", models.CharField(max_length=201)),
    ("Proof", "verdict", models.CharField(max_length=11)),
]


def alter(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Alter each field through the schema editor, which rebuilds the table on SQLite."""
    for name, field_name, new in CHANGES:
        model = apps.get_model("onvif_privacy", name)
        new.set_attributes_from_name(field_name)
        new.model = model
        editor.alter_field(model, model._meta.get_field(field_name), new)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("onvif_privacy", "0001_initial")]
    operations = [migrations.RunPython(alter, atomic=False)]
