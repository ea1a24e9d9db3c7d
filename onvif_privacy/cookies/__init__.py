"""Cookies: what may be stored in a visitor's browser, what the visitor says to it, and an answer that obeys.

One rule leads: a cookie that is undeclared, undecided or declined does not leave the server, and a script that sets
one does not start.
"""
