"""Prints as JSON what a site has switched on: jobs, addresses, what waits for staff."""

from __future__ import annotations

import json

import django


def main() -> None:
    """Look, in a process of the site."""
    from django.contrib.auth.signals import user_logged_in
    from django.urls import get_resolver

    from onvif_privacy.core.jobs import jobs
    from onvif_privacy.core.registry import waiting

    addresses = [str(one.pattern) for part in get_resolver().url_patterns for one in part.url_patterns]  # type: ignore[union-attr]
    ours = [one for one in user_logged_in.receivers if "onvif_privacy" in str(one[0][0])]
    told = {"jobs": [job.name for job in jobs.all()], "waiting": [one.slug for one in waiting.all()]}
    print(json.dumps(told | {"addresses": addresses, "receivers": len(ours)}))


if __name__ == "__main__":
    django.setup()
    main()
