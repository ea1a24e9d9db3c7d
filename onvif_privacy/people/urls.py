"""Pages of this room, in the namespace ``onvif_privacy_people``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.people.views import addresses, contacts, devices, mine, minors, numbers, special

app_name = "onvif_privacy_people"

urlpatterns = [
    path("", mine.mine, name="mine"),
    path("name/", mine.profile, name="profile"),
    path("contacts/add/<slug:kind>/", contacts.add, name="contact-add"),
    path("contacts/<uuid:pk>/prefer/", contacts.prefer, name="contact-prefer"),
    path("contacts/<uuid:pk>/proof/", contacts.ask_for_proof, name="contact-proof"),
    path("contacts/<uuid:pk>/forget/", contacts.forget, name="contact-forget"),
    path("prove/<str:token>/", contacts.prove, name="prove"),
    path("addresses/add/", addresses.choose, name="address-choose"),
    path("addresses/add/<slug:use>/", addresses.add, name="address-add"),
    path("addresses/<uuid:pk>/", addresses.change, name="address"),
    path("addresses/<uuid:pk>/forget/", addresses.forget, name="address-forget"),
    path("devices/remember/", devices.remember, name="remember"),
    path("devices/forget/", devices.withdraw, name="devices-forget"),
    path("devices/<uuid:pk>/forget/", devices.revoke, name="device-revoke"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers/thanks/", numbers.thanks, name="numbers-thanks"),
    path("special/", special.special, name="special"),
    path("special/<slug:slug>/", special.give, name="special-give"),
    path("special/<slug:slug>/withdraw/", special.withdraw, name="special-withdraw"),
    path("age/", minors.age, name="age"),
    path("age/guardian/", minors.ask, name="guardian-ask"),
    path("guardian/<str:token>/", minors.guardian, name="guardian"),
    path("preference/", devices.prefer, name="preference"),
]
