"""Nobody publishes a sentence that nothing answers for, and none loses what answers for it unseen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Clause, Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import by_hand
from onvif_privacy.core.registry import declare
from onvif_privacy.statement.models import Binding, Text
from onvif_privacy.statement.promises.planted import published
from onvif_privacy.statement.promises.truth import version_in_force
from onvif_privacy.statement.services import bindings
from onvif_privacy.statement.services.sentences import sentences
from onvif_privacy.statement.services.template import shipped

COMMITMENT = Clause("commitment", _("Our commitment"))
BOUND = Promise(
    "commitment.bound",
    COMMITMENT,
    _("Every sentence of the statement is kept by a promise, or somebody answers for it as a plain fact."),
)

declare(COMMITMENT, BOUND)


@check(BOUND, kind=Kind.STATIC)
def sentences_are_bound(look: Look) -> Iterable[Finding]:
    """Look at each sentence of the version in force for what keeps it."""
    version = version_in_force(look)
    if version is None:
        return
    texts = Text.objects.using(router.db_for_write(Text)).filter(version=version, language=version.document.language)
    text = texts.order_by("-revision")[0]
    source = sentences(text.source)
    look.seen(len(source.sentences))
    for problem in bindings.problems(source, text.language):
        yield Finding(f"version {version.number}, {text.language}, line {problem.line}", "nothing answers for it")


@sentences_are_bound.saboteur
@contextmanager
def sentence_unbound(plant: Plant) -> Iterator[str]:
    """Take the bindings of one sentence away by SQL."""
    with published(guards=False) as using:
        sentence = sentences(shipped("en")).sentences[-1]
        by_hand(using, f"DELETE FROM {Binding._meta.db_table} WHERE digest = %s", sentence.digest)  # noqa: S608
        yield f"line {sentence.line}: nothing answers for it"


@sentences_are_bound.saboteur
@contextmanager
def commitment_called_a_fact(plant: Plant) -> Iterator[str]:
    """Turn the promise behind a sentence of the first clause into a plain fact by SQL."""
    with published(guards=False) as using:
        sentence = next(one for one in sentences(shipped("en")).sentences if one.clause == bindings.NEVER_A_FACT)
        table = Binding._meta.db_table
        by_hand(using, f"UPDATE {table} SET fact = %s, promise = '' WHERE digest = %s", True, sentence.digest)  # noqa: S608
        yield f"line {sentence.line}: nothing answers for it"
