"""Campaigns: written, approved by a second person, queued, sent in waves, and counted."""
