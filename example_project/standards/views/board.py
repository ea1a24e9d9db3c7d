"""The message board and the members' area."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from standards.forms import PostForm
from standards.models import Board, Document, Event, Order, Post, Topic


@require_safe
def board_list(request: HttpRequest) -> HttpResponse:
    """All boards, and the topics that were active last."""
    boards = Board.objects.annotate(number=Count("topics"), active_at=Max("topics__active_at"))
    topics = Topic.objects.select_related("board").annotate(number=Count("posts"))[:5]
    return render(request, "standards/board_list.html", {"boards": boards, "topics": topics})


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """The topics of one board."""
    found = get_object_or_404(Board, slug=slug)
    topics = found.topics.select_related("board").annotate(number=Count("posts"))
    page = Paginator(topics, 20).get_page(request.GET.get("page"))
    return render(request, "standards/board.html", {"board": found, "page": page})


def topic(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The posts of one topic; who is signed in can answer."""
    found = get_object_or_404(Topic.objects.select_related("board"), board__slug=slug, pk=pk)
    form = PostForm(request.POST or None)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('login')}?next={found.get_absolute_url()}")
        if form.is_valid():
            post = publish_post(found, request.user, form)
            return redirect(f"{found.get_absolute_url()}#post-{post.pk}")
    posts = found.posts.select_related("author")
    return render(request, "standards/topic.html", {"topic": found, "posts": posts, "form": form})


def publish_post(topic: Topic, author: User, form: PostForm) -> Post:
    """Store a checked post and move its topic to the top of the board."""
    form.instance.topic, form.instance.author = topic, author
    post = form.save()
    topic.active_at = post.created_at
    topic.save(update_fields=["active_at"])
    return post


@never_cache
@login_required
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Working documents, the calendar, and the member's own orders and posts."""
    user = cast("User", request.user)
    context = {
        "documents": Document.objects.all(),
        "events": Event.objects.filter(starts_on__gte=timezone.localdate()),
        "orders": Order.objects.filter(customer=user).prefetch_related("lines")[:5],
        "posts": Post.objects.filter(author=user).select_related("topic__board").order_by("-created_at")[:5],
    }
    return render(request, "standards/members.html", context)
