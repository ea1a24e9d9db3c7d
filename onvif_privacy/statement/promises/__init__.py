"""What this room promises of the statement, and the checks that would notice if it were not so."""

from onvif_privacy.statement.promises import announced, coverage, reach, records, signed, truth, unchanged

__all__ = ["announced", "coverage", "reach", "records", "signed", "truth", "unchanged"]
