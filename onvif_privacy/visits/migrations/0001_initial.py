import django.core.validators
import django.db.models.deletion
import django.db.models.manager
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
                name='Area',
                fields=[
                    ('id', models.AutoField(primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=32, unique=True)),
                    ('slug', models.CharField(max_length=50, verbose_name='subject area')),
                ],
                options={
                    'verbose_name': 'counted subject area',
                    'verbose_name_plural': 'counted subject areas',
                },
            ), migrations.CreateModel(
                name='Browser',
                fields=[
                    ('id', models.AutoField(primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=32, unique=True)),
                    ('family', models.CharField(blank=True, max_length=64, verbose_name='browser')),
                    ('system', models.CharField(blank=True, max_length=64, verbose_name='operating system')),
                    ('device', models.CharField(blank=True, max_length=16, verbose_name='device')),
                ],
                options={
                    'verbose_name': 'browser',
                    'verbose_name_plural': 'browsers',
                },
            ), migrations.CreateModel(
                name='CustomContent',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('slot', models.CharField(help_text='As in {% custom_content "…" %}.', max_length=50, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]*\\Z', 'Small letters, digits, - and _ only.')], verbose_name='slot')),
                    ('area', models.CharField(blank=True, help_text='Empty: for strangers, and for whoever is interested in nothing that has content here.', max_length=50, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]*\\Z', 'Small letters, digits, - and _ only.')], verbose_name='subject area')),
                    ('text', models.TextField(blank=True, help_text='Markdown, without HTML or pictures.', max_length=20000, verbose_name='text')),
                    ('template', models.CharField(blank=True, help_text='Instead of a text: the name of a template of the site.', max_length=200, verbose_name='template')),
                    ('first', models.DateField(blank=True, null=True, verbose_name='from')),
                    ('last', models.DateField(blank=True, null=True, verbose_name='to')),
                ],
                options={
                    'verbose_name': 'customised content',
                    'verbose_name_plural': 'Customised content',
                    'ordering': ['slot', 'area', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('text', ''), models.Q(('template', ''), _negated=True)), models.Q(models.Q(('text', ''), _negated=True), ('template', '')), _connector='OR'), name='privacy_content_one', violation_error_message='Write a text or name a template, one of them.'), models.CheckConstraint(condition=models.Q(('first', None), ('last', None), ('first__lte', models.F('last')), _connector='OR'), name='privacy_content_days', violation_error_message='The first day must not be after the last.')],
                },
            ), migrations.CreateModel(
                name='DaySalt',
                fields=[
                    ('day', models.DateField(primary_key=True, serialize=False, verbose_name='day')),
                    ('salt', models.BinaryField(verbose_name='salt')),
                    ('ring_key', models.CharField(editable=False, max_length=16, verbose_name='key of the ring')),
                ],
                options={
                    'verbose_name': 'salt of a day',
                    'verbose_name_plural': 'salts of days',
                },
            ), migrations.CreateModel(
                name='Domain',
                fields=[
                    ('id', models.AutoField(primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=32, unique=True)),
                    ('name', models.CharField(blank=True, max_length=253, verbose_name='domain')),
                ],
                options={
                    'verbose_name': 'domain of visitors',
                    'verbose_name_plural': 'domains of visitors',
                },
            ), migrations.CreateModel(
                name='LogImport',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=32, unique=True, verbose_name='fingerprint of the first line')),
                    ('name', models.CharField(max_length=255, verbose_name='file')),
                    ('lines', models.PositiveBigIntegerField(default=0, verbose_name='lines read')),
                    ('at', models.DateTimeField(verbose_name='last read')),
                ],
                options={
                    'verbose_name': 'imported log',
                    'verbose_name_plural': 'imported logs',
                },
            ), migrations.CreateModel(
                name='Page',
                fields=[
                    ('id', models.AutoField(primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=32, unique=True)),
                    ('site', models.CharField(blank=True, max_length=253, verbose_name='site')),
                    ('route', models.CharField(blank=True, max_length=200, verbose_name='route')),
                    ('path', models.CharField(blank=True, max_length=255, verbose_name='path')),
                ],
                options={
                    'verbose_name': 'page',
                    'verbose_name_plural': 'pages',
                },
            ), migrations.CreateModel(
                name='Referrer',
                fields=[
                    ('id', models.AutoField(primary_key=True, serialize=False)),
                    ('digest', models.CharField(editable=False, max_length=32, unique=True)),
                    ('host', models.CharField(blank=True, max_length=253, verbose_name='referring site')),
                ],
                options={
                    'verbose_name': 'referring site',
                    'verbose_name_plural': 'referring sites',
                },
            ), migrations.CreateModel(
                name='SubjectArea',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('slug', models.CharField(max_length=50, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]*\\Z', 'Small letters, digits, - and _ only.')], verbose_name='short name')),
                    ('label', models.CharField(max_length=100, verbose_name='name')),
                    ('description', models.CharField(blank=True, help_text='What it is about, for visitors who look at their interests.', max_length=300, verbose_name='description')),
                    ('places', models.TextField(help_text='First parts of addresses or routes, one in each line: /products/cameras/', max_length=4000, verbose_name='pages')),
                ],
                options={
                    'verbose_name': 'subject area',
                    'verbose_name_plural': 'subject areas',
                    'ordering': ['slug'],
                },
            ), migrations.CreateModel(
                name='UniqueWaiting',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('at', models.DateTimeField(auto_now_add=True, verbose_name='stored at')),
                    ('values', models.BinaryField(verbose_name='values')),
                ],
                options={
                    'verbose_name': 'different visitors, not yet merged',
                    'verbose_name_plural': 'different visitors, not yet merged',
                },
            ), migrations.CreateModel(
                name='Writer',
                fields=[
                    ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                    ('turns', models.PositiveBigIntegerField(default=0)),
                ],
                options={
                    'verbose_name': 'writer',
                    'verbose_name_plural': 'writers',
                },
            ), migrations.CreateModel(
                name='Batch',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField(verbose_name='stored at')),
                    ('stored', models.PositiveIntegerField(verbose_name='stored')),
                    ('bots', models.PositiveIntegerField(verbose_name='programs')),
                    ('invalid', models.PositiveIntegerField(verbose_name='unreadable')),
                ],
                options={
                    'verbose_name': 'batch',
                    'verbose_name_plural': 'batches',
                    'indexes': [models.Index(fields=['at'], name='privacy_batch_at')],
                },
            ), migrations.CreateModel(
                name='ExclusionDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('reason', models.CharField(choices=[('method', 'not a page request (HEAD, OPTIONS, …)'), ('redirect', 'redirect'), ('not_page', 'not a page (file, download, data)'), ('admin', 'administration'), ('private', 'private page'), ('prefetch', 'fetched in advance, not seen'), ('bot', 'program, not a person'), ('objection', 'the visitor declined'), ('gpc', "the visitor's browser declined (Global Privacy Control)"), ('staff', 'staff')], max_length=16, verbose_name='reason')),
                ],
                options={
                    'verbose_name': 'requests left out by day',
                    'verbose_name_plural': 'requests left out by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'reason'), name='privacy_exclusion_day')],
                },
            ), migrations.CreateModel(
                name='PageDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('submissions', models.PositiveBigIntegerField(default=0, verbose_name='forms sent')),
                    ('failures', models.PositiveBigIntegerField(default=0, verbose_name='failed')),
                    ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='onvif_privacy_visits.page')),
                ],
                options={
                    'verbose_name': 'visits of a page by day',
                    'verbose_name_plural': 'visits of pages by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'page'), name='privacy_page_day')],
                },
            ), migrations.CreateModel(
                name='Popularity',
                fields=[
                ],
                options={
                    'verbose_name': 'popularity',
                    'verbose_name_plural': 'Popularity',
                    'proxy': True,
                    'default_permissions': ('view',),
                    'indexes': [],
                    'constraints': [],
                },
                bases=('onvif_privacy_visits.pageday',),
            ), migrations.CreateModel(
                name='PageHour',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('hour', models.DateTimeField(verbose_name='hour')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='onvif_privacy_visits.page')),
                ],
                options={
                    'verbose_name': 'visits of a page by hour',
                    'verbose_name_plural': 'visits of pages by hour',
                    'constraints': [models.UniqueConstraint(fields=('hour', 'page'), name='privacy_page_hour')],
                },
            ), migrations.CreateModel(
                name='Process',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('started', models.DateTimeField(verbose_name='started')),
                    ('seen', models.DateTimeField(verbose_name='last stored')),
                    ('accepted', models.PositiveBigIntegerField(verbose_name='accepted')),
                    ('stored', models.PositiveBigIntegerField(verbose_name='stored')),
                    ('handed', models.PositiveBigIntegerField(default=0, verbose_name='handed over to a stream')),
                    ('pending', models.PositiveBigIntegerField(verbose_name='waiting')),
                    ('dropped', models.JSONField(default=dict, verbose_name='not stored, by reason')),
                ],
                options={
                    'verbose_name': 'recording process',
                    'verbose_name_plural': 'recording processes',
                    'indexes': [models.Index(fields=['seen'], name='privacy_process_seen')],
                },
            ), migrations.CreateModel(
                name='FaultDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('status', models.PositiveSmallIntegerField(help_text='4 not found, 5 failed', verbose_name='status class')),
                    ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='faults', to='onvif_privacy_visits.page')),
                    ('referrer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='faults', to='onvif_privacy_visits.referrer')),
                ],
                options={
                    'verbose_name': 'failed requests by day',
                    'verbose_name_plural': 'failed requests by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'page', 'referrer', 'status'), name='privacy_fault_day')],
                },
            ), migrations.CreateModel(
                name='ReferrerDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('referrer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='onvif_privacy_visits.referrer')),
                ],
                options={
                    'verbose_name': 'visits from a site by day',
                    'verbose_name_plural': 'visits from sites by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'referrer'), name='privacy_referrer_day')],
                },
            ), migrations.CreateModel(
                name='SiteDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('submissions', models.PositiveBigIntegerField(default=0, verbose_name='forms sent')),
                    ('failures', models.PositiveBigIntegerField(default=0, verbose_name='failed')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='site_days', to='onvif_privacy_visits.page')),
                ],
                options={
                    'verbose_name': 'visits of a site by day',
                    'verbose_name_plural': 'visits of sites by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'site'), name='privacy_site_day')],
                },
            ), migrations.CreateModel(
                name='SiteHour',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('hour', models.DateTimeField(verbose_name='hour')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='site_hours', to='onvif_privacy_visits.page')),
                ],
                options={
                    'verbose_name': 'visits of a site by hour',
                    'verbose_name_plural': 'visits of sites by hour',
                    'constraints': [models.UniqueConstraint(fields=('hour', 'site'), name='privacy_site_hour')],
                },
            ), migrations.CreateModel(
                name='UniqueDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('page', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='unique_days', to='onvif_privacy_visits.page')),
                    ('estimate', models.PositiveIntegerField(editable=False, verbose_name='estimate')),
                    ('registers', models.BinaryField(verbose_name='registers')),
                ],
                options={
                    'verbose_name': 'different visitors by day',
                    'verbose_name_plural': 'different visitors by day',
                    'constraints': [models.UniqueConstraint(fields=('page', 'day'), name='privacy_unique_day')],
                },
            ), migrations.CreateModel(
                name='Visit',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('method', models.PositiveSmallIntegerField(choices=[(1, 'GET'), (2, 'POST')], verbose_name='method')),
                    ('status', models.PositiveSmallIntegerField(help_text='2 found, 4 not found, 5 failed', verbose_name='status class')),
                    ('network', models.GenericIPAddressField(null=True, verbose_name='network')),
                    ('visitor', models.UUIDField(null=True, verbose_name='visitor')),
                    ('browser', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='onvif_privacy_visits.browser')),
                    ('page', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='onvif_privacy_visits.page')),
                    ('referrer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='onvif_privacy_visits.referrer')),
                ],
                options={
                    'verbose_name': 'visit',
                    'verbose_name_plural': 'visits',
                    'indexes': [models.Index(fields=['at'], name='privacy_visit_at')],
                },
                managers=[
                    ('_rows', django.db.models.manager.Manager()),
                ],
            ), migrations.CreateModel(
                name='BrowserDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('browser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='onvif_privacy_visits.browser')),
                ],
                options={
                    'verbose_name': 'visits with a browser by day',
                    'verbose_name_plural': 'visits with browsers by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'browser'), name='privacy_browser_day')],
                },
            ), migrations.CreateModel(
                name='DomainDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('domain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='onvif_privacy_visits.domain')),
                ],
                options={
                    'verbose_name': 'visits from a domain by day',
                    'verbose_name_plural': 'visits from domains by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'domain'), name='privacy_domain_day')],
                },
            ), migrations.CreateModel(
                name='NetworkDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('network', models.CharField(max_length=39, verbose_name='network')),
                    ('asked', models.BooleanField(db_default=False, default=False, verbose_name='looked up')),
                    ('domain', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_visits.domain')),
                ],
                options={
                    'verbose_name': 'network that waits for its domain',
                    'verbose_name_plural': 'networks that wait for their domains',
                    'constraints': [models.UniqueConstraint(fields=('day', 'network'), name='privacy_network_day')],
                },
            ), migrations.CreateModel(
                name='AreaDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('visits', models.PositiveBigIntegerField(default=0, verbose_name='visits')),
                    ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='onvif_privacy_visits.area')),
                    ('page', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='area_days', to='onvif_privacy_visits.page')),
                ],
                options={
                    'verbose_name': 'visits of a subject area by day',
                    'verbose_name_plural': 'visits of subject areas by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'area', 'page'), name='privacy_area_day')],
                },
            ), migrations.CreateModel(
                name='Interest',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('visitor', models.UUIDField(verbose_name='visitor')),
                    ('score', models.FloatField(default=0.0, verbose_name='score')),
                    ('as_of', models.BigIntegerField(default=0, verbose_name='last counted')),
                    ('own', models.BooleanField(null=True, verbose_name='your own word')),
                    ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_visits.area', verbose_name='subject area')),
                ],
                options={
                    'verbose_name': 'interest',
                    'verbose_name_plural': 'interests',
                    'constraints': [models.UniqueConstraint(fields=('visitor', 'area'), name='privacy_interest')],
                },
            ), migrations.CreateModel(
                name='HouseAd',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('ref', models.CharField(editable=False, max_length=15, unique=True, verbose_name='reference')),
                    ('slot', models.CharField(help_text='As in {% house_ad "…" %}.', max_length=50, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]*\\Z', 'Small letters, digits, - and _ only.')], verbose_name='slot')),
                    ('area', models.CharField(blank=True, help_text='Seen by who let their interests be kept and is interested in it. Empty: by everybody else.', max_length=50, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]*\\Z', 'Small letters, digits, - and _ only.')], verbose_name='subject area')),
                    ('advertiser', models.CharField(blank=True, help_text='Visitors read whose offer it is. Empty for your own.', max_length=100, verbose_name='offer of')),
                    ('text', models.CharField(blank=True, max_length=300, verbose_name='text')),
                    ('picture', models.BinaryField(null=True, verbose_name='picture')),
                    ('digest', models.CharField(blank=True, db_index=True, editable=False, max_length=32)),
                    ('width', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('height', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('alt', models.CharField(blank=True, help_text='What it says to who cannot see it.', max_length=300, verbose_name='picture in words')),
                    ('url', models.CharField(help_text='A page of this site (/shop/) or an https address.', max_length=2048, verbose_name='leads to')),
                    ('code', models.CharField(editable=False, max_length=16)),
                    ('first', models.DateField(blank=True, null=True, verbose_name='from')),
                    ('last', models.DateField(blank=True, null=True, verbose_name='to')),
                    ('cap', models.PositiveIntegerField(blank=True, help_text='How often it is shown on one day, to all visitors together; empty for no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='at most a day')),
                    ('weight', models.PositiveSmallIntegerField(default=1, help_text='Among those of its slot and area: one of weight 2 stands there twice as long as one of weight 1.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='weight')),
                ],
                options={
                    'verbose_name': 'advertisement',
                    'verbose_name_plural': 'Advertising',
                    'ordering': ['slot', 'area', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), models.Q(('text', ''), _negated=True)), models.Q(models.Q(('digest', ''), _negated=True), models.Q(('alt', ''), _negated=True)), _connector='OR'), name='privacy_ad_words'), models.CheckConstraint(condition=models.Q(('first', None), ('last', None), ('first__lte', models.F('last')), _connector='OR'), name='privacy_ad_days', violation_error_message='The first day must not be after the last.'), models.CheckConstraint(condition=models.Q(('weight__gte', 1), ('weight__lte', 100), models.Q(('cap', None), ('cap__gte', 1), _connector='OR')), name='privacy_ad_numbers', violation_error_message='Weight and number a day are at least 1.')],
                },
            ), migrations.CreateModel(
                name='AdDay',
                fields=[
                    ('id', models.BigAutoField(primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('taken', models.PositiveIntegerField(default=0)),
                    ('shown', models.PositiveBigIntegerField(default=0, verbose_name='shown')),
                    ('ad', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='onvif_privacy_visits.housead')),
                ],
                options={
                    'verbose_name': 'advertisement by day',
                    'verbose_name_plural': 'advertisements by day',
                    'constraints': [models.UniqueConstraint(fields=('day', 'ad'), name='privacy_ad_day')],
                },
            )],
        ),
    ]
