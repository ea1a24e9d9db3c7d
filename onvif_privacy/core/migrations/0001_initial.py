import django.db.models.deletion
import django.utils.timezone
import onvif_privacy.core.fields
import onvif_privacy.core.together
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
    ]

    operations = [
        onvif_privacy.core.together.CreateModels(
            operations=[migrations.CreateModel(
                name='Entry',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=100)),
                    ('at', models.DateTimeField()),
                    ('commitment', models.BinaryField(max_length=32)),
                    ('leaf', models.BinaryField(max_length=32)),
                    ('mac', models.BinaryField(max_length=32)),
                    ('mac_key', models.CharField(max_length=16)),
                    ('seal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='onvif_privacy.seal')),
                ],
                options={
                    'verbose_name': 'ledger entry',
                    'verbose_name_plural': 'ledger entries',
                    'indexes': [models.Index(fields=['kind', 'at'], name='op_entry_kind_at'), models.Index(fields=['at'], name='op_entry_at')],
                },
            ), migrations.CreateModel(
                name='Heartbeat',
                fields=[
                    ('check_name', models.CharField(max_length=150, primary_key=True, serialize=False)),
                    ('promise', models.CharField(max_length=100)),
                    ('looked_at', models.DateTimeField()),
                    ('count', models.PositiveBigIntegerField()),
                    ('verdict', models.CharField(max_length=10)),
                ],
            ), migrations.CreateModel(
                name='Lease',
                fields=[
                    ('job', models.CharField(max_length=64, primary_key=True, serialize=False)),
                    ('holder', models.CharField(blank=True, max_length=64)),
                    ('token', models.PositiveBigIntegerField(default=0)),
                    ('until', models.DateTimeField()),
                    ('cursor', models.JSONField(default=dict)),
                    ('known_at', models.DateTimeField(null=True)),
                    ('started_at', models.DateTimeField(null=True)),
                    ('done_at', models.DateTimeField(null=True)),
                    ('failed_at', models.DateTimeField(null=True)),
                    ('failure', models.CharField(blank=True, max_length=200)),
                ],
                options={
                    'verbose_name': 'job',
                    'verbose_name_plural': 'jobs',
                },
            ), migrations.CreateModel(
                name='Link',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('code', models.CharField(max_length=16, unique=True, verbose_name='code')),
                    ('url', models.CharField(max_length=2048, verbose_name='target')),
                    ('label', models.CharField(blank=True, max_length=48, verbose_name='used in')),
                    ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                ],
                options={
                    'verbose_name': 'link',
                    'verbose_name_plural': 'links',
                    'ordering': ['-created_at'],
                },
            ), migrations.CreateModel(
                name='Notice',
                fields=[
                    ('digest', models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
                    ('language', models.CharField(max_length=16)),
                    ('surface', models.CharField(max_length=32)),
                    ('text', models.TextField()),
                    ('first_used_at', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'verbose_name': 'notice',
                    'verbose_name_plural': 'notices',
                },
            ), migrations.CreateModel(
                name='Seal',
                fields=[
                    ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                    ('body', models.BinaryField()),
                    ('signature', models.BinaryField(max_length=64)),
                ],
                options={
                    'verbose_name': 'seal',
                    'verbose_name_plural': 'seals',
                },
            ), migrations.CreateModel(
                name='Anchoring',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('anchor', models.CharField(max_length=200, verbose_name='anchor')),
                    ('size', models.PositiveBigIntegerField(verbose_name='seals')),
                    ('digest', models.CharField(max_length=64, verbose_name='hash of the last seal')),
                    ('note', models.TextField(verbose_name='checkpoint')),
                    ('receipt', models.BinaryField(null=True, verbose_name='receipt')),
                    ('at', models.DateTimeField(verbose_name='taken')),
                ],
                options={
                    'verbose_name': 'anchored checkpoint',
                    'verbose_name_plural': 'anchored checkpoints',
                    'ordering': ['-at'],
                    'constraints': [models.UniqueConstraint(fields=('anchor', 'size'), name='op_anchoring_unique')],
                },
            ), migrations.CreateModel(
                name='Canary',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('purpose', models.CharField(max_length=48, verbose_name='purpose')),
                    ('recipient', models.CharField(max_length=100, verbose_name='recipient')),
                    ('serial', models.PositiveIntegerField(verbose_name='number')),
                    ('address', models.CharField(max_length=254, unique=True, verbose_name='address')),
                    ('senders', models.JSONField(default=list, verbose_name='who may write')),
                    ('minted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                    ('heard_at', models.DateTimeField(null=True, verbose_name='last mail of who may write')),
                    ('stranger_at', models.DateTimeField(null=True, verbose_name='first mail of a stranger')),
                ],
                options={
                    'verbose_name': 'canary contact',
                    'verbose_name_plural': 'canary contacts',
                    'ordering': ['-minted_at'],
                    'constraints': [models.UniqueConstraint(fields=('purpose', 'recipient', 'serial'), name='op_canary_serial')],
                },
            ), migrations.CreateModel(
                name='EntrySecret',
                fields=[
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='secret', serialize=False, to='onvif_privacy.entry')),
                    ('subject_id', models.UUIDField(db_index=True, null=True)),
                    ('sealed', models.BinaryField()),
                ],
                options={
                    'abstract': False,
                },
            ), migrations.CreateModel(
                name='LabelKey',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('label', models.CharField(max_length=32)),
                    ('generation', models.PositiveSmallIntegerField(default=1)),
                    ('ring_key', models.CharField(max_length=16)),
                    ('wrapped', models.BinaryField(max_length=128)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('label', 'generation'), name='op_labelkey_unique')],
                },
            ), migrations.CreateModel(
                name='Decision',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('purpose', models.CharField(max_length=48)),
                    ('purpose_digest', models.CharField(max_length=64)),
                    ('sequence', models.PositiveIntegerField()),
                    ('outcome', models.CharField(choices=[('granted', 'granted'), ('withdrawn', 'withdrawn'), ('objected', 'objected')], max_length=10)),
                    ('method', models.CharField(choices=[('accept_all', 'accepted all'), ('decline_all', 'declined all'), ('chosen', 'chosen one by one'), ('form', 'form'), ('signal', 'browser signal'), ('merge', 'taken over at sign-in'), ('imported', 'imported'), ('staff', 'entered by staff')], max_length=12)),
                    ('surface', models.CharField(blank=True, max_length=32)),
                    ('gpc', models.BooleanField(default=False)),
                    ('context_reference', models.CharField(blank=True, max_length=64)),
                    ('context_digest', models.CharField(blank=True, max_length=64)),
                    ('actor', models.CharField(blank=True, max_length=22)),
                    ('key', models.CharField(max_length=64)),
                    ('decided_at', models.DateTimeField()),
                    ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_as', to='onvif_privacy.decision')),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='onvif_privacy.entry')),
                    ('notice', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='onvif_privacy.notice')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='onvif_privacy.subject')),
                ],
                options={
                    'verbose_name': 'decision',
                    'verbose_name_plural': 'decisions',
                    'ordering': ['-decided_at'],
                    'indexes': [models.Index(fields=['purpose', 'decided_at'], name='op_decision_purpose_at')],
                    'constraints': [models.UniqueConstraint(fields=('subject', 'purpose', 'sequence'), name='op_decision_sequence'), models.UniqueConstraint(fields=('subject', 'purpose', 'key'), name='op_decision_key'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'granted'), _negated=True), ('notice__isnull', False), _connector='OR'), name='op_decision_notice')],
                },
            ), migrations.CreateModel(
                name='Party',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('slug', models.SlugField(max_length=48, unique=True, verbose_name='short name')),
                    ('role', models.CharField(choices=[('affiliate', 'affiliate'), ('trusted_partner', 'trusted partner'), ('business_partner', 'business partner'), ('authority', 'authority')], max_length=16, verbose_name='role')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('address', models.TextField(blank=True, verbose_name='address')),
                    ('country', models.CharField(blank=True, help_text='Two letters, for example DE.', max_length=2, verbose_name='country')),
                    ('url', models.URLField(blank=True, verbose_name='web site')),
                    ('statement_url', models.URLField(blank=True, verbose_name='privacy statement')),
                    ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                    ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ],
                options={
                    'verbose_name': 'party',
                    'verbose_name_plural': 'parties',
                    'ordering': ['name'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='op_party_dates', violation_error_message='The end lies before the beginning.')],
                },
            ), migrations.CreateModel(
                name='Proof',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('promise', models.CharField(max_length=100)),
                    ('check_name', models.CharField(max_length=150)),
                    ('verdict', models.CharField(max_length=10)),
                    ('findings', models.JSONField(default=list)),
                    ('at', models.DateTimeField()),
                ],
                options={
                    'verbose_name': 'proof',
                    'verbose_name_plural': 'proofs',
                    'indexes': [models.Index(fields=['check_name', 'at'], name='op_proof_check_at')],
                },
            ), migrations.CreateModel(
                name='Subject',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('created_on', models.DateField(auto_now_add=True)),
                    ('had_user', models.BooleanField(default=False, editable=False)),
                    ('restricted_at', models.DateTimeField(blank=True, null=True)),
                    ('orphaned_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ('erased_at', models.DateTimeField(blank=True, null=True)),
                    ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='onvif_privacy.subject')),
                    ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='privacy_subject', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'subject',
                    'verbose_name_plural': 'subjects',
                    'constraints': [models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), ('user__isnull', True), _connector='OR'), name='op_subject_erased')],
                },
            ), migrations.CreateModel(
                name='Standing',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('purpose', models.CharField(max_length=48)),
                    ('outcome', models.CharField(choices=[('granted', 'granted'), ('withdrawn', 'withdrawn'), ('objected', 'objected')], max_length=10)),
                    ('decided_at', models.DateTimeField()),
                    ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='standing', to='onvif_privacy.decision')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='standings', to='onvif_privacy.subject')),
                ],
                options={
                    'indexes': [models.Index(fields=['purpose', 'outcome'], name='op_standing_outcome')],
                    'constraints': [models.UniqueConstraint(fields=('subject', 'purpose'), name='op_standing_unique')],
                },
            ), migrations.CreateModel(
                name='Declarations',
                fields=[
                ],
                options={
                    'verbose_name': 'personal data',
                    'verbose_name_plural': 'Personal data',
                    'proxy': True,
                    'default_permissions': ('view',),
                    'indexes': [],
                    'constraints': [],
                },
                bases=('onvif_privacy.subject',),
            ), migrations.CreateModel(
                name='SubjectKey',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('subject_id', models.UUIDField()),
                    ('use', models.CharField(max_length=16)),
                    ('generation', models.PositiveSmallIntegerField(default=1)),
                    ('key_id', models.BinaryField(max_length=8)),
                    ('ring_key', models.CharField(max_length=16)),
                    ('wrapped', models.BinaryField(max_length=128, null=True)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('destroyed_at', models.DateTimeField(null=True)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('subject_id', 'use', 'generation'), name='op_subjectkey_unique'), models.CheckConstraint(condition=models.Q(models.Q(('destroyed_at__isnull', True), ('wrapped__isnull', False)), models.Q(('destroyed_at__isnull', False), ('wrapped__isnull', True)), _connector='OR'), name='op_subjectkey_destroyed')],
                },
            ), migrations.CreateModel(
                name='KeyStatus',
                fields=[
                ],
                options={
                    'verbose_name': 'keys',
                    'verbose_name_plural': 'Keys',
                    'proxy': True,
                    'default_permissions': ('view',),
                    'indexes': [],
                    'constraints': [],
                },
                bases=('onvif_privacy.subjectkey',),
            ), migrations.CreateModel(
                name='Telling',
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
                    ('title', onvif_privacy.core.fields.EncryptedTextField(subject='subject', verbose_name='subject line')),
                    ('text', onvif_privacy.core.fields.EncryptedTextField(subject='subject', verbose_name='text')),
                    ('channel', models.CharField(choices=[('mail', 'mail'), ('banner', 'banner at sign-in'), ('letter', 'letter')], default='mail', max_length=6, verbose_name='way')),
                    ('banner_until', models.DateTimeField(null=True, verbose_name='shown until')),
                    ('seen_at', models.DateTimeField(null=True, verbose_name='read')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'message to a person',
                    'verbose_name_plural': 'messages to people',
                    'ordering': ['-created_at'],
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_telling_due'), models.Index(fields=['channel', 'state'], name='op_telling_channel')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_telling_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_telling_why')],
                },
            ), migrations.CreateModel(
                name='Attestation',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('promise', models.CharField(max_length=100)),
                    ('words', models.TextField()),
                    ('person', models.CharField(max_length=22)),
                    ('evidence', models.CharField(max_length=200)),
                    ('at', models.DateTimeField()),
                    ('until', models.DateTimeField()),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='attestation', to='onvif_privacy.entry')),
                ],
                options={
                    'verbose_name': 'attestation',
                    'verbose_name_plural': 'attestations',
                    'constraints': [models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='op_attestation_until')],
                },
            ), migrations.CreateModel(
                name='Alarm',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=100, verbose_name='kind')),
                    ('reference', models.CharField(max_length=64, verbose_name='reference')),
                    ('details', models.JSONField(default=dict, verbose_name='details')),
                    ('at', models.DateTimeField(verbose_name='opened')),
                    ('mailed_at', models.DateTimeField(null=True, verbose_name='mailed')),
                    ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alarm', to='onvif_privacy.entry')),
                ],
                options={
                    'verbose_name': 'alarm',
                    'verbose_name_plural': 'alarms',
                    'ordering': ['-at'],
                    'indexes': [models.Index(fields=['mailed_at', 'at'], name='op_alarm_mailed')],
                    'constraints': [models.UniqueConstraint(fields=('kind', 'reference'), name='op_alarm_unique')],
                },
            ), migrations.CreateModel(
                name='LinkCount',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('clicks', models.PositiveBigIntegerField(default=0)),
                    ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='onvif_privacy.link')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('link', 'day'), name='op_linkcount_unique')],
                },
            ), migrations.CreateModel(
                name='Release',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('table_name', models.CharField(max_length=64)),
                    ('row_id', models.UUIDField()),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='onvif_privacy.entry')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('table_name', 'row_id'), name='op_release_unique')],
                },
            ), migrations.CreateModel(
                name='Renewal',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('purpose', models.CharField(max_length=48)),
                    ('reference', models.CharField(max_length=64)),
                    ('at', models.DateTimeField()),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='renewal', to='onvif_privacy.entry')),
                ],
                options={
                    'indexes': [models.Index(fields=['purpose', 'at'], name='op_renewal_purpose_at')],
                    'constraints': [models.UniqueConstraint(fields=('purpose', 'reference'), name='op_renewal_unique')],
                },
            )],
        ),
    ]
