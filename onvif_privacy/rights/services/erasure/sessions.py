"""Sessions of people who are being erased: one pass through the table for all of them."""

from __future__ import annotations

from django.apps import apps

from onvif_privacy.rights.models import Request, State, Step
from onvif_privacy.rights.services.erasure.walking import SESSIONS
from onvif_privacy.rights.services.requests.states import using


def _users(request: Request) -> tuple[set[str], list[Step]]:
    """Return the users whose sessions must go, and the steps of the others that wait for the same pass."""
    waiting = Step.objects.using(using()).filter(
        label="traces", done_at__isnull=True, request__state=State.WORKING, request__subject__user__isnull=False
    )
    steps = [one for one in waiting.select_related("request__subject") if not one.cursor.get("sessions")]
    users = {str(one.request.subject.user_id) for one in steps if one.request.subject is not None}
    return users, [one for one in steps if one.request_id != request.pk]


def end(request: Request) -> int:
    """Delete the sessions of everybody who waits for it; returns how many went.

    Other stores cannot be searched: their sessions end with the changed password hash and fade by age.
    """
    mine = Step.objects.using(using()).get(request=request, label="traces")
    if mine.cursor.get("sessions") or not apps.is_installed("django.contrib.sessions"):
        return 0
    users, others = _users(request)
    if not users:
        return 0
    model = apps.get_model(SESSIONS)
    gone = [row.pk for row in model._base_manager.iterator() if str(row.get_decoded().get("_auth_user_id")) in users]
    for start in range(0, len(gone), 500):
        model._base_manager.filter(pk__in=gone[start : start + 500]).delete()
    for step in others:
        Step.objects.using(using()).filter(pk=step.pk, done_at__isnull=True).update(
            cursor={**step.cursor, "sessions": True}
        )
    return len(gone)
