"""Runs the benchmarks and writes their tables into README.md and docs/benchmarks.md, between markers.

``DATABASE_URL`` names what is stored to and read from beside SQLite; give several with commas.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- begin {}: written by python -m benchmarks.tables -->", "<!-- end {} -->"
SQLITE = "sqlite:///benchmarks.sqlite3"
# what each program is asked, and on which databases it runs
PROGRAMS = {
    "request_path": (["--requests", "4000"], ("sqlite",)),
    "served": (["--rounds", "5", "--seconds", "2"], ("sqlite",)),
    "ingest": (["--visits", "100000"], ("sqlite", "postgres", "mysql")),
    "core": ([], ("sqlite", "postgres", "mysql")),
    "outreach": (["--recipients", "100000"], ("sqlite", "postgres")),
    "reports": (["--visits", "10000000"], ("postgres",)),
    "weight": ([], ("sqlite",)),
}
README = ("request_path", "ingest")  # the others are in the documentation


def run(program: str, database: str) -> str:
    """Run one benchmark in a process of its own; gives its tables."""
    command = [sys.executable, "-m", f"benchmarks.{program}", *PROGRAMS[program][0]]
    print(f"{program} on {database.partition(':')[0]} …", file=sys.stderr)
    environment = {**os.environ, "DATABASE_URL": database}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)  # noqa: S603
    return done.stdout.strip()


def place(text: str, name: str, tables: str) -> str:
    """Put tables between the markers of that name; raises ValueError where a text has none."""
    begin, end = BEGIN.format(name), END.format(name)
    before, found, rest = text.partition(begin)
    _old, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"There are no markers for {name}.")
    return f"{before}{begin}\n\n{tables}\n\n{end}{after}"


def write(path: Path, name: str, tables: str) -> None:
    """Rewrite one part of a file."""
    path.write_text(place(path.read_text("utf-8"), name, tables), "utf-8")


def main() -> None:
    """Measure everything asked for and write it down at once, one program after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", choices=[*PROGRAMS, []], help="default: all")
    for program in parser.parse_args().programs or PROGRAMS:
        wanted = [SQLITE, *filter(None, os.environ.get("DATABASE_URL", "").split(","))]
        databases = [url for url in wanted if url.startswith(PROGRAMS[program][1])]
        if not databases:
            print(f"{program} needs {' or '.join(PROGRAMS[program][1])} in DATABASE_URL.", file=sys.stderr)
            continue
        tables = "\n\n".join(run(program, database) for database in databases)
        write(ROOT / "docs" / "benchmarks.md", program, tables)
        if program in README:
            write(ROOT / "README.md", program, tables.split("\n\n**")[0] if program == "request_path" else tables)


if __name__ == "__main__":
    main()
