"""What the page of the load says whatever was measured."""

HEAD = """\
# Load

Written by `make load`, each section by its own part of a run.  One durable database, one machine, stock settings but
for the customers' own limits, which are off.  At work are 4 workers, 2 web processes that take webhooks for all bots,
all bots in one process, and the processes of those who write, pay and order.  Telegram and the painter answer at once.
"""
WORDS = """\
What limits

To be told.
"""
