"""How well programs are told from people, on lists of user agents, one in each line, that the rules have not seen."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.site import print_table, set_up

set_up()

from onvif_privacy.visits.services import agents, cleaning  # noqa: E402 - the settings must stand first


def read(path: Path) -> list[str]:
    """Return the different user agents of a file; lines that begin with # are comments."""
    lines = path.read_text("utf-8", "replace").splitlines()
    return sorted({line for line in lines if line.strip() and not line.startswith("#")})


def judged(kind: str, path: Path, *, wanted: bool, show: bool) -> Iterable[Any]:
    """Judge one list; gives the cells of a row."""
    found = read(path)
    started = time.perf_counter()
    wrong = [agent for agent in found if agents.classify(cleaning.agent(agent)).bot is not wanted]
    microseconds = (time.perf_counter() - started) / max(len(found), 1) * 1e6
    if show:
        print(*wrong, sep="\n")
    share = (len(found) - len(wrong)) / max(len(found), 1)
    return [kind, path.name, f"{len(found):,}", f"{len(wrong):,}", f"{share:.2%}", f"{microseconds:.0f} µs"]


def main(arguments: Any = None) -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, nargs="*", default=[], help="lists of crawlers and other programs")
    parser.add_argument("--browsers", type=Path, nargs="*", default=[], help="lists of what people browse with")
    parser.add_argument("--show", action="store_true", help="print what was judged wrongly")
    options = parser.parse_args(arguments)
    rows = [judged("programs", path, wanted=True, show=options.show) for path in options.programs]
    rows += [judged("browsers", path, wanted=False, show=options.show) for path in options.browsers]
    columns = ["kind", "list", "user agents", "wrong", "right", "each, first time"]
    print_table("User agents", columns, [list(row) for row in rows], "Each different user agent once.")


if __name__ == "__main__":
    main()
