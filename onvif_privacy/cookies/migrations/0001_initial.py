import django.core.validators
import django.db.models.deletion
import onvif_privacy.core.together
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('onvif_privacy', '0001_initial'),
    ]

    operations = [
        onvif_privacy.core.together.CreateModels(
            operations=[migrations.CreateModel(
                name='KnownItem',
                fields=[
                    ('identifier', models.UUIDField(primary_key=True, serialize=False, verbose_name='identifier in the list')),
                    ('platform', models.CharField(max_length=200, verbose_name='platform')),
                    ('category', models.CharField(max_length=64, verbose_name='category')),
                    ('name', models.CharField(help_text='Exact, or with “*” for any characters.', max_length=128, verbose_name='name')),
                    ('domain', models.CharField(blank=True, max_length=500, verbose_name='domain')),
                    ('description', models.TextField(blank=True, verbose_name='description')),
                    ('retention', models.CharField(blank=True, max_length=200, verbose_name='kept for')),
                    ('controller', models.CharField(blank=True, max_length=200, verbose_name='controller')),
                    ('page', models.CharField(blank=True, max_length=500, verbose_name='page of the provider')),
                ],
                options={
                    'verbose_name': 'known item',
                    'verbose_name_plural': 'known items',
                    'ordering': ['platform', 'name'],
                },
            ), migrations.CreateModel(
                name='ChoiceCount',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('event', models.CharField(choices=[('shown', 'bar shown on entry'), ('declined', 'declined in answer to the bar'), ('elsewhere', 'decided elsewhere'), ('withdrawn', 'withdrawn')], max_length=10, verbose_name='what happened')),
                    ('method', models.CharField(blank=True, max_length=1, verbose_name='how')),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('policy', models.PositiveIntegerField(verbose_name='version')),
                    ('gpc', models.BooleanField(default=False, verbose_name='with privacy signal')),
                    ('number', models.PositiveBigIntegerField(default=0, verbose_name='number')),
                ],
                options={
                    'verbose_name': 'answer to the bar',
                    'verbose_name_plural': 'answers to the bar',
                    'ordering': ['-day'],
                    'constraints': [models.UniqueConstraint(fields=('day', 'event', 'method', 'language', 'policy', 'gpc'), name='opc_count_unique')],
                },
            ), migrations.CreateModel(
                name='CookieFinding',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('undeclared', 'not declared'), ('denied', 'not granted'), ('drift', 'other domain, path or partition than declared'), ('lifetime', 'lives longer than declared'), ('prefix', 'breaks the rule of its prefix'), ('early', 'asks another host before it was granted'), ('host', 'asks a host that is not declared'), ('live', 'is a script that nothing holds back'), ('link', 'has no way to the cookie settings'), ('prominence', 'declining stands back behind accepting'), ('access', 'is a barrier in the question'), ('internal_error', 'error inside this room'), ('overflow', 'not kept for want of room')], max_length=16, verbose_name='finding')),
                    ('name', models.CharField(max_length=128, verbose_name='name')),
                    ('view', models.CharField(blank=True, max_length=200, verbose_name='view')),
                    ('source', models.CharField(choices=[('answer', 'answer'), ('request', 'request'), ('script', 'script'), ('audit', 'audit')], max_length=8, verbose_name='source')),
                    ('first_seen', models.DateTimeField(verbose_name='first seen')),
                    ('last_seen', models.DateTimeField(verbose_name='last seen')),
                    ('count', models.PositiveBigIntegerField(default=0, verbose_name='count')),
                    ('ignored_until', models.DateField(blank=True, null=True, verbose_name='ignored until')),
                    ('ignored_because', models.CharField(blank=True, max_length=200, verbose_name='reason')),
                ],
                options={
                    'verbose_name': 'finding',
                    'verbose_name_plural': 'findings',
                    'ordering': ['-last_seen'],
                    'indexes': [models.Index(fields=['last_seen'], name='opc_finding_last')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'name', 'view', 'source'), name='opc_finding_unique'), models.CheckConstraint(condition=models.Q(('ignored_until__isnull', True), models.Q(('ignored_because', ''), _negated=True), _connector='OR'), name='opc_finding_reason', violation_error_message='Say why this finding is ignored.')],
                },
            ), migrations.CreateModel(
                name='DeclaredItem',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(help_text='Exact, or with “*” for any characters: _pk_id.*', max_length=128, validators=[django.core.validators.RegexValidator("^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$", 'A cookie name, exact or with “*”.')], verbose_name='name')),
                    ('kind', models.CharField(choices=[('cookie', 'cookie'), ('local_storage', 'local storage'), ('session_storage', 'session storage'), ('indexed_db', 'indexed database'), ('cache_storage', 'cache storage')], default='cookie', max_length=16, verbose_name='kind')),
                    ('purpose', models.CharField(max_length=48, verbose_name='purpose')),
                    ('provider', models.CharField(max_length=200, verbose_name='provider')),
                    ('provider_url', models.URLField(blank=True, verbose_name='page of the provider')),
                    ('party', models.SlugField(blank=True, help_text='Required for third parties.', max_length=48, verbose_name='party')),
                    ('duration_days', models.PositiveSmallIntegerField(blank=True, help_text='Empty: until the browser is closed.', null=True, verbose_name='days')),
                    ('domains', models.CharField(blank=True, help_text='Separated by spaces; empty: this host only.', max_length=500, verbose_name='domains')),
                    ('paths', models.CharField(default='/', help_text='Separated by spaces.', max_length=500, verbose_name='paths')),
                    ('hosts', models.CharField(blank=True, help_text='Separated by spaces.', max_length=500, verbose_name='hosts contacted')),
                    ('set_by', models.CharField(choices=[('server', 'this server'), ('script', 'a script'), ('either', 'server or script')], default='either', max_length=8, verbose_name='set by')),
                    ('http_only', models.BooleanField(default=False, verbose_name='out of reach of scripts')),
                    ('partitioned', models.BooleanField(default=False, verbose_name='partitioned')),
                    ('third_party', models.BooleanField(default=False, verbose_name='third party')),
                ],
                options={
                    'verbose_name': 'declared item',
                    'verbose_name_plural': 'declared items',
                    'ordering': ['purpose', 'name'],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='opc_item_unique'), models.CheckConstraint(condition=models.Q(('third_party', False), models.Q(('party', ''), _negated=True), _connector='OR'), name='opc_item_party', violation_error_message='A third party must be named by its party.')],
                },
            ), migrations.CreateModel(
                name='PolicyVersion',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveIntegerField(verbose_name='number')),
                    ('snapshot', models.TextField(verbose_name='declaration')),
                    ('digest', models.CharField(max_length=64, verbose_name='digest')),
                    ('generations', models.JSONField(verbose_name='generations')),
                    ('changes', models.JSONField(verbose_name='changes')),
                    ('assets', models.JSONField(verbose_name='digests of templates and files')),
                    ('package', models.CharField(max_length=32, verbose_name='package version')),
                    ('published_at', models.DateTimeField(verbose_name='published')),
                    ('published_by', models.CharField(blank=True, max_length=22, verbose_name='published by')),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry', verbose_name='ledger entry')),
                ],
                options={
                    'verbose_name': 'policy version',
                    'verbose_name_plural': 'policy versions',
                    'ordering': ['-number'],
                    'permissions': [('publish_policy', 'Can publish the cookie policy')],
                    'constraints': [models.UniqueConstraint(fields=('number',), name='opc_version_number')],
                },
            ), migrations.CreateModel(
                name='PolicyText',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('buttons', models.JSONField(verbose_name='buttons in order')),
                    ('fallbacks', models.JSONField(verbose_name='texts without translation')),
                    ('banner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.notice', verbose_name='words of the bar')),
                    ('dialog', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.notice', verbose_name='words of the settings')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='onvif_privacy_cookies.policyversion')),
                ],
                options={
                    'verbose_name': 'policy text',
                    'verbose_name_plural': 'policy texts',
                    'ordering': ['language'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'language'), name='opc_text_language')],
                },
            ), migrations.CreateModel(
                name='DeclaredItemText',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('text', models.CharField(max_length=1000, verbose_name='text')),
                    ('reason', models.CharField(blank=True, help_text='Required for necessary items.', max_length=500, verbose_name='reason')),
                    ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='onvif_privacy_cookies.declareditem')),
                ],
                options={
                    'verbose_name': 'text',
                    'verbose_name_plural': 'texts',
                    'constraints': [models.UniqueConstraint(fields=('item', 'language'), name='opc_itemtext_language')],
                },
            ), migrations.CreateModel(
                name='AuditRun',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('site', models.CharField(max_length=200, verbose_name='site')),
                    ('engine', models.CharField(choices=[('in-process', 'inside the server'), ('http', 'over the network'), ('browser', 'in a browser')], max_length=10, verbose_name='way of looking')),
                    ('states', models.JSONField(verbose_name='visitors')),
                    ('policy', models.PositiveIntegerField(verbose_name='version')),
                    ('pages', models.PositiveIntegerField(verbose_name='pages')),
                    ('verdict', models.CharField(choices=[('good', 'as declared'), ('broken', 'something is wrong'), ('unproven', 'not proven')], max_length=8, verbose_name='result')),
                    ('found', models.JSONField(verbose_name='found')),
                    ('unseen', models.JSONField(verbose_name='not seen')),
                    ('began_at', models.DateTimeField(verbose_name='begun')),
                    ('ended_at', models.DateTimeField(verbose_name='ended')),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry', verbose_name='ledger entry')),
                ],
                options={
                    'verbose_name': 'audit',
                    'verbose_name_plural': 'audits',
                    'ordering': ['-began_at'],
                    'indexes': [models.Index(fields=['ended_at'], name='opc_audit_ended')],
                },
            ), migrations.CreateModel(
                name='PolicyScreenshot',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('viewport', models.CharField(max_length=11, verbose_name='window')),
                    ('colours', models.CharField(choices=[('light', 'light'), ('dark', 'dark')], max_length=5, verbose_name='colours')),
                    ('state', models.CharField(choices=[('asked', 'the bar asks'), ('settings', 'the settings are open'), ('declined', 'everything is declined')], max_length=8, verbose_name='state')),
                    ('file', models.CharField(max_length=200, verbose_name='file')),
                    ('digest', models.CharField(max_length=64, verbose_name='digest')),
                    ('taken_at', models.DateTimeField(verbose_name='taken')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='screenshots', to='onvif_privacy_cookies.policyversion')),
                ],
                options={
                    'verbose_name': 'screenshot',
                    'verbose_name_plural': 'screenshots',
                    'ordering': ['language', 'viewport', 'colours', 'state'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'language', 'viewport', 'colours', 'state', 'digest'), name='opc_shot_unique')],
                },
            )],
        ),
    ]
