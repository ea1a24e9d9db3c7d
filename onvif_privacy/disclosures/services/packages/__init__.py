"""What leaves the house, as bytes: a BagIt bag (RFC 8493) in one tar that is written once, front to back.

Pure functions over lines of JSON: no model, no query, no clock, no random number. The same lines and facts give the
same bytes in any process, locale, time zone and Python.
"""

from onvif_privacy.disclosures.services.packages.bags import Bag, bag_in_archive, bag_in_folder, problems
from onvif_privacy.disclosures.services.packages.lines import Line, NotInSchema, line, read_line
from onvif_privacy.disclosures.services.packages.schema import Column, Schema, Table
from onvif_privacy.disclosures.services.packages.values import exact
from onvif_privacy.disclosures.services.packages.verifying import package_problems
from onvif_privacy.disclosures.services.packages.wording import commands, letter_lines
from onvif_privacy.disclosures.services.packages.writing import Facts, Writer

__all__ = [
    "Bag",
    "Column",
    "Facts",
    "Line",
    "NotInSchema",
    "Schema",
    "Table",
    "Writer",
    "bag_in_archive",
    "bag_in_folder",
    "commands",
    "exact",
    "letter_lines",
    "line",
    "package_problems",
    "problems",
    "read_line",
]
