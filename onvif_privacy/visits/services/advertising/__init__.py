"""House advertising: offers in the site's own pages, from this site alone, counted without anybody.

Which one is shown is chosen here (`choosing`): by interest for whoever agreed to that, else the same for everybody.
How often is counted and limited behind the pages (`counting`), told in steps of K (`figures`). Off unless
``ONVIF_PRIVACY_VISITS_ADVERTISING`` is True.
"""
