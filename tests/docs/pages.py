"""The documentation's pages, read as Markdown: blocks of code, tables, links, headings, and what the code writes."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w-]*)(?: title=(?P<title>[\w.]+))?[^\n]*\n(?P<text>.*?)^(?P=indent)```\s*$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_SECTION = re.compile(r"(<!-- from the code: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")


def named(page: Path) -> str:
    """Name a page from the repository's root."""
    return str(page.relative_to(ROOT))


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code and the line it begins in."""

    page: Path
    line: int
    language: str
    text: str
    title: str | None = None
    """The name of the file that the block shows whole, if it has one."""

    def __str__(self) -> str:
        """Name the block in a test's id."""
        return f"{named(self.page)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """Return every block in one of these languages, page by page."""
    return [block for page in PAGES for block in blocks_of(page) if block.language in languages]


def blocks_of(page: Path) -> Iterator[Block]:
    """Give the blocks of a page in their order, without the indentation of the list they stand in."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        indent = found["indent"]
        lines = [line.removeprefix(indent) for line in found["text"].splitlines()]
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["language"], "\n".join(lines) + "\n", found["title"])


def files_of(page: Path, folder: Path) -> None:
    """Write the files that a page shows whole into a folder."""
    for block in blocks_of(page):
        if block.title:
            (folder / block.title).write_text(block.text, encoding="utf-8")


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Return where a page's links and pictures lead."""
    return [link or picture for link, picture in _LINK.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(prose(page)))
    return {heading.replace(" ", "-") for heading in plain}


def rows(page: Path) -> list[list[str]]:
    """Return the rows of all tables of a page, their heads among them."""
    lines = [line for line in prose(page).splitlines() if line.startswith("|") and not re.fullmatch(r"[|: -]+", line)]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def codes(text: str) -> list[str]:
    """Return what stands in back quotes."""
    return _CODE.findall(text)


def sections(page: Path) -> list[str]:
    """Return the names of the sections that the code writes."""
    return [name for _, name, _ in _SECTION.findall(page.read_text(encoding="utf-8"))]


def rewritten(page: Path, writers: Mapping[str, Callable[[], str]]) -> str:
    """Return a page with its sections as the code would write them now."""
    text = page.read_text(encoding="utf-8")
    return _SECTION.sub(lambda found: f"{found[1]}\n{writers[found[2]]()}\n{found[3]}", text)


def table(head: str, *body: tuple[object, ...]) -> str:
    """Return a Markdown table; ``head`` is its first line, ``name | meaning``."""
    cells = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in body]
    lines = [f"| {head} |", f"|{'---|' * len(head.split(' | '))}", *(f"| {' | '.join(row)} |" for row in cells)]
    return "\n".join(lines) + "\n"
