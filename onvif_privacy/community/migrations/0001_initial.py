import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import onvif_privacy.core.fields
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
                name='Conversation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('messages', models.PositiveIntegerField(default=0, editable=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='begun')),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='last message')),
                ],
                options={
                    'verbose_name': 'conversation',
                    'verbose_name_plural': 'conversations',
                    'ordering': ['-last_at'],
                },
            ), migrations.CreateModel(
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
                name='ConversationMessage',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveIntegerField()),
                    ('body', onvif_privacy.core.fields.EncryptedBinaryField(editable=False, null=True, sensitive=True, subject='author')),
                    ('sent_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='sent')),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                    ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_community.conversation')),
                ],
                options={
                    'verbose_name': 'private message',
                    'verbose_name_plural': 'private messages',
                    'constraints': [models.UniqueConstraint(fields=('conversation', 'number'), name='op_community_message')],
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
                name='Opening',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('basis', models.CharField(choices=[('report', 'a report'), ('ticket', 'a legal case')], default='report', max_length=8, verbose_name='basis')),
                    ('reference', models.CharField(blank=True, max_length=100, verbose_name='reference of the case')),
                    ('period_from', models.DateTimeField(blank=True, null=True, verbose_name='from')),
                    ('period_to', models.DateTimeField(blank=True, null=True, verbose_name='to')),
                    ('reason', models.CharField(max_length=500, verbose_name='reason')),
                    ('delay_days', models.PositiveSmallIntegerField(default=0, verbose_name='days until the participants are told')),
                    ('digest', models.CharField(max_length=64)),
                    ('requested_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='requested')),
                    ('approved_at', models.DateTimeField(null=True, verbose_name='approved')),
                    ('expires_at', models.DateTimeField(null=True, verbose_name='open until')),
                    ('declined_at', models.DateTimeField(null=True, verbose_name='declined')),
                    ('notify_at', models.DateTimeField(null=True, verbose_name='participants are told')),
                    ('notified_at', models.DateTimeField(null=True, verbose_name='participants were told')),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                    ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_community.conversation')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                    ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='onvif_privacy_community.report')),
                ],
                options={
                    'verbose_name': 'opening of messages',
                    'verbose_name_plural': 'openings of messages',
                    'ordering': ['-requested_at'],
                    'permissions': [('request_opening', 'Can ask to open reported messages'), ('approve_opening', 'Can approve the opening of reported messages')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('requested_by')), _negated=True), _connector='OR'), name='op_community_opening_two'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None), ('expires_at', None), ('notify_at', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('declined_at', None), ('expires_at__isnull', False), models.Q(('notify_at__isnull', False), ('basis', 'ticket'), _connector='OR')), _connector='OR'), name='op_community_opening_whole'), models.CheckConstraint(condition=models.Q(models.Q(('basis', 'report'), ('reference', ''), ('report__isnull', False)), models.Q(('basis', 'ticket'), ('report__isnull', True), models.Q(('reference', ''), _negated=True)), _connector='OR'), name='op_community_opening_basis'), models.CheckConstraint(condition=models.Q(('expires_at', None), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('approved_at'), '+', models.Value(datetime.timedelta(days=2)))), _connector='OR'), name='op_community_opening_hours'), models.CheckConstraint(condition=models.Q(models.Q(('period_from', None), ('period_to', None)), ('period_from__lt', models.F('period_to')), _connector='OR'), name='op_community_opening_period'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='op_community_opening_reason'), models.CheckConstraint(condition=models.Q(('delay_days__lte', 90)), name='op_community_opening_delay')],
                },
            ), migrations.CreateModel(
                name='OpeningKey',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('sealed_key', onvif_privacy.core.fields.EncryptedBinaryField(editable=False, null=True, subject=None)),
                    ('conversation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_community.conversation')),
                ],
                options={
                    'verbose_name': 'key of a conversation',
                    'verbose_name_plural': 'keys of conversations',
                },
            ), migrations.CreateModel(
                name='OpeningUse',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('scope_ref', models.CharField(max_length=32)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='read')),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry')),
                    ('message', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_community.conversationmessage')),
                    ('opening', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='onvif_privacy_community.opening')),
                    ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                ],
                options={
                    'verbose_name': 'reading of a message',
                    'verbose_name_plural': 'readings of messages',
                    'ordering': ['-at'],
                },
            ), migrations.CreateModel(
                name='Participant',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('sealed_key', onvif_privacy.core.fields.EncryptedBinaryField(editable=False, null=True, subject='subject')),
                    ('joined_after', models.PositiveIntegerField(default=0)),
                    ('joined_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='joined')),
                    ('left_at', models.DateTimeField(null=True, verbose_name='left')),
                    ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='participants', to='onvif_privacy_community.conversation')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                ],
                options={
                    'verbose_name': 'participant',
                    'verbose_name_plural': 'participants',
                    'constraints': [models.UniqueConstraint(fields=('conversation', 'subject'), name='op_community_participant')],
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
            ), migrations.CreateModel(
                name='Report',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(choices=[('threat', 'a threat'), ('harassment', 'harassment'), ('fraud', 'fraud'), ('unwanted', 'advertising'), ('other', 'something else')], max_length=10, verbose_name='what it is')),
                    ('words', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, sensitive=True, subject='reporter', verbose_name='why')),
                    ('state', models.CharField(choices=[('waiting', 'waiting'), ('closed', 'closed')], default='waiting', max_length=7, verbose_name='state')),
                    ('reported_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='reported')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                    ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_community.conversation')),
                    ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                ],
                options={
                    'verbose_name': 'report of messages',
                    'verbose_name_plural': 'reports of messages',
                    'ordering': ['-reported_at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state', 'waiting')), models.Q(('closed_at__isnull', False), ('state', 'closed')), _connector='OR'), name='op_community_report_closed')],
                },
            ), migrations.CreateModel(
                name='ReportedMessage',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('copy', onvif_privacy.core.fields.EncryptedTextField(null=True, sensitive=True, subject='author')),
                    ('digest', models.CharField(max_length=64)),
                    ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                    ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_community.conversationmessage')),
                    ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='onvif_privacy_community.report')),
                ],
                options={
                    'verbose_name': 'reported message',
                    'verbose_name_plural': 'reported messages',
                    'constraints': [models.UniqueConstraint(fields=('report', 'message'), name='op_community_reported')],
                },
            ), migrations.CreateModel(
                name='Block',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                ],
                options={
                    'verbose_name': 'blocked sender',
                    'verbose_name_plural': 'blocked senders',
                    'constraints': [models.UniqueConstraint(fields=('subject', 'sender'), name='op_community_block'), models.CheckConstraint(condition=models.Q(('subject', models.F('sender')), _negated=True), name='op_community_block_other')],
                },
            ), migrations.CreateModel(
                name='ConversationLetter',
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
                    ('once', models.CharField(max_length=48, unique=True)),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'notification of a message',
                    'verbose_name_plural': 'notifications of messages',
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_community_letter_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_community_conversationletter_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_community_conversationletter_why')],
                },
            )],
        ),
    ]
