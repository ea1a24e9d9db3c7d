"""A small shop: the host app on which encrypted fields and the gate are tried."""
