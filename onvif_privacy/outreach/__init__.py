"""How the site writes to people first: news, offers on behalf of partners, and surveys, each by a choice that holds.

Label ``onvif_privacy_outreach``. Needs only `onvif_privacy.core`. Source: statement clauses ``product_news``,
``surveys``, ``partner_offers`` and ``no_sale``.
"""
