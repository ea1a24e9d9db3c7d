"""Other people's Django projects from the package registry, with and without us. `.ci/run` runs them as ``hosts``."""
