"""Pages of the site, by part."""
