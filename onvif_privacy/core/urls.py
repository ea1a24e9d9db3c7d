"""Public pages of the kernel."""

from django.conf import settings
from django.urls import path

from onvif_privacy.core import views
from onvif_privacy.core.registry import needed

app_name = "onvif_privacy"
urlpatterns = [
    path("again/", views.again, name="again"),
    path("keys.json", views.keys, name="keys"),
    path("receipts/", views.receipts, name="receipts"),
    path("receipts/<uuid:decision>.json", views.receipt_file, name="receipt-file"),
]

if getattr(settings, "ONVIF_PRIVACY_LEDGER_SEAL", False) is True:  # what is off has no address
    urlpatterns.append(path("checkpoint", views.checkpoint, name="checkpoint"))
if needed("tell"):
    urlpatterns += [path("messages/", views.messages, name="messages")]
if needed("links"):
    urlpatterns += [path("go/<slug:code>/", views.go, name="go")]
