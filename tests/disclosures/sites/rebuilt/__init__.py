"""A host that changes its table of users."""
