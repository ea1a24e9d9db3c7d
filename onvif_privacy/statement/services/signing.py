"""The job that signs the status; imported only where the status is public."""

from __future__ import annotations

from onvif_privacy.core.jobs import Run, job
from onvif_privacy.statement.services import status


@job("statement-status", every="1m", alarm="1h")
def sign_status(run: Run) -> None:
    """Sign where each clause stands, whenever that changed and once a day."""
    with run.step():
        status.release()
