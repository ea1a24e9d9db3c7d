"""The site's key ring, the keys derived from it, and the keys of subjects that it wraps.

Keys come from settings or a provider, never from ``SECRET_KEY``, whose rotation must not cost data. A missing, short
or repeated key is a check error; reads refuse; there is no plaintext fallback.
"""

from onvif_privacy.core.keys.envelope import open_sealed, seal
from onvif_privacy.core.keys.labels import LabelSecret, known_label, label, renew_label
from onvif_privacy.core.keys.primitives import SealBroken, mac
from onvif_privacy.core.keys.ring import (
    KeyProvider,
    KeyRingError,
    Ring,
    RingKey,
    SettingsProvider,
    derive,
    generate,
    ring,
)
from onvif_privacy.core.keys.streams import open_stream, seal_stream
from onvif_privacy.core.keys.subjects import (
    KeyDestroyed,
    OpeningKeys,
    SubjectSecret,
    derive_for,
    destroy,
    known_key,
    subject_key,
    subject_keys,
)

__all__ = [
    "KeyDestroyed",
    "KeyProvider",
    "KeyRingError",
    "LabelSecret",
    "OpeningKeys",
    "Ring",
    "RingKey",
    "SealBroken",
    "SettingsProvider",
    "SubjectSecret",
    "derive",
    "derive_for",
    "destroy",
    "generate",
    "known_key",
    "known_label",
    "label",
    "mac",
    "open_sealed",
    "open_stream",
    "renew_label",
    "ring",
    "seal",
    "seal_stream",
    "subject_key",
    "subject_keys",
]
