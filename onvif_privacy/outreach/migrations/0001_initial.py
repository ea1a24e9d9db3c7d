import django.db.models.deletion
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
                name='UndeclaredMail',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('call_site', models.CharField(max_length=200, unique=True, verbose_name='sent by')),
                    ('number', models.PositiveBigIntegerField(default=0, verbose_name='mails')),
                    ('first_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='first')),
                    ('last_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last')),
                ],
                options={
                    'verbose_name': 'undeclared mail',
                    'verbose_name_plural': 'undeclared mail',
                    'ordering': ['-last_at'],
                },
            ), migrations.CreateModel(
                name='Campaign',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('ref', models.CharField(editable=False, max_length=11, unique=True, verbose_name='reference')),
                    ('title', models.CharField(help_text='For staff only; nobody else sees it.', max_length=120, verbose_name='title')),
                    ('kind', models.CharField(choices=[('product_news', 'our news'), ('affiliate', 'news of an affiliate'), ('partner_offer', 'offer of a business partner'), ('survey', 'invitation to a survey')], default='product_news', max_length=13, verbose_name='kind')),
                    ('purpose', models.CharField(editable=False, max_length=48, verbose_name='purpose')),
                    ('segment', models.CharField(blank=True, max_length=48, verbose_name='segment')),
                    ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'submitted'), ('approved', 'approved'), ('queueing', 'being queued'), ('sending', 'being sent'), ('paused', 'paused'), ('done', 'done'), ('cancelled', 'cancelled')], default='draft', editable=False, max_length=9, verbose_name='state')),
                    ('text_digest', models.CharField(blank=True, editable=False, max_length=64)),
                    ('send_from', models.DateTimeField(blank=True, null=True, verbose_name='not before')),
                    ('send_until', models.DateTimeField(blank=True, null=True, verbose_name='not after')),
                    ('cursor', models.UUIDField(editable=False, null=True)),
                    ('needs_second', models.BooleanField(default=False, editable=False, verbose_name='needs a second person')),
                    ('submitted_by', models.CharField(blank=True, editable=False, max_length=22, verbose_name='submitted by')),
                    ('approved_by', models.CharField(blank=True, editable=False, max_length=22, verbose_name='approved by')),
                    ('approved_digest', models.CharField(blank=True, editable=False, max_length=64)),
                    ('because', models.CharField(blank=True, editable=False, max_length=64, verbose_name='reason')),
                    ('counts', models.JSONField(default=dict, editable=False, verbose_name='numbers at the end')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made')),
                    ('began_at', models.DateTimeField(editable=False, null=True, verbose_name='began')),
                    ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='ended')),
                    ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.party', verbose_name='affiliate or partner')),
                    ('survey', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='onvif_privacy_outreach.survey', verbose_name='survey')),
                ],
                options={
                    'verbose_name': 'campaign',
                    'verbose_name_plural': 'campaigns',
                    'ordering': ['-created_at'],
                    'permissions': [('approve_campaign', 'Can approve campaigns of others'), ('look_up_suppression', 'Can look up whether an address is suppressed')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'product_news'), ('party__isnull', True), ('purpose', 'product_news')), models.Q(('kind', 'affiliate'), ('party__isnull', False), models.Q(('purpose__in', ('product_news', 'partner_offers', 'surveys')), _negated=True)), models.Q(('kind', 'partner_offer'), ('needs_second', True), ('party__isnull', False), ('purpose', 'partner_offers')), models.Q(('kind', 'survey'), ('purpose', 'surveys'), ('survey__isnull', False)), _connector='OR'), name='op_outreach_campaign_purpose'), models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'approved', 'queueing', 'sending', 'paused', 'done', 'cancelled'))), name='op_outreach_campaign_state'), models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'cancelled')), models.Q(models.Q(('approved_by', ''), _negated=True), models.Q(('needs_second', False), models.Q(('approved_by', models.F('submitted_by')), _negated=True), _connector='OR')), _connector='OR'), name='op_outreach_campaign_two'), models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'submitted', 'cancelled')), models.Q(models.Q(('text_digest', ''), _negated=True), ('approved_digest', models.F('text_digest'))), _connector='OR'), name='op_outreach_campaign_text')],
                },
            ), migrations.CreateModel(
                name='DeliveryEvent',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('provider', models.CharField(max_length=48, verbose_name='reported by')),
                    ('event_id', models.CharField(max_length=64)),
                    ('kind', models.CharField(choices=[('delivered', 'delivered'), ('bounced', 'bounced'), ('deferred', 'not taken yet'), ('complained', 'complaint'), ('rejected', 'rejected')], max_length=10, verbose_name='what')),
                    ('message', models.UUIDField(null=True)),
                    ('address_hash', models.CharField(blank=True, max_length=68)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ],
                options={
                    'verbose_name': 'delivery event',
                    'verbose_name_plural': 'delivery events',
                    'ordering': ['-at'],
                    'indexes': [models.Index(fields=['address_hash', 'kind', 'at'], name='op_outreach_event_soft')],
                    'constraints': [models.UniqueConstraint(fields=('provider', 'event_id'), name='op_outreach_event_once')],
                },
            ), migrations.CreateModel(
                name='SendBatch',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='opened')),
                    ('sent', models.PositiveIntegerField(null=True, verbose_name='sent')),
                    ('others', models.PositiveIntegerField(null=True, verbose_name='not sent')),
                    ('digest', models.CharField(max_length=64, null=True)),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                    ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='onvif_privacy_outreach.campaign')),
                    ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry')),
                ],
                options={
                    'verbose_name': 'batch of mails',
                    'verbose_name_plural': 'batches of mails',
                    'ordering': ['-opened_at'],
                    'indexes': [models.Index(fields=['closed_at'], name='op_outreach_batch_closed')],
                },
            ), migrations.CreateModel(
                name='Message',
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
                    ('decision', models.UUIDField(null=True)),
                    ('address_hash', models.CharField(blank=True, max_length=68)),
                    ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='onvif_privacy_outreach.campaign', verbose_name='campaign')),
                    ('canary', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.canary')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                    ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='messages', to='onvif_privacy_outreach.sendbatch')),
                ],
                options={
                    'verbose_name': 'mail',
                    'verbose_name_plural': 'mails',
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_outreach_message_due'), models.Index(fields=['campaign', 'state', 'reason'], name='op_outreach_message_of'), models.Index(fields=['subject', 'sending_at'], name='op_outreach_message_cap'), models.Index(fields=['address_hash'], name='op_outreach_message_hash')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_outreach_message_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_outreach_message_why'), models.UniqueConstraint(fields=('campaign', 'subject'), name='op_outreach_message_once'), models.CheckConstraint(condition=models.Q(models.Q(('canary__isnull', True), ('subject__isnull', False)), models.Q(('canary__isnull', False), ('subject__isnull', True)), _connector='OR'), name='op_outreach_message_whose'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('decision__isnull', False), ('canary__isnull', False), _connector='OR'), name='op_outreach_message_why')],
                },
            ), migrations.CreateModel(
                name='Subscriber',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('address', onvif_privacy.core.fields.EncryptedEmailField(index=onvif_privacy.core.fields.BlindIndex(rows=1000000), subject='subject', verbose_name='e-mail address')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('proven_at', models.DateTimeField(null=True, verbose_name='proven')),
                    ('added_on', models.DateField(auto_now_add=True, verbose_name='added')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('address_index', onvif_privacy.core.fields.IndexColumn()),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'subscriber',
                    'verbose_name_plural': 'subscribers',
                },
            ), migrations.CreateModel(
                name='Suppression',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('channel', models.CharField(default='email', max_length=8, verbose_name='channel')),
                    ('address_hash', models.CharField(max_length=68)),
                    ('scope', models.CharField(max_length=48, verbose_name='scope')),
                    ('reason', models.CharField(choices=[('unsubscribe', 'unsubscribed'), ('complaint', 'complaint'), ('bounce', 'bounced'), ('objection', 'objection'), ('erasure', 'erasure'), ('staff', 'entered by staff')], max_length=11, verbose_name='reason')),
                    ('until', models.DateTimeField(null=True, verbose_name='until')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ],
                options={
                    'verbose_name': 'suppressed address',
                    'verbose_name_plural': 'suppressed addresses',
                    'constraints': [models.UniqueConstraint(fields=('channel', 'address_hash', 'scope'), name='op_outreach_suppressed_once'), models.CheckConstraint(condition=models.Q(models.Q(('address_hash', ''), _negated=True), models.Q(('scope', ''), _negated=True)), name='op_outreach_suppressed_what')],
                },
            ), migrations.CreateModel(
                name='Survey',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('ref', models.CharField(editable=False, max_length=11, unique=True, verbose_name='reference')),
                    ('title', models.CharField(max_length=200, verbose_name='title')),
                    ('introduction', models.TextField(blank=True, max_length=2000, verbose_name='introduction')),
                    ('state', models.CharField(choices=[('draft', 'draft'), ('open', 'open'), ('closed', 'closed')], default='draft', editable=False, max_length=8, verbose_name='state')),
                    ('public', models.BooleanField(default=False, verbose_name='results are public')),
                    ('closes_on', models.DateField(blank=True, null=True, verbose_name='closes on')),
                    ('delete_on', models.DateField(blank=True, null=True, verbose_name='free text is deleted on')),
                    ('answers', models.PositiveIntegerField(default=0, editable=False, verbose_name='answers')),
                    ('released', models.PositiveIntegerField(default=0, editable=False)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='made')),
                ],
                options={
                    'verbose_name': 'survey',
                    'verbose_name_plural': 'surveys',
                    'ordering': ['-created_at'],
                    'permissions': [('run_survey', 'Can open and close surveys and release results')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('draft', 'open', 'closed'))), name='op_outreach_survey_state'), models.CheckConstraint(condition=models.Q(('released__lte', models.F('answers'))), name='op_outreach_survey_released')],
                },
            ), migrations.CreateModel(
                name='SpentToken',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('token_hash', models.CharField(max_length=64)),
                    ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='onvif_privacy_outreach.survey')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('survey', 'token_hash'), name='op_outreach_spent_once')],
                },
            ), migrations.CreateModel(
                name='Question',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                    ('kind', models.CharField(choices=[('single', 'one of several'), ('multi', 'any of several'), ('scale', 'from 1 to 5'), ('text', 'free text')], default='single', max_length=6, verbose_name='kind')),
                    ('label', models.CharField(max_length=300, verbose_name='question')),
                    ('choices', models.TextField(blank=True, help_text='One a line, at most 20.', verbose_name='choices')),
                    ('cross', models.BooleanField(default=False, verbose_name='compare the others by this')),
                    ('survey', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='onvif_privacy_outreach.survey', verbose_name='survey')),
                ],
                options={
                    'verbose_name': 'question',
                    'verbose_name_plural': 'questions',
                    'ordering': ['position'],
                    'constraints': [models.UniqueConstraint(fields=('survey', 'position'), name='op_outreach_question_place'), models.CheckConstraint(condition=models.Q(('cross', False), ('kind', 'single'), _connector='OR'), name='op_outreach_question_cross')],
                },
            ), migrations.CreateModel(
                name='SurveyRelease',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                    ('answers', models.PositiveIntegerField(verbose_name='answers')),
                    ('counts', models.JSONField(verbose_name='numbers')),
                    ('digest', models.CharField(max_length=64)),
                    ('released_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='released')),
                    ('survey', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='onvif_privacy_outreach.survey')),
                ],
                options={
                    'verbose_name': 'results of a survey',
                    'verbose_name_plural': 'results of surveys',
                    'ordering': ['survey', 'number'],
                    'constraints': [models.UniqueConstraint(fields=('survey', 'number'), name='op_outreach_survey_number'), models.CheckConstraint(condition=models.Q(('answers__gte', 1)), name='op_outreach_survey_answers')],
                },
            ), migrations.CreateModel(
                name='Tally',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('choice', models.PositiveSmallIntegerField()),
                    ('cross', models.PositiveSmallIntegerField(default=0)),
                    ('n', models.PositiveIntegerField(default=0)),
                    ('published', models.PositiveIntegerField(default=0)),
                    ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='onvif_privacy_outreach.question')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('question', 'choice', 'cross'), name='op_outreach_tally_once'), models.CheckConstraint(condition=models.Q(('published__lte', models.F('n'))), name='op_outreach_tally_published')],
                },
            ), migrations.CreateModel(
                name='TextAnswer',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('text', models.TextField(max_length=2000, verbose_name='text')),
                    ('week', models.CharField(max_length=8, verbose_name='week')),
                    ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='onvif_privacy_outreach.question')),
                ],
                options={
                    'verbose_name': 'free text of a survey',
                    'verbose_name_plural': 'free texts of surveys',
                    'ordering': ['week', 'id'],
                },
            ), migrations.CreateModel(
                name='CampaignText',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16, verbose_name='language')),
                    ('subject', models.CharField(max_length=200, verbose_name='subject line')),
                    ('markdown', models.TextField(help_text='Markdown. {name} becomes the name.', max_length=50000, verbose_name='text')),
                    ('html', models.TextField(blank=True, editable=False)),
                    ('text', models.TextField(blank=True, editable=False)),
                    ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='onvif_privacy_outreach.campaign', verbose_name='campaign')),
                ],
                options={
                    'verbose_name': 'text of a campaign',
                    'verbose_name_plural': 'texts of a campaign',
                    'ordering': ['language'],
                    'constraints': [models.UniqueConstraint(fields=('campaign', 'language'), name='op_outreach_text_language')],
                },
            ), migrations.CreateModel(
                name='LinkTarget',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveSmallIntegerField()),
                    ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='onvif_privacy_outreach.campaign')),
                    ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.link')),
                ],
                options={
                    'ordering': ['number'],
                    'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='op_outreach_link_number')],
                },
            ), migrations.CreateModel(
                name='OptIn',
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
                    ('address', onvif_privacy.core.fields.EncryptedEmailField(subject=None, verbose_name='e-mail address')),
                    ('wanted', models.CharField(max_length=48, verbose_name='purpose asked for')),
                    ('notice', models.CharField(max_length=64)),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('address_hash', models.CharField(max_length=68)),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'request for mails',
                    'verbose_name_plural': 'requests for mails',
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_outreach_optin_due'), models.Index(fields=['address_hash', 'created_at'], name='op_outreach_optin_when')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_outreach_optin_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_outreach_optin_why')],
                },
            ), migrations.CreateModel(
                name='PartnerRelease',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField(verbose_name='day')),
                    ('counts', models.JSONField(verbose_name='numbers')),
                    ('digest', models.CharField(max_length=64)),
                    ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='onvif_privacy_outreach.campaign')),
                ],
                options={
                    'verbose_name': 'numbers for a partner',
                    'verbose_name_plural': 'numbers for partners',
                    'ordering': ['-day'],
                    'constraints': [models.UniqueConstraint(fields=('campaign', 'day'), name='op_outreach_partner_day')],
                },
            )],
        ),
    ]
