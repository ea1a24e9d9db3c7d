"""What a site declares to this room in its ``privacy.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText

from onvif_privacy.core.registry import Basis, DeclarationError, Purpose, Registry
from onvif_privacy.core.registry.personal import SPECIAL


@dataclass(frozen=True)
class PageSetting:
    """One thing about a page that a remembered device keeps: its values (slugs) with their labels, the usual one first.

    Raises DeclarationError where there is nothing to choose.
    """

    slug: str
    label: str | LazyText
    values: Mapping[str, str | LazyText]

    def __post_init__(self) -> None:
        if len(self.values) < 2:
            raise DeclarationError(f"PageSetting {self.slug!r} leaves nothing to choose.")


page_settings: Registry[PageSetting] = Registry(PageSetting, "page setting", lambda item: item.slug)


BUILT_IN = ("country", "zip", "age_band", "gender")
MOST_DIMENSIONS = 2


@dataclass(frozen=True)
class Dimension:
    """One question with a closed list of answers (slugs with labels): a preference, an interest, a favourite.

    ``country``, ``zip``, ``age_band`` and ``gender`` are built in.
    """

    slug: str
    label: str | LazyText
    values: Mapping[str, str | LazyText]


@dataclass(frozen=True)
class DemographicTable:
    """One table of anonymous sums: ``DemographicTable("age_by_gender", ("age_band", "gender"))``.

    One or two dimensions; check E003 finds others, and free text. A change takes effect with the next period.
    """

    slug: str
    dimensions: tuple[str, ...]
    label: str | LazyText = ""


dimensions: Registry[Dimension] = Registry(Dimension, "dimension", lambda item: item.slug)
demographic_tables: Registry[DemographicTable] = Registry(DemographicTable, "demographic table", lambda item: item.slug)


def special(category: str, use: str, *, label: str | LazyText, text: str | LazyText) -> Purpose:
    """Return the purpose of one use of a special category, to declare: ``declare(special("religion", "meals", …))``.

    Its slug is ``special_<category>_<use>``, its basis explicit consent. ``text`` is what people agree to. Raises
    DeclarationError for a category that GDPR Art. 9 and 10 do not name.
    """
    if category not in SPECIAL:
        raise DeclarationError(f"{category!r} is no special category. Categories: {', '.join(SPECIAL)}.")
    return Purpose(
        f"special_{category}_{use}",
        label=label,
        text=text,
        basis=Basis.EXPLICIT_CONSENT,
        clause="sensitive",
        data_classes=(f"special:{category}",),
    )
