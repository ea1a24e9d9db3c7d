"""Makes a field of the table of users longer; on SQLite the whole table is made anew."""

from __future__ import annotations

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def _first_name(user: type[models.Model], longest: int) -> models.CharField:
    field = models.CharField(max_length=longest, blank=True)
    field.set_attributes_from_name("first_name")
    field.model = user
    return field


def _alter(apps: Apps, editor: BaseDatabaseSchemaEditor, *, before: int, after: int) -> None:
    user = apps.get_model(settings.AUTH_USER_MODEL)
    editor.alter_field(user, _first_name(user, before), _first_name(user, after))


def longer(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let first names be longer."""
    _alter(apps, editor, before=150, after=180)


def as_before(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Take that back."""
    _alter(apps, editor, before=180, after=150)


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("onvif_privacy_disclosures", "__first__"),
    ]
    operations = [migrations.RunPython(longer, as_before, atomic=False)]  # not every engine can take it back
