"""The notice of a public form, for programs that post."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onvif_privacy.community.services import notices
from onvif_privacy.core.registry import NotDeclared


@login_not_required
@never_cache
@require_safe
def notice(request: HttpRequest) -> JsonResponse:
    """Give words, language and token of a form, ``?form=``; show the words to who writes, send the token along."""
    try:
        shown = notices.notice(request.GET.get("form", ""), get_language() or "en")
    except NotDeclared:
        raise Http404 from None
    return JsonResponse(
        {"form": shown.form, "language": shown.language, "text": shown.text, "notice_token": notices.issue(shown)}
    )
