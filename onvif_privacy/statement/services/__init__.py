"""The verbs of this room. Views, admin and commands only call these."""
