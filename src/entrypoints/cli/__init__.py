"""The command `avatar`.  Exit codes: 0 all is well, 1 something is wrong, 2 the command or a setting is wrong.

`commands` holds the words and nothing heavy: `avatar --help` must not wait for the bot.  What a command does lies in a
module that is imported when it runs.
"""

from entrypoints.cli.commands import app


def main() -> None:
    """Run the command line."""
    app()


__all__ = ["app", "main"]
