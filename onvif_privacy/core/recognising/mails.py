"""Finding e-mail addresses, also those that are written so that no machine should."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~\-]"
_LABEL = r"[^\W_](?:[\w\-]{0,61}[^\W_])?"
_PLAIN = re.compile(rf"(?<!{_LOCAL}){_LOCAL}{{1,64}}@(?:{_LABEL}\.)+[^\W\d_][\w\-]{{1,62}}")
_OPEN, _SHUT = r"\s?[(\[{<]\s?", r"\s?[)\]}>]\s?"
_AT = rf"(?:({_OPEN})(?:at|ät|@|bei|arroba|chez|chiocciola){_SHUT}|\sat\s)"
_DOT = rf"(?:\.|{_OPEN}(?:dot|punkt|point|punto|\.){_SHUT}|\s(?:dot|punkt|point|punto)\s)"
_HIDDEN = re.compile(rf"(?<![\w.+\-])[\w.+\-]{{1,64}}{_AT}[\w\-]{{1,63}}(?:{_DOT}[\w\-]{{1,63}}){{1,4}}", re.IGNORECASE)


def mails(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield begin, end and whether it is sure, of each address in a folded text (RFC 5322, RFC 6531).

    Unsure are those that somebody wrote with words: ``jo (at) example dot org``.
    """
    for found in _PLAIN.finditer(text) if "@" in text else ():
        yield *found.span(), True
    for found in _HIDDEN.finditer(text):
        bare = found[1] is None  # "me at example.org" is ordinary writing unless the dots are words too
        if not (bare and "." in found[0]):
            yield *found.span(), False
