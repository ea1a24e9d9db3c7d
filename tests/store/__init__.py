"""A host's app of three models, with a JSON field and a file, as `privacy_declare` meets them."""
