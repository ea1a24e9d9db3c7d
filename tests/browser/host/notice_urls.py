"""The host site with the admin and a page that announces changes of the statement."""

from __future__ import annotations

from django.urls import path
from django.views.generic import TemplateView

from tests.browser.host.staff_urls import urlpatterns as staff

urlpatterns = [path("shop/", TemplateView.as_view(template_name="browser/notice.html")), *staff]
