"""Browser, operating system and device of a user agent, and whether a program sent it.

Parsed after the request, by the store, with a bounded cache; the string itself is never stored.
A program is what ``ua-parser`` files under ``Spider``, what names no browser at all, and what `PROGRAM` finds. The
patterns describe kinds of programs, not single ones, so that a new crawler is found too.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ua_parser import parse

CACHED = 4096
# Stands for the user agent in logs that have none; such a line is taken for a person's.
NOT_LOGGED = "(not logged)"


class Agent(NamedTuple):
    """Families only; empty where unknown. ``device`` is ``desktop``, ``mobile``, ``tablet`` or empty."""

    bot: bool
    family: str
    system: str
    device: str


# Browsers of the text console: people too, though their names hold words that programs use.
TEXT_BROWSER = re.compile(r"(?:ELinks|Links|Lynx|w3m|Dillo|NetSurf|retawq)\b", re.IGNORECASE)
# What people browse with introduces itself like this, and Mozilla with the system in parentheses; some software puts
# quotation marks around it.
BROWSER = re.compile(
    r"b?[\"']?(?:Mozilla/\d[^(]{0,40}\(|Opera/\d|(?:Midori|iCab|Iron)/\d)"
    r"|(?:Nokia|SonyEricsson|SAMSUNG|BlackBerry|LG|MOT|HTC|Huawei|ZTE)[-_A-Za-z0-9]*/?",
    re.IGNORECASE,
)
# Kinds of programs by their words, tools that programs are built with, an address to ask about them, and the old
# formula "compatible;" with a name that is no browser's.
PROGRAM = re.compile(
    r"bot\b|bot[/_;-]|robot|crawl|spider|slurp|scrap|fetch|archiv|harvest|extract|sucker|copier|capture|httrack"
    r"|monitor|meter\b|boost\b|debugbear|neustar|PTST|uptime|pingdom|synthetic|headless"
    r"|phantomjs|selenium|playwright|puppeteer|lighthouse|page ?speed"
    r"|validat|verif|check|scan|audit|inspector|survey|research|preview|thumbnail"
    r"|screen[-_ ]?(?:shot|cap|ie)|screenie|sizer|snapr|websnap|wkhtmlto|favicon|snippet|proxy|sitemap"
    r"|curl|wget|libwww|lwp|python|java/|okhttp|go-http|axios|node-fetch|ruby/|perl/"
    r"|(?<!fire)php/|http-?client|nikto|openvas|zgrab|nmap"
    r"|ms-office|msoffice|microsoft outlook|(?:word|excel|powerpoint)/\d|web services client"
    r"|feed|rss\b|reader|subscribers|seo\b|analy[sz]er|optimi[sz]er|indexer|search ?engine|agent"
    r"|google-|-google\b|googleother|adsbot|mediapartners|facebookexternalhit|facebookcatalog|meta-external"
    r"|gpt|openai|anthropic|claude|cohere|perplexity|bytespider|https?://|\+?www\.|@(?=[0-9-]*[a-z])[a-z0-9-]{1,63}\."
    r"|[a-z0-9-]\.(?:com|net|org|io|ai)\b"
    r"|compatible;(?! *(?:MSIE|U;|;|Linux|Windows|Intel Mac|Konqueror|iCab|OmniWeb))",
    re.IGNORECASE,
)
_TABLET = re.compile(r"iPad|Tablet|Kindle|Silk/|PlayBook|Nexus (?:7|9|10)\b", re.IGNORECASE)
_MOBILE = re.compile(r"Mobi|iPhone|iPod|Phone|BlackBerry|Opera M(?:ini|obi)|Android", re.IGNORECASE)
_DESKTOP = re.compile(r"Windows NT|Macintosh|X11|CrOS", re.IGNORECASE)

PROGRAM_AGENT = Agent(True, "", "", "")
UNKNOWN_AGENT = Agent(False, "", "", "")
_cache: dict[str, Agent] = {}


def load() -> None:
    """Compile the parser's patterns: 0.2 s of work, which a process that is stopped soon has no time for."""
    parse("")


def classify(value: str) -> Agent:
    """Return what a cleaned user agent says. An empty one is a program: every browser names itself."""
    agent = _cache.get(value)
    if agent is None:
        if len(_cache) >= CACHED:
            _cache.clear()
        agent = _cache[value] = _classified(value)
    return agent


def _classified(value: str) -> Agent:
    if value == NOT_LOGGED:
        return UNKNOWN_AGENT
    if not TEXT_BROWSER.match(value) and (not BROWSER.match(value) or PROGRAM.search(value)):
        return PROGRAM_AGENT
    result = parse(value)
    if result.device is not None and result.device.family == "Spider":
        return PROGRAM_AGENT
    family = result.user_agent.family if result.user_agent else ""
    system = result.os.family if result.os else ""
    return Agent(False, family[:64], system[:64], _device(value))


def _device(value: str) -> str:
    if _TABLET.search(value) or ("Android" in value and "Mobi" not in value):
        return "tablet"
    if _MOBILE.search(value):
        return "mobile"
    return "desktop" if _DESKTOP.search(value) else ""
