"""Settings of small sites: one for each subset of rooms, and one for each way to get the settings wrong."""
