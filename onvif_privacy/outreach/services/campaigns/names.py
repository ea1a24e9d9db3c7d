"""Names of people for a purpose, from whichever field is declared to hold one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from onvif_privacy.core import gate
from onvif_privacy.core.gate.people import owner_path
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import model_of, rows_owned
from onvif_privacy.core.registry import Field, personal_data

FIELDS: Final = ("name", "full_name", "given_name")
CLASSES: Final = ("identity", "contact")


def read(scope: gate.Scope, people: Sequence[Subject]) -> Mapping[uuid.UUID, str]:
    """Return the name of each person that may be read for the purpose of an open scope, by subject id."""
    found = dict[uuid.UUID, str]()
    for declaration in personal_data.all():
        model = model_of(declaration)
        for name in FIELDS:
            declared = declaration.fields.get(name)
            if not isinstance(declared, Field) or declared.data_class not in CLASSES:
                continue
            wanted = [one for one in people if one.pk not in found]
            if not wanted or scope.why_not_field(model, name):
                continue
            for row in scope.read(rows_owned(model, owner_path(model, name), wanted), [name]):
                if row.person is not None and row[name]:
                    found.setdefault(row.person, str(row[name]))
    return found
