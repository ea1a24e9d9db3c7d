"""The clauses of the statement that speak of mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause
from onvif_privacy.core.registry import declare

NEWS = Clause("product_news", _("News of products and services"))
SURVEYS = Clause("surveys", _("Surveys"))
NO_SALE = Clause("no_sale", _("No sale of lists"))
OFFERS = Clause("partner_offers", _("Offers of business partners"))

declare(NEWS, SURVEYS, NO_SALE, OFFERS)
