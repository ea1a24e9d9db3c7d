"""What the site holds of one person: which rows, which of their fields, and what these say."""

from onvif_privacy.rights.services.holdings.cells import Cell, Column, Status, cells, columns, values
from onvif_privacy.rights.services.holdings.claiming import claim, claimed
from onvif_privacy.rights.services.holdings.people import Person, opened, person
from onvif_privacy.rights.services.holdings.plain import plain
from onvif_privacy.rights.services.holdings.rows import (
    alike,
    batches,
    claimed_value,
    declared,
    fields_of,
    many_to_many,
    model_of,
    pointing_at,
    roles_of,
    rows,
)

__all__ = [
    "Cell",
    "Column",
    "Person",
    "Status",
    "alike",
    "batches",
    "cells",
    "claim",
    "claimed",
    "claimed_value",
    "columns",
    "declared",
    "fields_of",
    "many_to_many",
    "model_of",
    "opened",
    "person",
    "plain",
    "pointing_at",
    "roles_of",
    "rows",
    "values",
]
