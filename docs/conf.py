"""Sphinx: ``pip install -e ".[docs]" && sphinx-build -W docs docs/_build``. Every page also reads well without it."""

from __future__ import annotations

from onvif_privacy import __version__

project = "onvif_privacy"
release = version = __version__
extensions = ["myst_parser"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
