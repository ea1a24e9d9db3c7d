"""Subject areas that nobody's interest in is kept: the special categories of GDPR Art. 9 and 10.

Known by words, English and German, that begin a short name, a name or a part of either. What a site means by another
word only the site can know; the documentation says so.
"""

from __future__ import annotations

import re
import unicodedata

from onvif_privacy.core.registry.personal import SPECIAL

BEGINNINGS = (
    *("health", "medic", "disease", "illness", "therap", "psych", "cancer", "diabet", "hiv", "pregnan", "abortion"),
    *("disabilit", "addict", "gesundheit", "krank", "medizin", "schwanger", "abtreib", "behinder", "sucht"),
    *("ethnic", "racial", "rasse", "ethni", "immigra", "migrant", "refugee", "fluchtling", "fluechtling"),
    *("religio", "church", "faith", "islam", "muslim", "jewish", "judaism", "christian", "buddh", "hindu", "atheis"),
    *("kirche", "glaube", "judisch", "juedisch", "judentum", "christlich"),
    *("politic", "election", "partei", "politik", "wahlen", "gewerkschaft", "trade-union", "labour-union"),
    *("labor-union", "sex", "gay", "lesb", "lgbt", "queer", "homosex", "transgender", "schwul"),
    *("genetic", "genetik", "genom", "criminal", "offence", "offense", "convict", "straftat", "vorstraf"),
)
# words that mean something else as a part of most names, and these things alone
WHOLE = frozenset(name.replace("_", "-") for name in SPECIAL)
_PART = re.compile(rf"(?:^|-)(?:{'|'.join(BEGINNINGS)})")


def is_sensitive(*names: str) -> bool:
    """Whether one of the names (short name, name) is of a special category."""
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() for name in names)
    joined = ("-".join(re.findall(r"[a-z0-9]+", name)) for name in plain)
    return any(name in WHOLE or _PART.search(name) for name in joined)
