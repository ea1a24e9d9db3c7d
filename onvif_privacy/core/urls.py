"""Public pages of the kernel."""

from django.urls import path

from onvif_privacy.core import views

app_name = "onvif_privacy"
urlpatterns = [
    path("again/", views.again, name="again"),
    path("keys.json", views.keys, name="keys"),
    path("receipts/", views.receipts, name="receipts"),
    path("receipts/<uuid:decision>.json", views.receipt_file, name="receipt-file"),
]
