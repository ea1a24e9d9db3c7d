"""A small app of a host with a suite of its own; `tests.hosts.test_suite` copies it into new projects."""
