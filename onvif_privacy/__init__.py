"""A privacy statement that is published, kept, and seen to be kept: the rooms are Django apps inside this package.

``onvif_privacy`` itself is no installed app (see ``apps.py``): install ``onvif_privacy.core`` and the rooms you want.
"""

__version__ = "0.1.0"
