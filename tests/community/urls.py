"""A site with a message board, its posts, a page of its own text, and an interface for programs."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path
from django.utils.translation import get_language

from onvif_privacy.community.services.posting import PostRefused, check_post
from tests.community.board.forms import PostForm
from tests.community.board.models import Post
from tests.projects.urls import urlpatterns as site

PAGE = """{% load i18n static privacy_community %}{% get_current_language as language %}<!DOCTYPE html>
<html lang="{{ language }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Board</title><link rel="stylesheet" href="{% static "onvif_privacy/privacy.css" %}">
<link rel="stylesheet" href="{% static "onvif_privacy/page.css" %}">
<link rel="stylesheet" href="{% static "onvif_privacy/community/community.css" %}"></head>
<body><main class="privacy-page-main"><h1>Board</h1>
{% for post in posts %}<article>{{ post.body|user_markdown|outbound }}</article>{% endfor %}
<form method="post">{% csrf_token %}{% board_notice form %}{{ form.as_p }}{% board_submit form %}</form>
</main></body></html>
"""


def board(request: HttpRequest) -> HttpResponse:
    form = PostForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("board")
    page = engines["django"].from_string(PAGE)
    return HttpResponse(page.render({"form": form, "posts": Post.objects.order_by("pk")}, request))


def interface(request: HttpRequest) -> JsonResponse:
    data = json.loads(request.body)
    try:
        checked = check_post("board.post", data, get_language() or "en")
    except PostRefused as refusal:
        return JsonResponse({"reason": refusal.reason, "notice": refusal.notice.text}, status=422)
    post = Post(**checked.texts)
    checked.save(post)
    return JsonResponse({"id": post.pk}, status=201)


urlpatterns = [
    *site,
    path("board/", board, name="board"),
    path("api/posts/", interface, name="interface"),
    path("i18n/", include("django.conf.urls.i18n")),
]
