"""What every test can rely on."""

from __future__ import annotations
