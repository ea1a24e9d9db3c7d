"""The transparency report: counted from cases, safe to publish, and checked by the same rules as anybody's."""

from onvif_privacy.disclosures.services.transparency.checking import Fault, check_file, check_text
from onvif_privacy.disclosures.services.transparency.columns import COLUMNS, COUNTS, HALF_YEAR, halves_between
from onvif_privacy.disclosures.services.transparency.counting import Fact, Line, counted
from onvif_privacy.disclosures.services.transparency.files import FORMAT, as_atom, as_csv, as_datapackage, as_json
from onvif_privacy.disclosures.services.transparency.protecting import Release, Shown, released

__all__ = [
    "COLUMNS",
    "COUNTS",
    "FORMAT",
    "HALF_YEAR",
    "Fact",
    "Fault",
    "Line",
    "Release",
    "Shown",
    "as_atom",
    "as_csv",
    "as_datapackage",
    "as_json",
    "check_file",
    "check_text",
    "counted",
    "halves_between",
    "released",
]
