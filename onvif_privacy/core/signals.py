"""Every signal of the house, with its arguments. Sent on commit unless its comment says otherwise."""

from django.dispatch import Signal

decision_recorded = Signal()  # decision: Decision, before: Outcome | None
subjects_merged = Signal()  # visitor: Subject, into: Subject
subject_corrected = Signal()  # subject: Subject, model: str, row: str, fields: tuple[str, ...]
subject_erased = Signal()  # subject: Subject, without its user; receipt: dict, what was deleted and what was kept
purpose_renewed = Signal()  # renewal: Renewal
verdict_changed = Signal()  # promise: Promise, before: Verdict | None, after: Verdict
seal_closed = Signal()  # seal: Seal
keys_rotated = Signal()  # old: str, new: str
job_alarmed = Signal()  # job: str, reason: str, the class of the exception or "Silent"
incident_opened = Signal()  # kind: str, reference: str
gate_refused = Signal()  # at once: field: str, purpose: str, caller: str
