"""Trusted partners: what may be agreed (`terms`), by whom (`registering`), what leaves (`handing`), what comes back
(`recalling`), and what is said of it (`register`). No models, as data belongs to the room.
"""
