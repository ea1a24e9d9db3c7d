"""Pages of the room, in the namespace ``onvif_privacy_enquiries``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.enquiries.views import contact, figures, follow

app_name = "onvif_privacy_enquiries"

urlpatterns = [
    path("contact/", contact.contact, name="contact"),
    path("contact/follow/", follow.follow, name="follow"),
    path("contact/link/<str:token>/", follow.link, name="link"),
    path("contact/opened/", follow.opened, name="opened"),
    path("contact/file/", follow.file, name="file"),
    path("contact/attach/", follow.attach, name="attach"),
    path("contact/mine/", follow.mine, name="mine"),
    path("contact/figures/", figures.figures, name="figures"),
]
