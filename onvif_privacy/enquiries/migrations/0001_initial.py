import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import onvif_privacy.core.fields
import onvif_privacy.core.together
import onvif_privacy.enquiries.models.files
import onvif_privacy.enquiries.models.numbers
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
                name='Holiday',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField(unique=True, verbose_name='day')),
                    ('name', models.CharField(blank=True, max_length=100, verbose_name='name')),
                ],
                options={
                    'verbose_name': 'holiday',
                    'verbose_name_plural': 'holidays',
                    'ordering': ['day'],
                },
            ), migrations.CreateModel(
                name='Probe',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('address', models.EmailField(max_length=254, verbose_name='address')),
                    ('sent_at', models.DateTimeField(verbose_name='sent')),
                    ('seen_at', models.DateTimeField(null=True, verbose_name='arrived')),
                ],
                options={
                    'verbose_name': 'test of the address',
                    'verbose_name_plural': 'tests of the address',
                    'ordering': ['-sent_at'],
                },
            ), migrations.CreateModel(
                name='Publication',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('quarter', models.DateField(unique=True, verbose_name='quarter from')),
                    ('figures', models.JSONField(verbose_name='figures')),
                    ('digest', models.CharField(max_length=64)),
                    ('published_by', models.CharField(max_length=22, verbose_name='published by')),
                    ('published_at', models.DateTimeField(verbose_name='published')),
                ],
                options={
                    'verbose_name': 'published figures',
                    'verbose_name_plural': 'published figures',
                    'ordering': ['-quarter'],
                },
            ), migrations.CreateModel(
                name='ClockRule',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.SlugField(max_length=32, unique=True, verbose_name='short name')),
                    ('applies', models.CharField(choices=[('all', 'comments and complaints'), ('complaint', 'complaints'), ('rights', "what holds a request about the person's own data")], default='complaint', max_length=9, verbose_name='for')),
                    ('begins', models.CharField(choices=[('received', 'received'), ('acknowledged', 'acknowledged'), ('determined', 'determined'), ('remedied', 'put right')], max_length=12, verbose_name='from')),
                    ('ends', models.CharField(choices=[('received', 'received'), ('acknowledged', 'acknowledged'), ('determined', 'determined'), ('remedied', 'put right')], max_length=12, verbose_name='to')),
                    ('amount', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3660)], verbose_name='how long')),
                    ('unit', models.CharField(choices=[('minutes', 'minutes'), ('hours', 'hours'), ('days', 'days'), ('months', 'months'), ('business_days', 'working days')], default='days', max_length=13, verbose_name='unit')),
                    ('start', models.CharField(choices=[('instant', 'at once'), ('next_day', 'with the next day')], default='instant', max_length=8, verbose_name='counted')),
                    ('statutory', models.BooleanField(default=False, verbose_name='set by law')),
                    ('pausable', models.BooleanField(default=False, verbose_name='can be paused')),
                    ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                    ('is_on', models.BooleanField(default=True, verbose_name='applies here')),
                    ('confirmed_by', models.CharField(blank=True, max_length=22, verbose_name='confirmed by')),
                    ('confirmed_on', models.DateField(blank=True, null=True, verbose_name='confirmed on')),
                ],
                options={
                    'verbose_name': 'clock',
                    'verbose_name_plural': 'clocks',
                    'ordering': ['slug'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('pausable', True), ('statutory', True), _negated=True), name='op_clock_not_paused', violation_error_message='A clock that a law sets is paused by nobody.'), models.CheckConstraint(condition=models.Q(('pausable', True), ('unit__in', ['minutes', 'hours']), _negated=True), name='op_clock_pause_unit', violation_error_message='Only clocks of days and months can be paused.'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by', ''), ('confirmed_on', None)), models.Q(models.Q(('confirmed_by', ''), _negated=True), ('confirmed_on__isnull', False)), _connector='OR'), name='op_clock_confirmed')],
                },
            ), migrations.CreateModel(
                name='Enquiry',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('ref', models.CharField(default=onvif_privacy.enquiries.models.numbers.new_ref, max_length=11, unique=True, verbose_name='number')),
                    ('kind', models.CharField(choices=[('comment', 'comment'), ('complaint', 'complaint')], max_length=9, verbose_name='kind')),
                    ('channel', models.CharField(choices=[('form', 'by the form'), ('email', 'by e-mail'), ('post', 'by letter'), ('telephone', 'by telephone'), ('staff', 'by a member of staff')], max_length=9, verbose_name='channel')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('reply_to', onvif_privacy.core.fields.EncryptedEmailField(blank=True, index=onvif_privacy.core.fields.BlindIndex(rows=10000), null=True, subject='id', verbose_name='address to answer to')),
                    ('address_mac', models.CharField(blank=True, db_index=True, max_length=64)),
                    ('addressed', models.BooleanField(default=False, editable=False)),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('complained_on', models.DateField(blank=True, null=True, verbose_name='day it is about')),
                    ('rights_request', models.BooleanField(default=False, verbose_name="holds a request about the person's own data")),
                    ('quarantined', models.CharField(blank=True, max_length=16, verbose_name='waits to be looked at')),
                    ('state', models.CharField(choices=[('received', 'received'), ('acknowledged', 'acknowledged'), ('investigating', 'being looked into'), ('determined', 'determined'), ('remedying', 'being put right'), ('remedied', 'put right'), ('verified', 'looked at by another person'), ('closed', 'closed')], default='received', max_length=13, verbose_name='state')),
                    ('outcome', models.CharField(blank=True, choices=[('', 'not determined'), ('upheld', 'upheld'), ('partly', 'upheld in part'), ('not_upheld', 'not upheld'), ('not_ours', 'not ours to decide')], default='', max_length=10, verbose_name='outcome')),
                    ('turn', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('received_at', models.DateTimeField(verbose_name='received')),
                    ('reopened_at', models.DateTimeField(null=True, verbose_name='opened again')),
                    ('acknowledged_at', models.DateTimeField(null=True, verbose_name='acknowledged')),
                    ('determined_at', models.DateTimeField(null=True, verbose_name='determined')),
                    ('remedied_at', models.DateTimeField(null=True, verbose_name='put right')),
                    ('verified_at', models.DateTimeField(null=True, verbose_name='looked at by another person')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
                    ('ended_at', models.DateTimeField(null=True, verbose_name='text and files ended')),
                    ('due_at', models.DateTimeField(null=True, verbose_name='due')),
                    ('entered_by', models.CharField(blank=True, max_length=22, verbose_name='entered by')),
                    ('handler', models.CharField(blank=True, max_length=22, verbose_name='handled by')),
                    ('determined_by', models.CharField(blank=True, max_length=22, verbose_name='determined by')),
                    ('remedied_by', models.CharField(blank=True, max_length=22, verbose_name='put right by')),
                    ('verified_by', models.CharField(blank=True, max_length=22, verbose_name='looked at by')),
                    ('reply_to_index', onvif_privacy.core.fields.IndexColumn()),
                    ('subject', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'comment or complaint',
                    'verbose_name_plural': 'comments and complaints',
                    'ordering': ['-received_at'],
                    'permissions': [('work_enquiry', 'Can read, answer and determine comments and complaints'), ('verify_enquiry', 'Can look at what was put right, and publish figures')],
                    'indexes': [models.Index(fields=['state', 'due_at'], name='op_enquiry_due'), models.Index(fields=['received_at'], name='op_enquiry_received'), models.Index(fields=['closed_at'], name='op_enquiry_closed_at')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('determined_at', None), ('determined_by', ''), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('determined_at__isnull', False), models.Q(('determined_by', ''), _negated=True)), _connector='OR'), name='op_enquiry_determined'), models.CheckConstraint(condition=models.Q(models.Q(('remedied_at', None), ('remedied_by', '')), models.Q(('outcome__in', ['upheld', 'partly']), ('remedied_at__gte', models.F('determined_at')), models.Q(('remedied_by', ''), _negated=True)), _connector='OR'), name='op_enquiry_remedied'), models.CheckConstraint(condition=models.Q(models.Q(('verified_at', None), ('verified_by', '')), models.Q(('verified_at__gte', models.F('remedied_at')), models.Q(('verified_by', ''), _negated=True), models.Q(('verified_by', models.F('remedied_by')), _negated=True)), _connector='OR'), name='op_enquiry_verified'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'closed'), _negated=True), models.Q(('closed_at__isnull', False), models.Q(models.Q(('outcome__in', ['upheld', 'partly']), _negated=True), ('verified_at__isnull', False), _connector='OR')), _connector='OR'), name='op_enquiry_closed'), models.CheckConstraint(condition=models.Q(('state', 'closed'), ('closed_at', None), _connector='OR'), name='op_enquiry_open'), models.CheckConstraint(condition=models.Q(('state__in', ['received', 'acknowledged', 'investigating', 'determined', 'remedying', 'remedied', 'verified', 'closed'])), name='op_enquiry_state')],
                },
            ), migrations.CreateModel(
                name='Concern',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('person', models.CharField(max_length=22, verbose_name='person')),
                    ('noted_by', models.CharField(max_length=22)),
                    ('at', models.DateTimeField()),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='onvif_privacy_enquiries.enquiry')),
                ],
                options={
                    'verbose_name': 'concern',
                    'verbose_name_plural': 'concerns',
                    'constraints': [models.UniqueConstraint(fields=('enquiry', 'person'), name='op_enquiry_concern'), models.CheckConstraint(condition=models.Q(('person', ''), _negated=True), name='op_enquiry_concern_named')],
                },
            ), migrations.CreateModel(
                name='ClockPause',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('turn', models.PositiveSmallIntegerField()),
                    ('since', models.DateField(verbose_name='from')),
                    ('days', models.PositiveSmallIntegerField(verbose_name='days')),
                    ('reason', models.CharField(max_length=500, verbose_name='reason')),
                    ('by', models.CharField(max_length=22)),
                    ('at', models.DateTimeField()),
                    ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='onvif_privacy_enquiries.clockrule')),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='onvif_privacy_enquiries.enquiry')),
                ],
                options={
                    'verbose_name': 'pause',
                    'verbose_name_plural': 'pauses',
                    'constraints': [models.UniqueConstraint(fields=('enquiry', 'rule', 'turn'), name='op_clock_pause_once'), models.CheckConstraint(condition=models.Q(('days__gte', 1), ('days__lte', 30)), name='op_clock_pause_days'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='op_clock_pause_reason')],
                },
            ), migrations.CreateModel(
                name='ClauseLink',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.CharField(max_length=48, verbose_name='clause')),
                    ('text_digest', models.CharField(blank=True, max_length=64)),
                    ('words', models.TextField(blank=True, verbose_name='text as it stood')),
                    ('on', models.DateField(verbose_name='day')),
                    ('verdict_on', models.CharField(max_length=10, verbose_name='verdict of the day')),
                    ('verdict_received', models.CharField(max_length=10, verbose_name='verdict at receipt')),
                    ('history_digest', models.CharField(max_length=64)),
                    ('at', models.DateTimeField()),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clauses', to='onvif_privacy_enquiries.enquiry')),
                ],
                options={
                    'verbose_name': 'clause',
                    'verbose_name_plural': 'clauses',
                    'constraints': [models.UniqueConstraint(fields=('enquiry', 'slug'), name='op_enquiry_clause')],
                },
            ), migrations.CreateModel(
                name='Citation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('version', models.PositiveIntegerField(verbose_name='version')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='citations', to='onvif_privacy_enquiries.enquiry')),
                ],
                options={
                    'verbose_name': 'change that it led to',
                    'verbose_name_plural': 'changes that it led to',
                    'constraints': [models.UniqueConstraint(fields=('enquiry', 'version'), name='op_enquiry_citation')],
                },
            ), migrations.CreateModel(
                name='Access',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('mail', models.BooleanField(default=False)),
                    ('mac', models.CharField(max_length=64, unique=True)),
                    ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('used_at', models.DateTimeField(null=True)),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='accesses', to='onvif_privacy_enquiries.enquiry')),
                ],
            ), migrations.CreateModel(
                name='Entry',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('sequence', models.PositiveIntegerField()),
                    ('direction', models.CharField(choices=[('in', 'from the person'), ('out', 'to the person'), ('note', 'note of staff')], max_length=4)),
                    ('body', onvif_privacy.core.fields.EncryptedTextField(null=True, subject='enquiry', verbose_name='text')),
                    ('author', models.CharField(blank=True, max_length=22, verbose_name='written by')),
                    ('proven', models.BooleanField(default=True, verbose_name='the sender is known')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('key', models.CharField(max_length=64, unique=True)),
                    ('text_mac', models.CharField(blank=True, db_index=True, max_length=64)),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='onvif_privacy_enquiries.enquiry')),
                ],
                options={
                    'verbose_name': 'entry',
                    'verbose_name_plural': 'entries',
                    'ordering': ['sequence'],
                    'constraints': [models.UniqueConstraint(fields=('enquiry', 'sequence'), name='op_enquiry_entry')],
                },
            ), migrations.CreateModel(
                name='Attachment',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('name', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='enquiry', verbose_name='name')),
                    ('file', models.FileField(max_length=80, storage=onvif_privacy.enquiries.models.files.sealed_storage, upload_to='')),
                    ('size', models.PositiveBigIntegerField(verbose_name='size')),
                    ('digest', models.CharField(max_length=64)),
                    ('sniffed', models.CharField(blank=True, max_length=32, verbose_name='looks like')),
                    ('scan', models.CharField(choices=[('none', 'not scanned'), ('clean', 'clean'), ('flagged', 'flagged')], default='none', max_length=7)),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='onvif_privacy_enquiries.enquiry')),
                    ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='onvif_privacy_enquiries.entry')),
                ],
                options={
                    'verbose_name': 'file',
                    'verbose_name_plural': 'files',
                },
            ), migrations.CreateModel(
                name='Intake',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('digest', models.CharField(max_length=64, unique=True)),
                    ('result', models.CharField(choices=[('new', 'a new enquiry'), ('follow_up', 'added to one'), ('quarantined', 'kept to be looked at'), ('probe', 'our own test'), ('unreadable', 'not readable, kept whole')], max_length=11, verbose_name='became')),
                    ('size', models.PositiveBigIntegerField(verbose_name='size')),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='read')),
                    ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_enquiries.entry')),
                ],
                options={
                    'verbose_name': 'mail that came in',
                    'verbose_name_plural': 'mails that came in',
                    'ordering': ['-at'],
                },
            ), migrations.CreateModel(
                name='Letter',
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
                    ('what', models.CharField(choices=[('acknowledged', 'we have it'), ('answer', 'an answer'), ('determined', 'what was determined'), ('outcome', 'what was put right'), ('reopened', 'opened again'), ('cited', 'a comment led to a change of the statement')], max_length=12, verbose_name='what')),
                    ('token', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='enquiry')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('once', models.CharField(max_length=80, unique=True)),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='onvif_privacy_enquiries.enquiry')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'letter about an enquiry',
                    'verbose_name_plural': 'letters about enquiries',
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_enquiry_letter_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_enquiries_letter_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_enquiries_letter_why')],
                },
            ), migrations.CreateModel(
                name='Remedy',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('turn', models.PositiveSmallIntegerField()),
                    ('kind', models.CharField(choices=[('check_green', 'the check of the clause is green again'), ('correction', 'data was corrected'), ('erasure', 'data was erased'), ('recall', 'a partner was told to delete'), ('text', 'the statement was changed'), ('answer', 'an answer was given'), ('other', 'something else')], max_length=11, verbose_name='what was done')),
                    ('evidence', models.CharField(max_length=200, verbose_name='evidence')),
                    ('evidence_digest', models.CharField(max_length=64)),
                    ('regression', models.CharField(blank=True, choices=[('', 'no clause is concerned'), ('saboteur', 'a saboteur was added'), ('tightened', 'a check was tightened'), ('impossible', 'no check could notice it')], max_length=10, verbose_name='so that it is noticed')),
                    ('reason', models.CharField(blank=True, max_length=500, verbose_name='why no check could notice it')),
                    ('done_by', models.CharField(max_length=22)),
                    ('at', models.DateTimeField()),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remedies', to='onvif_privacy_enquiries.enquiry')),
                    ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy_enquiries.entry')),
                ],
                options={
                    'verbose_name': 'remedy',
                    'verbose_name_plural': 'remedies',
                    'ordering': ['at'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('regression', 'impossible'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='op_remedy_reason'), models.CheckConstraint(condition=models.Q(('done_by', ''), _negated=True), name='op_remedy_done_by')],
                },
            ), migrations.CreateModel(
                name='Transition',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveIntegerField()),
                    ('before', models.CharField(blank=True, max_length=13, verbose_name='from')),
                    ('after', models.CharField(choices=[('received', 'received'), ('acknowledged', 'acknowledged'), ('investigating', 'being looked into'), ('determined', 'determined'), ('remedying', 'being put right'), ('remedied', 'put right'), ('verified', 'looked at by another person'), ('closed', 'closed')], max_length=13, verbose_name='to')),
                    ('outcome', models.CharField(blank=True, choices=[('', 'not determined'), ('upheld', 'upheld'), ('partly', 'upheld in part'), ('not_upheld', 'not upheld'), ('not_ours', 'not ours to decide')], max_length=10, verbose_name='outcome')),
                    ('actor', models.CharField(blank=True, max_length=22, verbose_name='by')),
                    ('reason', models.CharField(blank=True, max_length=16, verbose_name='reason')),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('enquiry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='onvif_privacy_enquiries.enquiry')),
                ],
                options={
                    'verbose_name': 'move',
                    'verbose_name_plural': 'moves',
                    'ordering': ['number'],
                    'indexes': [models.Index(fields=['after', 'at'], name='op_enquiry_moved')],
                    'constraints': [models.UniqueConstraint(fields=('enquiry', 'number'), name='op_enquiry_transition')],
                },
            )],
        ),
    ]
