"""What can go wrong with a decision. None of them leaves anything stored."""


class ConsentError(Exception):
    """Base of all refusals of the consent services."""


class ConsentUnavailable(ConsentError):
    """The decision could not be recorded now (lock wait over ``LOCK_SECONDS``, database error). Answer 503."""


class IdempotencyConflict(ConsentError):
    """The same key was used for another decision. Answer 409."""


class NoticeRequired(ConsentError):
    """A grant needs the words that were shown."""


class SubjectGone(ConsentError):
    """The person was erased or merged into another; nothing can be granted in their name."""


class ObjectionStands(ConsentError):
    """Over an objection only the person's own later grant is accepted."""
