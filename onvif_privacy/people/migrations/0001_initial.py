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
                name='DemographicTray',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('shape', models.CharField(max_length=64)),
                    ('cells', models.TextField()),
                ],
                options={
                    'verbose_name': 'waiting answer',
                    'verbose_name_plural': 'waiting answers',
                },
            ), migrations.CreateModel(
                name='Person',
                fields=[
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'permissions': (('reveal_person', 'Can reveal what a person gave, for a purpose'),),
                    'proxy': True,
                    'default_permissions': ('view',),
                    'indexes': [],
                    'constraints': [],
                },
                bases=('onvif_privacy.subject',),
            ), migrations.CreateModel(
                name='Address',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('added_on', models.DateField(auto_now_add=True, verbose_name='added')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('use', models.CharField(choices=[('home', 'home'), ('work', 'work'), ('billing', 'billing'), ('shipping', 'shipping')], max_length=8, verbose_name='use')),
                    ('label', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='label')),
                    ('name', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='name')),
                    ('organisation', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='organisation')),
                    ('line1', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='street and number')),
                    ('line2', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='second line')),
                    ('line3', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='third line')),
                    ('dependent_locality', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='district')),
                    ('locality', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='town')),
                    ('region', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='region')),
                    ('postcode', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='postal code')),
                    ('sorting_code', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='sorting code')),
                    ('country', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='country')),
                    ('slot', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='addresses', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'address',
                    'verbose_name_plural': 'addresses',
                },
            ), migrations.CreateModel(
                name='AgeAnswer',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('until', models.DateTimeField(blank=True, null=True, verbose_name='not of age before')),
                    ('answered_on', models.DateField(auto_now_add=True, verbose_name='answered')),
                    ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='asked to decide alone')),
                    ('subject', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='age_answer', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'answer about age',
                    'verbose_name_plural': 'answers about age',
                },
            ), migrations.CreateModel(
                name='ContactPoint',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('added_on', models.DateField(auto_now_add=True, verbose_name='added')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('kind', models.CharField(choices=[('email', 'e-mail address'), ('phone', 'telephone number')], max_length=5, verbose_name='kind')),
                    ('use', models.CharField(choices=[('home', 'home'), ('work', 'work'), ('mobile', 'mobile'), ('other', 'other')], default='home', max_length=6, verbose_name='use')),
                    ('email', onvif_privacy.core.fields.EncryptedEmailField(blank=True, index=onvif_privacy.core.fields.BlindIndex(rows=100000), null=True, subject='subject', verbose_name='e-mail address')),
                    ('phone', onvif_privacy.core.fields.EncryptedTextField(blank=True, index=onvif_privacy.core.fields.BlindIndex(rows=100000), null=True, subject='subject', verbose_name='telephone number')),
                    ('proven_at', models.DateTimeField(blank=True, null=True, verbose_name='proven')),
                    ('slot', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                    ('email_index', onvif_privacy.core.fields.IndexColumn()),
                    ('phone_index', onvif_privacy.core.fields.IndexColumn()),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contact_points', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'contact point',
                    'verbose_name_plural': 'contact points',
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'email'), ('phone__isnull', True)), models.Q(('email__isnull', True), ('kind', 'phone')), _connector='OR'), name='people_contact_one_value')],
                },
            ), migrations.CreateModel(
                name='DemographicCount',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('shape', models.CharField(max_length=64)),
                    ('since', models.DateField()),
                    ('table_name', models.CharField(max_length=48)),
                    ('cell', models.CharField(max_length=250)),
                    ('number', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'verbose_name': 'sum',
                    'verbose_name_plural': 'sums',
                    'constraints': [models.UniqueConstraint(fields=('shape', 'table_name', 'cell'), name='people_count_cell')],
                },
            ), migrations.CreateModel(
                name='DemographicRelease',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('table_name', models.CharField(max_length=48, verbose_name='table')),
                    ('shape', models.CharField(max_length=64)),
                    ('begins_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(verbose_name='to')),
                    ('k', models.PositiveSmallIntegerField(verbose_name='smallest group')),
                    ('dimensions', models.CharField(max_length=100)),
                    ('cells', models.TextField()),
                    ('digest', models.CharField(max_length=64, verbose_name='digest')),
                ],
                options={
                    'verbose_name': 'release',
                    'verbose_name_plural': 'releases',
                    'ordering': ['-begins_on', 'table_name'],
                    'constraints': [models.UniqueConstraint(fields=('shape', 'table_name', 'begins_on'), name='people_release_once')],
                },
            ), migrations.CreateModel(
                name='Device',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('added_on', models.DateField(auto_now_add=True, verbose_name='added')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('series_mac', models.CharField(editable=False, max_length=64, unique=True)),
                    ('token_mac', models.CharField(editable=False, max_length=64)),
                    ('previous_mac', models.CharField(blank=True, editable=False, max_length=64)),
                    ('auth_mark', models.CharField(editable=False, max_length=64)),
                    ('rotated_at', models.DateTimeField(verbose_name='token changed')),
                    ('family', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='browser')),
                    ('used_on', models.DateField(verbose_name='last used')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'device',
                    'verbose_name_plural': 'devices',
                },
            ), migrations.CreateModel(
                name='Guardian',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('reference', models.CharField(editable=False, max_length=22)),
                    ('proof', models.CharField(choices=[('link', 'link in a mail to an address that the minor gave')], default='link', max_length=8, verbose_name='proof')),
                    ('asked_on', models.DateField(auto_now_add=True, verbose_name='asked')),
                    ('began_at', models.DateTimeField(blank=True, null=True, verbose_name='from')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='to')),
                    ('turn', models.PositiveSmallIntegerField(default=0, editable=False)),
                    ('slot', models.CharField(editable=False, max_length=32, null=True, unique=True)),
                    ('guardian', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='minors', to='onvif_privacy.subject', verbose_name='guardian')),
                    ('minor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardians', to='onvif_privacy.subject', verbose_name='minor')),
                ],
                options={
                    'verbose_name': 'guardian',
                    'verbose_name_plural': 'guardians',
                    'ordering': ['-asked_on', 'pk'],
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
                    ('what', models.CharField(choices=[('proof', 'the link that proves an address'), ('guardian', 'the link by which a guardian decides')], max_length=8, verbose_name='what')),
                    ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                    ('contact', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='onvif_privacy_people.contactpoint', verbose_name='contact point')),
                    ('guardian', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='letters', to='onvif_privacy_people.guardian', verbose_name='guardian')),
                    ('subject', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'letter with a link',
                    'verbose_name_plural': 'letters with a link',
                    'abstract': False,
                    'indexes': [models.Index(fields=['state', 'not_before'], name='op_people_letter_due')],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='onvif_privacy_people_letter_sent'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('skipped', 'failed')), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='onvif_privacy_people_letter_why')],
                },
            ), migrations.CreateModel(
                name='PagePreference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('page', models.SlugField(verbose_name='page')),
                    ('value', models.SlugField(verbose_name='value')),
                    ('device', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='preferences', to='onvif_privacy_people.device')),
                ],
                options={
                    'verbose_name': 'page preference',
                    'verbose_name_plural': 'page preferences',
                    'constraints': [models.UniqueConstraint(fields=('device', 'page'), name='people_preference_once')],
                },
            ), migrations.CreateModel(
                name='Profile',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('added_on', models.DateField(auto_now_add=True, verbose_name='added')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('name', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='name')),
                    ('given_name', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='given name')),
                    ('family_name', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='family name')),
                    ('organisation', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='organisation')),
                    ('language', onvif_privacy.core.fields.EncryptedTextField(blank=True, null=True, subject='subject', verbose_name='language')),
                    ('subject', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='profile', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'profile',
                    'verbose_name_plural': 'profiles',
                },
            ), migrations.CreateModel(
                name='SensitiveValue',
                fields=[
                    ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                    ('added_on', models.DateField(auto_now_add=True, verbose_name='added')),
                    ('statement', onvif_privacy.core.fields.StatementField()),
                    ('category', models.CharField(max_length=16, verbose_name='category')),
                    ('purpose', models.CharField(max_length=48, verbose_name='purpose')),
                    ('value', onvif_privacy.core.fields.EncryptedTextField(sensitive=True, subject='subject', verbose_name='value')),
                    ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='onvif_privacy.decision', verbose_name='decision')),
                    ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sensitive_values', to='onvif_privacy.subject', verbose_name='subject')),
                ],
                options={
                    'verbose_name': 'sensitive value',
                    'verbose_name_plural': 'sensitive values',
                    'constraints': [models.UniqueConstraint(fields=('subject', 'purpose'), name='people_sensitive_once')],
                },
            )],
        ),
    ]
