"""Ready-made groups of staff: officer, approver, support and auditor."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from onvif_privacy.core.registry import NotDeclared
from onvif_privacy.core.registry.roles import staff_rights

GROUPS = {
    "officer": "Privacy officer",
    "approver": "Privacy approver",
    "support": "Privacy support",
    "auditor": "Privacy auditor",
}


def _permissions(role: str) -> list[Permission]:
    found = list(
        Permission.objects.filter(content_type__app_label__startswith="onvif_privacy", codename__startswith="view_")
    )
    for rights in staff_rights.all():
        for name in getattr(rights, role):
            label, _dot, codename = name.partition(".")
            permission = Permission.objects.filter(content_type__app_label=label, codename=codename).first()
            if permission is None:
                raise NotDeclared(f"There is no permission {name!r} ({staff_rights.where(rights.room)}).")
            found.append(permission)
    return found


def make_groups() -> dict[str, int]:
    """Make the four groups, or give them what is missing; returns how many permissions each gained.

    Nothing is taken away: what a site added by hand stays. Raises NotDeclared for a permission that does not exist,
    and nothing is changed then.
    """
    gained = {}
    with transaction.atomic():
        for role, name in GROUPS.items():
            group, _created = Group.objects.get_or_create(name=name)
            wanted = {permission.pk for permission in _permissions(role)}
            missing = wanted - set(group.permissions.filter(Q(pk__in=wanted)).values_list("pk", flat=True))
            group.permissions.add(*missing)
            gained[name] = len(missing)
    return gained
