"""Page visits: which pages are the most popular, counted without following people.

One rule leads: a page never waits for its visit, a visit is never stored twice, and every visit that is not stored
is counted with its reason. Clauses `automatic` and `popularity` of the statement.
"""
