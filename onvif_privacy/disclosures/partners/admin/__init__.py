"""Screens of staff: agreements with partners, what was handed over, recalls, and reports."""
