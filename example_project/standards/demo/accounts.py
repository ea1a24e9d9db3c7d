"""The four log-ins of the demo. Their first passwords are in ``.env``, which git ignores."""

from __future__ import annotations

from collections.abc import Iterator

import environ
from config.local import ACCOUNTS, password_name
from django.contrib.auth.models import Permission, User
from django.db.models import Q

NAMES = {
    "administrator": ("Ada", "Adebayo"),
    "officer": ("Olga", "Ferreira"),
    "approver": ("Anton", "Prochazka"),
    "customer": ("Carla", "Customer"),
}
STAFF = ("administrator", "officer", "approver")
# Officer and approver see everything of the rooms; what one of them prepares, the other one lets pass.
OFFICER = (
    "edit_statement",
    "bind_promise",
    "publish_policy",
    "change_cookiefinding",
    "work_disclosure",
    "manage_partners",
    "publish_report",
    "run_survey",
    "add_suppression",
    "look_up_suppression",
    *(f"{verb}_{model}" for verb in ("add", "change") for model in ("campaign", "survey", "question")),
    *(f"{verb}_{model}" for verb in ("add", "change", "delete") for model in ("declareditem", "declareditemtext")),
)
APPROVER = ("publish_statement", "approve_disclosure", "officer_disclosure", "audit_disclosure", "approve_campaign")


def first_password(account: str) -> str:
    """The password that was made on the first run."""
    return str(environ.Env().str(password_name(account)))


def make_accounts() -> None:
    """Make the four log-ins, with the permissions that their names promise."""
    for account in ACCOUNTS:
        first_name, last_name = NAMES[account]
        user = User(
            username=account,
            first_name=first_name,
            last_name=last_name,
            email=f"{account}@example.org",
            is_staff=account in STAFF,
            is_superuser=account == "administrator",
        )
        user.set_password(first_password(account))
        user.save()
        if account in ("officer", "approver"):
            user.user_permissions.set(permissions(OFFICER if account == "officer" else APPROVER))


def permissions(codenames: tuple[str, ...]) -> list[Permission]:
    """The named permissions of the privacy rooms, and the right to look at everything in them."""
    rooms = Permission.objects.filter(content_type__app_label__startswith="onvif_privacy")
    return list(rooms.filter(Q(codename__in=codenames) | Q(codename__startswith="view_")))


def describe_accounts() -> Iterator[tuple[str, str]]:
    """Yield each log-in with its password, or what has become of it since the first run."""
    users = {user.username: user for user in User.objects.filter(username__in=ACCOUNTS)}
    for account in ACCOUNTS:
        user, password = users.get(account), first_password(account)
        if user is None:
            yield account, "(deleted since)"
        elif not user.check_password(password):
            yield account, "(changed since)"
        else:
            yield account, password
