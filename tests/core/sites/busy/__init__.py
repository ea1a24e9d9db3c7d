"""An app with jobs: one that works in small steps, one that fails."""

STEPS = 25
