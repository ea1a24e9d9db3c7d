import django.db.models.deletion
import django.utils.timezone
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
                name='Document',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.SlugField(max_length=48, unique=True, verbose_name='slug')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('language', models.CharField(help_text='The text in this language decides if translations differ.', max_length=16, verbose_name='authoritative language')),
                ],
                options={
                    'verbose_name': 'document',
                    'verbose_name_plural': 'documents',
                },
            ), migrations.CreateModel(
                name='Draft',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('summary', models.CharField(blank=True, help_text='What changes, in one or two sentences that readers will see.', max_length=500, verbose_name='summary')),
                    ('reason', models.CharField(blank=True, help_text='Why it changes.', max_length=500, verbose_name='reason')),
                    ('comments', models.CharField(blank=True, help_text='Numbers of the comments that led to this change.', max_length=200, verbose_name='comments')),
                    ('change', models.CharField(choices=[('first', 'first version'), ('editorial', 'editorial: the wording changes, what happens does not'), ('material', 'material: announced before it takes effect')], default='material', help_text='Some changes are material whatever is chosen here, for example a clause that appears or goes.', max_length=9, verbose_name='kind of change')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                    ('submitted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='submitted')),
                    ('submitted_by', models.CharField(blank=True, editable=False, max_length=22, verbose_name='submitted by')),
                    ('submitted_digest', models.CharField(blank=True, editable=False, max_length=64)),
                    ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='draft', to='onvif_privacy_statement.document', verbose_name='document')),
                ],
                options={
                    'verbose_name': 'draft',
                    'verbose_name_plural': 'drafts',
                    'permissions': [('edit_statement', 'Can write and submit drafts of the statement'), ('publish_statement', 'Can publish and postpone versions of the statement')],
                },
            ), migrations.CreateModel(
                name='StatusRelease',
                fields=[
                    ('serial', models.PositiveIntegerField(primary_key=True, serialize=False, verbose_name='serial')),
                    ('jws', models.TextField(verbose_name='signed status')),
                    ('content', models.CharField(max_length=64)),
                    ('previous_digest', models.CharField(blank=True, max_length=64)),
                    ('at', models.DateTimeField(verbose_name='signed')),
                    ('valid_until', models.DateTimeField(verbose_name='valid until')),
                ],
                options={
                    'verbose_name': 'signed status',
                    'verbose_name_plural': 'signed statuses',
                    'ordering': ['-serial'],
                    'indexes': [models.Index(fields=['at'], name='statement_status_at')],
                },
            ), migrations.CreateModel(
                name='Version',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveIntegerField(verbose_name='number')),
                    ('change', models.CharField(choices=[('first', 'first version'), ('editorial', 'editorial: the wording changes, what happens does not'), ('material', 'material: announced before it takes effect')], max_length=9, verbose_name='kind of change')),
                    ('summary', models.CharField(blank=True, max_length=500, verbose_name='summary')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                    ('comments', models.CharField(blank=True, max_length=200, verbose_name='comments')),
                    ('facts', models.TextField(verbose_name='facts put in')),
                    ('purposes', models.TextField(verbose_name='purposes')),
                    ('purposes_digest', models.CharField(max_length=64)),
                    ('submitted_by', models.CharField(blank=True, max_length=22, verbose_name='submitted by')),
                    ('published_by', models.CharField(blank=True, max_length=22, verbose_name='published by')),
                    ('published_at', models.DateTimeField(verbose_name='published')),
                    ('previous_digest', models.CharField(blank=True, max_length=64)),
                    ('digest', models.CharField(max_length=64)),
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='onvif_privacy_statement.document', verbose_name='document')),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry')),
                ],
                options={
                    'verbose_name': 'version',
                    'verbose_name_plural': 'versions',
                    'ordering': ['-number'],
                    'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='statement_version_number'), models.CheckConstraint(condition=models.Q(models.Q(('change', 'first'), ('number', 1)), models.Q(('number__gt', 1), models.Q(('change', 'first'), _negated=True)), _connector='OR'), name='statement_version_first'), models.CheckConstraint(condition=models.Q(('change', 'first'), models.Q(models.Q(('submitted_by', ''), _negated=True), models.Q(('published_by', ''), _negated=True), models.Q(('published_by', models.F('submitted_by')), _negated=True)), _connector='OR'), name='statement_version_two_people')],
                },
            ), migrations.CreateModel(
                name='Text',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('revision', models.PositiveIntegerField(default=1, verbose_name='revision')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('source', models.TextField(verbose_name='source')),
                    ('words', models.TextField(verbose_name='text')),
                    ('html', models.TextField(verbose_name='HTML')),
                    ('source_digest', models.CharField(max_length=64)),
                    ('text_digest', models.CharField(max_length=64, verbose_name='digest')),
                    ('published_at', models.DateTimeField(verbose_name='published')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='onvif_privacy_statement.version', verbose_name='version')),
                ],
                options={
                    'verbose_name': 'text',
                    'verbose_name_plural': 'texts',
                    'indexes': [models.Index(fields=['text_digest'], name='statement_text_digest')],
                    'constraints': [models.UniqueConstraint(fields=('version', 'language', 'revision'), name='statement_text_revision')],
                },
            ), migrations.CreateModel(
                name='NoticeLetter',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('purpose', models.CharField(max_length=48, verbose_name='purpose')),
                    ('state', models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('skipped', 'not to be sent'), ('failed', 'failed')], default='waiting', max_length=8, verbose_name='state')),
                    ('reason', models.CharField(blank=True, max_length=64, verbose_name='reason')),
                    ('lease', models.UUIDField(editable=False, null=True)),
                    ('lease_until', models.DateTimeField(editable=False, null=True)),
                    ('not_before', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='written')),
                    ('sending_at', models.DateTimeField(null=True, verbose_name='last tried')),
                    ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                    ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_statement.text', verbose_name='text')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='onvif_privacy_statement.version', verbose_name='version')),
                ],
                options={
                    'verbose_name': 'letter about a change',
                    'verbose_name_plural': 'letters about changes',
                    'ordering': ['-created_at'],
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='statement_letter_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_statement_noticeletter_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_statement_noticeletter_why'), models.UniqueConstraint(fields=('version', 'subject'), name='statement_letter_once')],
                },
            ), migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('days', models.PositiveSmallIntegerField(verbose_name='days before the effect')),
                    ('audience', models.PositiveIntegerField(null=True, verbose_name='people written to')),
                    ('queued_at', models.DateTimeField(null=True, verbose_name='letters written')),
                    ('completed_at', models.DateTimeField(null=True, verbose_name='complete')),
                    ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='notice', to='onvif_privacy_statement.version', verbose_name='version')),
                ],
                options={
                    'verbose_name': 'notice of a change',
                    'verbose_name_plural': 'notices of changes',
                    'ordering': ['-version__number'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('completed_at', None), models.Q(('audience__isnull', False), ('queued_at__lte', models.F('completed_at'))), _connector='OR'), name='statement_notice_order')],
                },
            ), migrations.CreateModel(
                name='Effect',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('effective_at', models.DateTimeField(verbose_name='takes effect')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                    ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='effects', to='onvif_privacy_statement.version', verbose_name='version')),
                ],
                options={
                    'verbose_name': 'effect',
                    'verbose_name_plural': 'effects',
                    'ordering': ['recorded_at'],
                    'constraints': [models.UniqueConstraint(fields=('version', 'recorded_at'), name='statement_effect_order'), models.CheckConstraint(condition=models.Q(('effective_at__gte', models.F('recorded_at'))), name='statement_effect_not_back')],
                },
            ), migrations.CreateModel(
                name='Board',
                fields=[
                ],
                options={
                    'verbose_name': 'board',
                    'verbose_name_plural': 'Where each clause stands',
                    'proxy': True,
                    'default_permissions': ('view',),
                    'indexes': [],
                    'constraints': [],
                },
                bases=('onvif_privacy_statement.version',),
            ), migrations.CreateModel(
                name='Binding',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.CharField(max_length=64, verbose_name='digest of the sentence')),
                    ('promise', models.CharField(blank=True, max_length=100, verbose_name='promise')),
                    ('fact', models.BooleanField(default=False, verbose_name='plain fact')),
                    ('shipped', models.BooleanField(default=False, verbose_name='comes with the package')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                    ('bound_by', models.CharField(blank=True, max_length=22, verbose_name='bound by')),
                    ('bound_at', models.DateTimeField(verbose_name='bound')),
                    ('withdrawn_by', models.CharField(blank=True, max_length=22, null=True, verbose_name='withdrawn by')),
                    ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                    ('withdrawn_reason', models.CharField(blank=True, max_length=500, null=True, verbose_name='reason for that')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry')),
                ],
                options={
                    'verbose_name': 'binding',
                    'verbose_name_plural': 'bindings',
                    'ordering': ['-bound_at'],
                    'permissions': [('bind_promise', 'Can say what keeps a sentence of the statement')],
                    'indexes': [models.Index(fields=['digest'], name='statement_binding_digest')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('fact', True), ('promise', '')), models.Q(('fact', False), models.Q(('promise', ''), _negated=True)), _connector='OR'), name='statement_binding_one'), models.CheckConstraint(condition=models.Q(('shipped', True), models.Q(models.Q(('bound_by', ''), _negated=True), ('shipped', False)), _connector='OR'), name='statement_binding_name'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', None), ('withdrawn_reason', None)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='statement_binding_withdrawn')],
                },
            ), migrations.CreateModel(
                name='DraftText',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('source', models.TextField(help_text='Markdown, one sentence on each line; “## Title {#slug}” opens a clause.', verbose_name='text')),
                    ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='onvif_privacy_statement.draft', verbose_name='draft')),
                ],
                options={
                    'verbose_name': 'text of a draft',
                    'verbose_name_plural': 'texts of a draft',
                    'constraints': [models.UniqueConstraint(fields=('draft', 'language'), name='statement_one_draft_text')],
                },
            ), migrations.CreateModel(
                name='Exposure',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.CharField(max_length=64, verbose_name='digest of the words')),
                    ('kind', models.CharField(choices=[('mailed', 'a letter was handed over'), ('acknowledged', 'said “I have read it”'), ('submitted', 'sent a form that named them')], max_length=12, verbose_name='act')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'showing of the statement',
                    'verbose_name_plural': 'showings of the statement',
                    'ordering': ['-at'],
                    'constraints': [models.UniqueConstraint(fields=('subject', 'digest', 'kind'), name='statement_exposure_once')],
                },
            ), migrations.CreateModel(
                name='Sentence',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('clause', models.CharField(blank=True, max_length=48)),
                    ('position', models.PositiveIntegerField()),
                    ('source_digest', models.CharField(max_length=64)),
                    ('begins', models.PositiveIntegerField()),
                    ('ends', models.PositiveIntegerField()),
                    ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sentences', to='onvif_privacy_statement.text')),
                ],
                options={
                    'verbose_name': 'sentence',
                    'verbose_name_plural': 'sentences',
                    'indexes': [models.Index(fields=['source_digest'], name='statement_sentence_digest')],
                    'constraints': [models.UniqueConstraint(fields=('text', 'clause', 'position'), name='statement_sentence_position')],
                },
            )],
        ),
    ]
