"""Write the sections of the reference pages that come from the code: ``python -m tests.docs``."""

from tests.docs.pages import PAGES, named, rewritten
from tests.docs.writers import WRITERS


def main() -> None:
    """Write every page that is not as the code would write it."""
    for page in PAGES:
        text = rewritten(page, WRITERS)
        if text != page.read_text(encoding="utf-8"):
            page.write_text(text, encoding="utf-8")
            print(named(page))  # noqa: T201  (the command's only output)


if __name__ == "__main__":
    main()
