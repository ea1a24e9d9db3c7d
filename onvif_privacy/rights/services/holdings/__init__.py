"""What the site holds of one person: which rows, which of their fields, and what these say."""

from onvif_privacy.rights.services.holdings.cells import Cell, Status, cells, plain
from onvif_privacy.rights.services.holdings.claiming import claim, claimed
from onvif_privacy.rights.services.holdings.people import Person, opened, person
from onvif_privacy.rights.services.holdings.rows import (
    batches,
    declared,
    fields_of,
    many_to_many,
    model_of,
    roles_of,
    rows,
)

__all__ = [
    "Cell",
    "Person",
    "Status",
    "batches",
    "cells",
    "claim",
    "claimed",
    "declared",
    "fields_of",
    "many_to_many",
    "model_of",
    "opened",
    "person",
    "plain",
    "roles_of",
    "rows",
]
