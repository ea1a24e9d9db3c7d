"""Pages of the room. None needs a log-in, a cookie or a script."""
