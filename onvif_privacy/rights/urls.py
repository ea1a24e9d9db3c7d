"""Pages of the room, in the namespace ``onvif_privacy_rights``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.rights.views import acting, files, mail, numbers, page

app_name = "onvif_privacy_rights"

urlpatterns = [
    path("me/", page.me, name="me"),
    path("me/held/<str:label>/", page.table, name="table"),
    path("me/correct/<str:label>/<str:pk>/<str:name>/", acting.correct, name="correct"),
    path("me/decide/", acting.decide, name="decide"),
    path("me/download/", acting.download, name="download"),
    path("me/erase/", acting.erase, name="erase"),
    path("me/erase/browser/", acting.erase_browser, name="erase-browser"),
    path("me/restrict/", acting.restrict, name="restrict"),
    path("me/object/", acting.object_to_all, name="object"),
    path("me/exports/<uuid:pk>/", files.fetch, name="fetch"),
    path("me/ask/", mail.ask, name="ask"),
    path("me/ask/sent/", mail.asked, name="asked"),
    path("me/link/<str:token>/", mail.link, name="link"),
    path("requests/", numbers.requests, name="numbers"),
    path("export-schema.json", files.schema, name="schema"),
    path("me/requests/<str:reference>/cancel/", acting.cancel, name="cancel"),
]
