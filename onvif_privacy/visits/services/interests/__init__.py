"""What a visitor is interested in: scores by subject area, kept and read only while their choice grants `interests`.

Written behind the pages with each batch (`writing`), read by the tags of a page (`profile`), judged by one rule
(`rule`), shown to the person and changed by them (`changing`). Off unless ``ONVIF_PRIVACY_VISITS_INTERESTS`` is True.
"""

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import Basis, Purpose, Use

PURPOSE = "interests"

INTERESTS = Purpose(
    PURPOSE,
    label=_("Content chosen for you"),
    text=_(
        "Remembers which subjects the pages are about that you visit, to show you content and offers on what "
        "interests you. You can see, correct and delete what is remembered at any time."
    ),
    basis=Basis.CONSENT,
    clause="customised",
    device=True,
    reader="visits",
    use=Use.PERSONALIZED_EXPERIENCE,
    data_classes=("profile",),
)

__all__ = ["INTERESTS", "PURPOSE"]
