"""The kernel: who is meant, whether a thing may be done, and how that is shown later.

Every other room asks this one and no room asks another. What cannot be recorded is not done.
"""
