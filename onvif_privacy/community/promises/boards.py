"""Who writes to everybody saw the notice before, and every post has its receipt."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core import signing
from django.db import router
from django.template import engines
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from onvif_privacy.community.doors import PublicText, public_texts
from onvif_privacy.community.forms import PublicPostMixin
from onvif_privacy.community.models import LinkedSite
from onvif_privacy.community.promises.clauses import BOARDS
from onvif_privacy.community.services import notices, posting, reconciling
from onvif_privacy.community.templatetags import privacy_community as tags
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare, temporarily

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
    FormClass = type[forms.BaseModelForm[Any]]
else:
    ModelForm = forms.ModelForm
    FormClass = type[forms.BaseModelForm]

NOTICE = Promise("boards.notice", BOARDS, _("Nobody writes to everybody before they were shown who can read it."))
RECEIPTS = Promise("boards.receipts", BOARDS, _("Every public text came through its form."))

declare(NOTICE, RECEIPTS)

MODEL = f"{LinkedSite._meta.app_label}.LinkedSite"
PLANTED = PublicText(MODEL, fields=("name",), form="planted.post")  # a table of our own stands in for a board's
MARKS = "{% load privacy_community %}{% board_notice form %}{% board_submit form %}"


def _languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _tokens(form: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield what must not open the door: nothing, a stranger's token, an old one, one of another language or form."""
    shown = notices.notice(form, language)
    yield "without a token", ""
    yield "with a token of somebody else", signing.dumps(vars(shown), salt="elsewhere")
    yield "with a token of another form", notices.issue(notices.Notice("another", "another", language, shown.text))
    other = notices.notice(form, "de" if language != "de" else "en")
    yield "with a token of another language", notices.issue(other)


@check(NOTICE, kind=Kind.REFUSAL, empty=True)
def posts_without_their_notice_are_refused(look: Look) -> Iterable[Finding]:
    """Try the door of each public form without a token, and with wrong ones."""
    for declared in public_texts.all():
        for what, token in _tokens(declared.form, settings.LANGUAGE_CODE):
            look.seen()
            data = {**dict.fromkeys(declared.fields, "x"), posting.TOKEN: token}
            try:
                posting.check_post(declared.form, data, settings.LANGUAGE_CODE)
            except posting.PostRefused as refusal:
                if refusal.reason == "notice":
                    continue
            yield Finding(declared.form, f"takes a text {what}")


@posts_without_their_notice_are_refused.saboteur
@contextmanager
def door_without_a_lock(plant: Plant) -> Iterator[str]:
    """Take texts from programs that send no token."""
    whole = notices.was_shown
    open_door: Callable[..., bool] = lambda token, expected: not token or whole(token, expected)  # noqa: E731
    with temporarily(PLANTED), altered(notices, "was_shown", open_door):
        yield "planted.post: takes a text without a token"


@posts_without_their_notice_are_refused.saboteur
@contextmanager
def any_language_will_do(plant: Plant) -> Iterator[str]:
    """Let a notice in a language that the page is not in count."""

    def any_of_ours(token: str, expected: notices.Notice) -> bool:
        try:
            return bool(signing.loads(token, salt=notices.SALT, max_age=timedelta(days=1))["f"] == expected.form)
        except signing.BadSignature:
            return False

    with temporarily(PLANTED), altered(notices, "was_shown", any_of_ours):
        yield "planted.post: takes a text with a token of another language"


def _below(kind: FormClass) -> Iterator[FormClass]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def public_forms() -> Iterator[FormClass]:
    """Yield the site's model forms that fill a public text; the guard stops those that Django makes for staff."""
    fields = {model: {name for one in some for name in one.fields} for model, some in reconciling.models().items()}
    for form in _below(forms.BaseModelForm):
        made = form.__module__.startswith("django.")
        if not made and fields.get(form._meta.model, set()) & set(getattr(form, "base_fields", ())):
            yield form


@check(NOTICE, kind=Kind.PROBE, empty=True)
def public_forms_show_notice_and_token(look: Look) -> Iterable[Finding]:
    """Print the marks of each public form in each language and look for the words and the token."""
    template = engines.all()[0].from_string(MARKS) if engines.all() else None
    for form in public_forms():
        place = f"{form.__module__}.{form.__qualname__}"
        if not issubclass(form, PublicPostMixin):
            look.seen()
            yield Finding(place, "fills a public text without PublicPostMixin")
            continue
        for language in _languages():
            look.seen()
            with override(language):
                page = template.render({"form": form()}) if template else ""
            shown = notices.notice(form.public_name(), language)
            if escape(shown.text) not in page or f'name="{posting.TOKEN}"' not in page or "describedby" not in page:
                yield Finding(place, f"does not show its notice in {language}")


@public_forms_show_notice_and_token.saboteur
@contextmanager
def form_without_the_mixin(plant: Plant) -> Iterator[str]:
    """Write a form for a public model and forget the mixin."""

    class Bare(ModelForm):
        class Meta:
            model = LinkedSite
            fields = ("name",)

    with temporarily(PLANTED):
        yield f"{Bare.__qualname__}: fills a public text without PublicPostMixin"
    del Bare
    gc.collect()  # a class is known to its parent until then


@public_forms_show_notice_and_token.saboteur
@contextmanager
def notice_in_one_language_only(plant: Plant) -> Iterator[str]:
    """Show other words than those of the page's language."""

    class Shown(PublicPostMixin, ModelForm):
        class Meta:
            model = LinkedSite
            fields = ("name",)

    class Wrong:
        """Stands in for the module `notices` in the tags."""

        issue = staticmethod(notices.issue)

        @staticmethod
        def notice(form: str, language: str) -> notices.Notice:
            return notices.Notice(form, form, language, "Everybody can read this.")

    with temporarily(PLANTED), altered(tags, "notices", Wrong):
        yield f"{Shown.__qualname__}: does not show its notice in {settings.LANGUAGE_CODE}"
    del Shown
    gc.collect()


@check(RECEIPTS, kind=Kind.LEDGER, empty=True)
def every_post_has_its_receipt(look: Look) -> Iterable[Finding]:
    """Compare the rows of each public model with the receipts."""
    for model, some in reconciling.models().items():
        look.seen(reconciling.rows(model))
        for number, key in enumerate(reconciling.without_receipt(model, some)):
            if number == 20:
                break
            yield Finding(f"{model._meta.label} {key}", "is public and came past its form")


@every_post_has_its_receipt.saboteur
@contextmanager
def posts_in_bulk(plant: Plant) -> Iterator[str]:
    """Insert rows past every signal."""
    using = router.db_for_write(LinkedSite)
    with temporarily(PLANTED), rolled_back(using):
        made = LinkedSite.objects.using(using).bulk_create([LinkedSite(host="planted.invalid")])
        yield f"{MODEL} {made[0].pk}: is public and came past its form"
