import django.db.models.deletion
import django.utils.timezone
import onvif_privacy.core.fields
import onvif_privacy.core.together
import onvif_privacy.rights.models.requests
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
                name='LogLine',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('number', models.PositiveBigIntegerField(unique=True, verbose_name='number')),
                    ('source', models.UUIDField(unique=True)),
                    ('at', models.DateTimeField(verbose_name='time')),
                    ('words', models.TextField()),
                ],
                options={
                    'verbose_name': 'line of the log of erasures',
                    'verbose_name_plural': 'lines of the log of erasures',
                },
            ), migrations.CreateModel(
                name='RetentionRule',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('model', models.CharField(max_length=100, unique=True, verbose_name='model')),
                    ('digest', models.CharField(max_length=64)),
                    ('since', models.DateTimeField(verbose_name='known since')),
                    ('approved_at', models.DateTimeField(null=True, verbose_name='runs since')),
                    ('approved_by', models.CharField(blank=True, max_length=22, verbose_name='approved by')),
                    ('due', models.PositiveBigIntegerField(default=0, verbose_name='rows due then')),
                    ('total', models.PositiveBigIntegerField(default=0, verbose_name='rows then')),
                    ('examples', models.JSONField(default=list, verbose_name='examples')),
                ],
                options={
                    'verbose_name': 'rule of retention',
                    'verbose_name_plural': 'What ends when',
                },
            ), migrations.CreateModel(
                name='Person',
                fields=[
                ],
                options={
                    'verbose_name': 'what is held of a person',
                    'verbose_name_plural': 'What is held of people',
                    'permissions': (('reveal_person', 'Can reveal what is held of a person, for a purpose'),),
                    'proxy': True,
                    'default_permissions': ('view',),
                    'indexes': [],
                    'constraints': [],
                },
                bases=('onvif_privacy.subject',),
            ), migrations.CreateModel(
                name='Randomised',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('model', models.CharField(max_length=100)),
                    ('row', models.CharField(max_length=64)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('model', 'row'), name='op_randomised_unique')],
                },
            ), migrations.CreateModel(
                name='Request',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('reference', models.CharField(default=onvif_privacy.rights.models.requests.new_reference, max_length=10, unique=True, verbose_name='reference')),
                    ('kind', models.CharField(choices=[('access', 'see what is held'), ('export', 'take it along'), ('correct', 'correct it'), ('erase', 'have it erased'), ('restrict', 'restrict its use'), ('object', 'object to its use')], max_length=8, verbose_name='kind')),
                    ('channel', models.CharField(choices=[('account', 'on this site, signed in'), ('browser', 'on this site, by the choice of a browser'), ('form', 'by the form for everybody'), ('letter', 'by letter'), ('phone', 'by telephone'), ('person', 'in person'), ('site', 'by the site itself')], max_length=8, verbose_name='channel')),
                    ('address', onvif_privacy.core.fields.EncryptedEmailField(blank=True, index=onvif_privacy.core.fields.BlindIndex(rows=10000), null=True, subject=None, verbose_name='address')),
                    ('wish', onvif_privacy.core.fields.EncryptedJsonField(blank=True, null=True, subject=None, verbose_name='wish')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('received_at', models.DateTimeField(verbose_name='received')),
                    ('due_on', models.DateField(verbose_name='due on')),
                    ('extended_to', models.DateField(null=True, verbose_name='extended to')),
                    ('extension_reason', models.TextField(blank=True, verbose_name='why it takes longer')),
                    ('reason', models.TextField(blank=True, verbose_name='why it was refused')),
                    ('state', models.CharField(choices=[('received', 'received, not confirmed'), ('confirmed', 'confirmed'), ('cooling', 'waiting, can be cancelled'), ('working', 'being carried out'), ('review', 'waiting for staff'), ('done', 'done'), ('refused', 'refused'), ('withdrawn', 'withdrawn'), ('expired', 'never confirmed')], default='received', max_length=9, verbose_name='state')),
                    ('state_at', models.DateTimeField(verbose_name='since')),
                    ('proof', models.CharField(blank=True, choices=[('', 'not yet'), ('account', 'signed in, password asked again'), ('browser', "the browser's own choice"), ('link', 'a link sent to the address'), ('document', 'an identity document was shown'), ('known', 'known to staff'), ('questions', 'questions only this person can answer')], default='', max_length=9, verbose_name='identity')),
                    ('proven_on', models.DateField(null=True, verbose_name='identity shown on')),
                    ('entered_by', models.CharField(blank=True, max_length=22, verbose_name='entered by')),
                    ('decided_by', models.CharField(blank=True, max_length=22, verbose_name='decided by')),
                    ('plan', models.JSONField(null=True, verbose_name='plan')),
                    ('plan_digest', models.CharField(blank=True, max_length=64)),
                    ('receipt', models.TextField(blank=True, verbose_name='receipt')),
                    ('slot', models.CharField(max_length=64, unique=True)),
                    ('key', models.CharField(max_length=64, unique=True)),
                    ('address_index', onvif_privacy.core.fields.IndexColumn()),
                    ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.entry')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'request',
                    'verbose_name_plural': 'requests',
                    'ordering': ['-received_at'],
                    'permissions': [('decide_request', 'Can extend, refuse and carry out requests of people'), ('approve_erasure', 'Can approve erasures that staff started or that need a second look')],
                    'indexes': [models.Index(fields=['state', 'due_on'], name='op_request_state'), models.Index(fields=['received_at'], name='op_request_received')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('extended_to__isnull', True), models.Q(('extension_reason', ''), _negated=True), _connector='OR'), name='op_request_extended'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='op_request_refused'), models.CheckConstraint(condition=models.Q(('extended_to__isnull', True), ('extended_to__gt', models.F('due_on')), _connector='OR'), name='op_request_longer')],
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
                    ('what', models.CharField(choices=[('link', 'the link that confirms a request'), ('cooling', 'an erasure waits and can be cancelled'), ('ready', 'a copy can be fetched'), ('extended', 'it takes longer'), ('refused', 'refused'), ('done', 'done'), ('receipt', 'the receipt of an erasure')], max_length=8, verbose_name='what')),
                    ('address', onvif_privacy.core.fields.EncryptedEmailField(blank=True, null=True, subject=None, verbose_name='address')),
                    ('token', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject=None)),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='onvif_privacy_rights.request')),
                ],
                options={
                    'verbose_name': 'letter about a request',
                    'verbose_name_plural': 'letters about requests',
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_rights_letter_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_rights_letter_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_rights_letter_why')],
                },
            ), migrations.CreateModel(
                name='ExportFile',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('storage_name', models.CharField(blank=True, max_length=200)),
                    ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                    ('digest', models.CharField(blank=True, max_length=64)),
                    ('started_at', models.DateTimeField(verbose_name='started')),
                    ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                    ('expires_at', models.DateTimeField(null=True, verbose_name='expires')),
                    ('fetched_at', models.DateTimeField(null=True, verbose_name='fetched')),
                    ('deleted_at', models.DateTimeField(null=True, verbose_name='deleted')),
                    ('slot', models.CharField(max_length=32, unique=True)),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='onvif_privacy_rights.request')),
                ],
                options={
                    'verbose_name': 'export',
                    'verbose_name_plural': 'exports',
                    'indexes': [models.Index(fields=['deleted_at', 'expires_at'], name='op_export_expires')],
                },
            ), migrations.CreateModel(
                name='RequestToken',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('act', models.CharField(max_length=8)),
                    ('mac', models.CharField(max_length=64, unique=True)),
                    ('expires_at', models.DateTimeField()),
                    ('used_at', models.DateTimeField(null=True)),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='onvif_privacy_rights.request')),
                ],
            ), migrations.CreateModel(
                name='Review',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('model', models.CharField(max_length=100, verbose_name='model')),
                    ('row', models.CharField(max_length=64, verbose_name='row')),
                    ('field', models.CharField(max_length=100, verbose_name='field')),
                    ('outcome', models.CharField(choices=[('waiting', 'waiting'), ('released', 'released'), ('redacted', 'released in part'), ('withheld', 'left out')], default='waiting', max_length=8, verbose_name='outcome')),
                    ('words', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='words to hand out')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('decided_by', models.CharField(blank=True, max_length=22, verbose_name='decided by')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='onvif_privacy_rights.request')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                ],
                options={
                    'verbose_name': 'words under review',
                    'verbose_name_plural': 'words under review',
                    'constraints': [models.UniqueConstraint(fields=('request', 'model', 'row', 'field'), name='op_review_unique'), models.CheckConstraint(condition=models.Q(models.Q(('outcome__in', ['redacted', 'withheld']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='op_review_reason')],
                },
            ), migrations.CreateModel(
                name='Step',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                    ('label', models.CharField(max_length=16, verbose_name='step')),
                    ('cursor', models.JSONField(default=dict)),
                    ('counts', models.JSONField(default=dict, verbose_name='what was done')),
                    ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                    ('failure', models.CharField(blank=True, max_length=200, verbose_name='failure')),
                    ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='onvif_privacy_rights.request')),
                ],
                options={
                    'verbose_name': 'step of an erasure',
                    'verbose_name_plural': 'steps of erasures',
                    'ordering': ['request', 'position'],
                    'constraints': [models.UniqueConstraint(fields=('request', 'position'), name='op_step_unique')],
                },
            ), migrations.CreateModel(
                name='Claim',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('kind', models.CharField(max_length=8)),
                    ('value', onvif_privacy.core.fields.EncryptedTextField(null=True, subject='subject')),
                    ('fact', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject')),
                    ('hash', models.CharField(max_length=64)),
                    ('proven_at', models.DateTimeField()),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject')),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('kind', 'hash', 'subject'), name='op_claim_unique')],
                },
            )],
        ),
    ]
