"""Whatever leaves the house: legal process, and what is handed to trusted partners.

Label ``onvif_privacy_disclosures``. Needs only `onvif_privacy.core`. Source: statement clauses ``legal_disclosure``,
``trusted_partners`` and ``no_sale``.
"""
