"""What the recorder's thread does beside storing visits: a site without cron keeps its lists and terms by it."""

from __future__ import annotations

from functools import partial

from onvif_privacy.visits.services import contents, popular, retention, salts, uniques
from onvif_privacy.visits.services.advertising import choosing, counting

TASKS = (
    salts.keep_up,
    popular.refresh,
    contents.refresh,
    choosing.refresh,
    uniques.now_and_then,
    retention.now_and_then,
)
INLINE = (choosing.refresh,)  # where no thread runs: without it no page would have an advertisement
LAST = (partial(counting.settle, give_back=True),)  # when the process ends
