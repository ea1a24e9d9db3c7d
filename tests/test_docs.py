"""The documentation says what the code does."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

import onvif_privacy
from tests import reference
from tests.readme import ROOT, fences

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def names(pages: list[Path]) -> list[str]:
    return [page.relative_to(ROOT).as_posix() for page in pages]


def test_tables_of_the_reference_are_what_the_code_says() -> None:
    page = reference.REFERENCE.read_text("utf-8")
    assert page == reference.filled(page), "run: python -m tests.reference"


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_python_block_compiles(page: Path) -> None:
    for fence in fences(page):
        if fence.language == "python":
            compile(fence.text, f"{page.name}: {fence.section}", "exec")


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
@pytest.mark.django_db
def test_every_example_that_asserts_something_is_right(page: Path) -> None:
    for fence in fences(page):
        if fence.language == "python" and re.search(r"^assert ", fence.text, re.MULTILINE):
            exec(compile(fence.text, f"{page.name}: {fence.section}", "exec"), {"__name__": "example"})


def is_there(module: str, name: str) -> bool:
    """Whether ``from module import name`` works, whatever was imported before."""
    return hasattr(import_module(module), name) or find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_name_of_ours_that_a_page_imports_is_there(page: Path) -> None:
    for fence in fences(page):
        for node in ast.walk(ast.parse(fence.text)) if fence.language == "python" else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("onvif_privacy"):
                for alias in node.names:
                    assert is_there(node.module or "", alias.name), f"{page.name}: {alias.name}"


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.stem == "index" or f"({page.name})" in index


def test_every_setting_named_in_the_documentation_exists() -> None:
    from onvif_privacy.core.conf import Settings

    known = {row.name for table in Settings.tables for row in table.rows()}
    known |= {"ONVIF_PRIVACY_CORPORA", "ONVIF_PRIVACY_REQUIRE", "ONVIF_PRIVACY_CHROMIUM"}  # of the tests
    known |= {"ONVIF_PRIVACY_POSTGRESQL_URL", "ONVIF_PRIVACY_MARIADB_URL"}
    for page in PAGES:
        for name in re.findall(r"\bONVIF_PRIVACY_[A-Z_]*[A-Z]\b", page.read_text("utf-8")):
            assert name in known, f"{page.name} names {name}"


def test_every_tag_named_in_the_documentation_exists() -> None:
    from django.template import defaulttags

    known = {row[1].split()[1] for row in reference.tags() if row[1].startswith("`{%")}
    known |= (
        {f"end{tag}" for tag in known}
        | set(defaulttags.register.tags)
        | {"static", "extends", "block", "else", "else_stranger"}
    )
    for page in PAGES:
        for tag in re.findall(r"{% (\w+)", page.read_text("utf-8")):
            assert tag in known or tag.removeprefix("end") in known, f"{page.name} names {{% {tag} %}}"


def test_every_command_named_in_the_documentation_exists() -> None:
    known = {row[0].strip("`") for row in reference.commands()}
    for page in PAGES:
        for command in re.findall(r"manage\.py (privacy_\w+)", page.read_text("utf-8")):
            assert command in known, f"{page.name} names {command}"


def test_the_changelog_is_open_and_complete() -> None:
    text = (ROOT / "docs" / "changelog.md").read_text("utf-8")
    parts = ["### Security", "### Added", "### Changed", "### Fixed", "### Upgrade considerations"]
    unreleased = text.partition("## Unreleased\n")[2].split("\n## ")[0]
    assert re.findall(r"^### .*$", unreleased, re.MULTILINE) == parts
    for part in parts:
        assert unreleased.partition(part)[2].split("\n### ")[0].strip(), f"{part} is empty"


def test_the_version_is_said_once() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", onvif_privacy.__version__)
    assert "attr: onvif_privacy.__version__" in (ROOT / "setup.cfg").read_text("utf-8")
