import django.utils.timezone
import onvif_privacy.core.fields
import onvif_privacy.core.together
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        onvif_privacy.core.together.CreateModels(
            operations=[migrations.CreateModel(
                name='BoardNotice',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.CharField(max_length=100, verbose_name='form')),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('text', models.TextField(verbose_name='text')),
                    ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ],
                options={
                    'verbose_name': 'notice of a board',
                    'verbose_name_plural': 'notices of boards',
                    'ordering': ['slug', 'language'],
                    'constraints': [models.UniqueConstraint(fields=('slug', 'digest'), name='op_community_notice')],
                },
            ), migrations.CreateModel(
                name='LinkedSite',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('host', models.CharField(max_length=253, unique=True, verbose_name='host')),
                    ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                    ('statement', models.CharField(blank=True, max_length=2048, verbose_name='address of its privacy statement')),
                    ('status', models.CharField(choices=[('listed', 'listed'), ('unknown', 'not yet looked at'), ('blocked', 'not linked to')], default='unknown', max_length=8, verbose_name='status')),
                    ('reviewed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='reviewed on')),
                    ('reviewed_by', models.CharField(blank=True, editable=False, max_length=64, verbose_name='reviewed by')),
                ],
                options={
                    'verbose_name': 'linked site',
                    'verbose_name_plural': 'linked sites',
                    'ordering': ['host'],
                    'permissions': [('review_link', 'Can review linked sites')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'listed'), _negated=True), models.Q(('reviewed_on__isnull', False), models.Q(('reviewed_by', ''), _negated=True)), _connector='OR'), name='op_community_site_listed'), models.CheckConstraint(condition=models.Q(('status__in', ['listed', 'unknown', 'blocked'])), name='op_community_site_status')],
                },
            ), migrations.CreateModel(
                name='PostReceipt',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('label', models.CharField(max_length=100, verbose_name='form')),
                    ('reference', models.CharField(max_length=64, verbose_name='post')),
                    ('revision', models.PositiveIntegerField(default=1, verbose_name='revision')),
                    ('notice', models.CharField(blank=True, max_length=64, verbose_name='notice')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('found', models.JSONField(default=dict, verbose_name='found in it')),
                    ('anyway', models.BooleanField(default=False, verbose_name='published anyway')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ],
                options={
                    'verbose_name': 'receipt of a post',
                    'verbose_name_plural': 'receipts of posts',
                    'ordering': ['-at'],
                    'constraints': [models.UniqueConstraint(fields=('label', 'reference', 'revision'), name='op_community_receipt')],
                },
            )],
        ),
    ]
