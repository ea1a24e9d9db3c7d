"""People who chose mails, a newsletter that left, an offer that waits for a second person, and a survey with results.

Every address is invented. What is sent becomes a file; the page "Mails of this demonstration" shows it.
"""

from __future__ import annotations

import secrets

from django.contrib.auth.models import User
from django.utils import timezone

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Party, Subject
from onvif_privacy.outreach.models import Campaign, Question, Subscriber, Survey
from onvif_privacy.outreach.services import optin
from onvif_privacy.outreach.services.campaigns import acting
from onvif_privacy.outreach.services.surveys import answering, releasing, tokens

READERS = 30
NEWS = """Dear {name},

the test tool is free for members from today. What is new:

* it reads **streaming profiles** of three generations,
* it writes a report that a buyer understands,
* it runs without a network.

[Read the announcement](https://standards.example/news/test-tool-free/).
"""
OFFER = """Dear {name},

Harbour Insurance insures cameras at sea. Members pay a fifth less until the end of the year.

[Look at the offer](https://insurance.example/cameras).
"""
INVITATION = """Dear {name},

how do you like the knowledge base? Three questions, one minute.
"""
QUESTIONS = (
    ("single", "Are you a member?", "Yes\nNo", True),
    ("multi", "What do you use?", "Product catalogue\nKnowledge base\nShop\nMessage board", False),
    ("scale", "How do you like this site?", "", False),
)


def fill_outreach() -> None:
    """Make all of it; does nothing where the two log-ins that it takes were deleted."""
    people = User.objects.filter(username__in=("officer", "administrator"))
    officer, administrator = (people.filter(username=name).first() for name in ("officer", "administrator"))
    if officer is None or administrator is None:
        return
    _readers()
    _party("harbour-labs", "Harbour Labs", Party.Role.AFFILIATE)
    partner = _party("harbour-insurance", "Harbour Insurance", Party.Role.BUSINESS_PARTNER)
    news = _campaign(officer, "The test tool is free", NEWS, title="June", kind=Campaign.Kind.NEWS)
    acting.approve(news, actor=administrator, digest=news.text_digest)
    _campaign(officer, "Insure your cameras", OFFER, title="Insurance", kind=Campaign.Kind.OFFER, party=partner)
    survey = _survey(officer)
    asked = _campaign(officer, "Three questions", INVITATION, title="Survey", kind=Campaign.Kind.SURVEY, survey=survey)
    acting.approve(asked, actor=administrator, digest=asked.text_digest)


def _readers() -> None:
    """Let invented people choose mails; every third one offers, every second one surveys."""
    for number in range(READERS):
        person, now = Subject.objects.create(), timezone.now()
        address = f"reader{number + 1}@example.org"
        Subscriber.objects.create(subject=person, address=address, language="en", proven_at=now)
        _chosen(person, "product_news")
        if number % 3 == 0:
            _chosen(person, "partner_offers")
        if number % 2 == 0:
            _chosen(person, "surveys")


def _chosen(person: Subject, purpose: str) -> None:
    shown = consent.notice(text=optin.words(purpose), language="en", surface="double_opt_in")
    consent.decide(
        subject=person,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=secrets.token_hex(16),
        notice=shown,
        surface="double_opt_in",
    )


def _party(slug: str, name: str, role: str) -> Party:
    made: Party = Party.objects.get_or_create(slug=slug, defaults={"name": name, "role": role, "country": "DE"})[0]
    return made


def _campaign(author: User, subject: str, words: str, **shape: object) -> Campaign:
    """Write and submit one."""
    subjects.for_user(author)
    made = acting.save(Campaign(**shape), {"en": (subject, words)}, actor=author)
    return acting.submit(made, actor=author)


def _survey(author: User) -> Survey:
    """Open a survey that some people have answered, and publish what they said."""
    made = answering.new(Survey(title="How do you like this site?", public=True))
    made.save()
    for position, (kind, label, choices, cross) in enumerate(QUESTIONS, 1):
        Question.objects.create(survey=made, position=position, kind=kind, label=label, choices=choices, cross=cross)
    answering.open_survey(made, actor=author)
    for number in range(48):
        given = {
            1: answering.Answer((1 + (number % 3 == 0),)),
            2: answering.Answer(tuple(choice for choice in (1, 2, 3, 4) if (number + choice) % (choice + 1))),
            3: answering.Answer((3 + number % 3,)),
        }
        answering.answer(survey=made, token=tokens.mint(made), answers=given)
    releasing.release(made, actor=author)
    return made
