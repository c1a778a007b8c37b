"""The command `avatar`.  Exit codes: 0 all is well, 1 something is wrong, 2 the command or a setting is wrong.

`commands` holds the words and nothing heavy: `avatar --help` must not wait for the bot.  What a command does lies in a
module that is imported when it runs.
"""

from entrypoints.cli.extras import COMMAND, needing


def main() -> None:
    """Run the command line."""
    with needing(COMMAND):
        from entrypoints.cli.commands import app
    app()


__all__ = ["main"]
