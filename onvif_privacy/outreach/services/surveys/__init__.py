"""Surveys: answers become tallies at once, and results are published in groups of K or not at all."""
