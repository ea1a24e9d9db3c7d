"""Who is meant, and the keys that belong to them."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.querysets import SubjectQuerySet


class Subject(models.Model):
    """The one identity everything hangs on: a UUID, optionally a user of the site. Never an e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="privacy_subject"
    )
    created_on = models.DateField(auto_now_add=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    had_user = models.BooleanField(default=False, editable=False)
    restricted_at = models.DateTimeField(null=True, blank=True)
    orphaned_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(user__isnull=True), name="op_subject_erased"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def save(self, **kwargs: Any) -> None:
        """Save, and remember that there was an account: one deleted behind our back leaves its subject an orphan."""
        self.had_user = self.had_user or self.user_id is not None
        super().save(**kwargs)

    @property
    def reference(self) -> str:
        """The UUID in 22 characters of base64url; what cookies, ledgers and other rooms name a person by."""
        return base64.urlsafe_b64encode(self.id.bytes).rstrip(b"=").decode()


class SubjectKey(models.Model):
    """A subject's own key, wrapped by the site's key ring. Destroying it makes what it sealed unreadable for good.

    Names the subject by plain UUID, so that a database router may keep this table elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_id = models.UUIDField()
    use = models.CharField(max_length=16)
    generation = models.PositiveSmallIntegerField(default=1)
    key_id = models.BinaryField(max_length=8)
    ring_key = models.CharField(max_length=16)
    wrapped = models.BinaryField(null=True, max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "use", "generation"], name="op_subjectkey_unique"),
            models.CheckConstraint(
                condition=Q(destroyed_at__isnull=True, wrapped__isnull=False)
                | Q(destroyed_at__isnull=False, wrapped__isnull=True),
                name="op_subjectkey_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.generation}"


class LabelKey(models.Model):
    """One generation of a secret with a name (``index``, ``mail-token``), wrapped by the site's key ring."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=32)
    generation = models.PositiveSmallIntegerField(default=1)
    ring_key = models.CharField(max_length=16)
    wrapped = models.BinaryField(max_length=128)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["label", "generation"], name="op_labelkey_unique")]

    def __str__(self) -> str:
        return f"{self.label} {self.generation}"


class Declarations(Subject):
    """The page in the admin that shows the declarations: a name and a permission, no table."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("personal data")
        verbose_name_plural = _("Personal data")


class KeyStatus(SubjectKey):
    """The page in the admin that shows the state of the keys: a name and a permission, no table."""

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("keys")
        verbose_name_plural = _("Keys")
