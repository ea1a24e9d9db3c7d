"""What a visitor is interested in: scores by subject area, kept and read only while their choice grants `interests`.

Written behind the pages with each batch (`writing`), read by the tags of a page (`profile`), judged by one rule
(`rule`), shown to the person and changed by them (`changing`). Off unless ``ONVIF_PRIVACY_VISITS_INTERESTS`` is True.
"""

PURPOSE = "interests"

__all__ = ["PURPOSE"]
