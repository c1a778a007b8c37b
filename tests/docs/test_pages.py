"""The pages hold together: links lead somewhere, every page is found, every block of code says what it is."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, anchors, blocks_of, links, named

RUN_OR_READ = {"python", "console", "toml", "dotenv", "sql", "ini", "mermaid", "text"}
PROVEN = re.compile(r"^\|.*\]\(([\w/.-]+)(?:#[\w-]+)?\)\) \|$")
"""A row of the table of what is proven: its last word is the page that tells it."""
FIGURE = re.compile(r"\b\d[\d.]+\b")
ELSEWHERE = ("https://", "http://", "mailto:")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        if link.startswith(ELSEWHERE):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_the_index_leads_to_every_page() -> None:
    index = DOCS / "README.md"
    found = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    assert {named(page) for page in DOCS.rglob("*.md") if page != index and page not in found} == set()


def test_the_front_page_leads_to_the_index() -> None:
    assert "docs/README.md" in {link.partition("#")[0] for link in links(ROOT / "README.md")}


def test_the_figures_on_the_front_page_stand_on_the_pages_that_it_names() -> None:
    rows = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if PROVEN.search(line)]
    missing = []
    for row in rows:
        page = (ROOT / PROVEN.findall(row)[0]).read_text("utf-8").replace(",", "")
        missing += [figure for figure in FIGURE.findall(row.replace(",", "")) if not re.search(rf"\b{figure}\b", page)]
    assert len(rows) == 4
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert {block.language for block in blocks_of(page)} - RUN_OR_READ == set()
