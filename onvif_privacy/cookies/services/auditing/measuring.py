"""What runs inside a page to look at it: what the browser keeps, and whether declining is as easy as accepting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onvif_privacy.cookies.services.auditing.facts import Kind, Measured

BAR = ".privacy-bar"
DECLINE, ACCEPT = f"{BAR} button[value=decline]", f"{BAR} button[value=accept]"

# The page as it stands after its scripts: links, live scripts, storage, and whether the settings can be seen.
LOOK = """async (settings) => {
    const seen = (node) => node.checkVisibility({visibilityProperty: true}) && node.getBoundingClientRect().height > 0;
    const tried = async (ask) => { try { return await ask(); } catch { return []; } };
    const all = (choice) => [...document.querySelectorAll(choice)];
    const leads = (node) => settings && node.href && new URL(node.href).pathname === settings;
    const bar = document.querySelector('.privacy-bar');
    const fields = bar ? [...bar.querySelectorAll('input[type=hidden]')] : [];
    return {
        html: document.contentType === 'text/html',
        hrefs: all('a[href], area[href]').map((node) => node.getAttribute('href')),
        live: all('script[data-privacy]').filter((node) => node.type !== 'text/plain')
            .map((node) => node.getAttribute('src') || '(inline)'),
        settings: all('[data-privacy-open]').some(seen) || all('a[href]').filter(leads).some(seen)
            || Boolean(bar && seen(bar)),
        form: Object.fromEntries(fields.map((one) => [one.name, one.value])),
        held: {
            local_storage: await tried(() => Object.keys(localStorage)),
            session_storage: await tried(() => Object.keys(sessionStorage)),
            indexed_db: (await tried(() => indexedDB.databases())).map((one) => one.name),
            cache_storage: await tried(() => caches.keys()),
        },
    };
}"""

MEASURE = """(node) => {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const parts = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const linear = (part) => (part <= 10.3 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const light = (colour) => {
        const [r, g, b] = parts(colour).map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [one, other] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
    return {
        font: style.font, colours: [style.color, style.backgroundColor].join(), border: style.border,
        width: box.width, height: box.height, button: node.localName === 'button',
        inView: box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth,
        contrast: (one + 0.05) / (other + 0.05),
        target: Math.min(box.width, box.height),
    };
}"""

LOWEST_CONTRAST, SMALLEST_TARGET = 4.5, 24  # WCAG 2.2, 1.4.3 and 2.5.8


def prominence(decline: Mapping[str, Any], accept: Mapping[str, Any]) -> list[Measured]:
    """Return in what the first of two measured buttons stands back behind the second.

    Source: EDPB guidelines 03/2022 on deceptive patterns; width may differ by 5 %, height by one pixel.
    """
    found = [name for name in ("font", "colours", "border") if decline[name] != accept[name]]
    if abs(decline["height"] - accept["height"]) > 1:
        found.append("height")
    if decline["width"] < 0.95 * accept["width"]:
        found.append("width")
    if not (decline["inView"] and accept["inView"]):
        found.append("in view")
    if not decline["button"]:
        found.append("button")
    if min(decline["contrast"], accept["contrast"]) < LOWEST_CONTRAST:
        found.append("contrast")
    if min(decline["target"], accept["target"]) < SMALLEST_TARGET:
        found.append("size to hit")
    return [Measured(Kind.PROMINENCE, name) for name in found]
