"""The guard on public models: a new row comes through the door, or not at all."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model

from onvif_privacy.community.conf import conf
from onvif_privacy.community.doors import PublicText, public_texts
from onvif_privacy.community.services.posting import CHECKED, Checked, write_receipt

logger = logging.getLogger("onvif_privacy.community")


class PastTheForm(PermissionDenied):
    """A public text was saved without its notice; use the form, or `check_post`."""


def declared_for(model: type[Model]) -> list[PublicText]:
    """Return the declarations of a model; none for one that is not public."""
    label = (model._meta.concrete_model or model)._meta.label_lower
    return [one for one in public_texts.all() if one.model.lower() == label]


def before_saving(sender: type[Model], instance: Model, raw: bool = False, **kwargs: Any) -> None:
    """Refuse a new row that nobody checked, or whose words are others than those that were; raises PastTheForm.

    Fixtures, bulk inserts and SQL pass every such guard; the promise of boards finds them.
    """
    declared = declared_for(sender)
    checked: Checked | None = getattr(instance, CHECKED, None)
    if not declared or raw or (checked is None and not instance._state.adding):
        return
    if checked is not None and checked.form in [one.form for one in declared] and checked.fits(instance):
        return
    if conf.GUARD == "enforce":
        raise PastTheForm(f"A row of {declared[0].model} is public and did not come through its form.")
    logger.warning("a row of %s is public and did not come through its form", declared[0].model)


def after_saving(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Write the receipt of a row that came through the door; each check counts once."""
    checked = instance.__dict__.pop(CHECKED, None)
    if checked is not None and checked.fits(instance):
        write_receipt(checked, instance)
