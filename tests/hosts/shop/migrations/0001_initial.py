import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def add_standard(apps, schema_editor):
    apps.get_model("shop", "Delivery").objects.create(name="Standard")


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("total", models.DecimalField(decimal_places=2, max_digits=8)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ("delivery", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="shop.delivery")),
            ],
        ),
        migrations.RunPython(add_standard, migrations.RunPython.noop),
    ]
