"""The verbs of the room, from the request to the report.

``capture`` makes a record of a request, ``exclusions`` says why not, ``recorder`` keeps records until ``transports``
hands them to the ``store``, which counts them by ``rollups``; ``reports`` and ``popular`` read the counts.
"""
