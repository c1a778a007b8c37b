"""What the page of the load says whatever was measured."""

HEAD = """\
# Load

Written by `make load`, each section by its own part of a run, which ends non-zero when a section has something to
complain of: a law that is broken, an act that failed, a line logged as an error, a payment, star, order or update more
or fewer in the database than was done, memory or connections that grow, a connection that is left over.

One durable database, one machine, the settings as they come but for the customers' own limits, which are off.  At work
are 4 workers, 2 web processes that take webhooks for all bots, all bots once more in one process, and the processes of
those who write, pay and order.  Telegram and the painter answer at once, within the processes.

- **settle**: an invoice is opened, Telegram's question about it is answered, the notice is kept and judged; 32 at once.
- **order**: a portrait is priced and ordered by one of 200 customers with a plan, painted, handed over and charged by
  the workers; 8 at once.
- **update**: somebody sends `/menu` or taps its button, and waits for the answer, in the process with all bots; 64 at
  once.  One of 20 has never been there before; the others are customers of the filled books, by chance.
- **webhook**: the same, brought over HTTP by turns to two web processes; 64 at once, each until the update is kept.

The processors' time of an act is that of all processes and of the database until nothing of it is left to do: beside
foreign load it says more than the rate.  Growth is that of a line through the second half of the samples; more than
4 MB of a process, a quarter of one in each of the database's sessions, or more than one connection, is too much.  Busy
processors make callers queue and pools open connections: steady load wants a machine that does nothing else.
"""
WORDS = """\
What limits

- **Two processors** that everything here shares: clients, bots, workers and the database.  The rate of a storm is what
  they have left over, divided by an act's time.
- **Orders** wait for the next look at the provider, every `AVATAR_POLL_RUNS_EVERY_S` (10 s): nobody calls back here.
  One look takes up 500 of them, so without webhooks from the provider 50 orders a second are the most.
- **Connections**: eight for each process as it comes, and the embedded server takes 120: fifteen processes, unless
  `AVATAR_DATABASE_CONNECTIONS` is lower.  Two such installations on one server are refused connections in a storm; they
  wait, and lose nothing.
- **Sealing a day** and checking its seal read the day's transfers in the order of their keys, 5,000 at a time, and sort
  what is left of the day each time.  A day of 50,000 transfers takes a second or two, a day of a million would take
  minutes.
- **Checking every link** of ten million entries' chains reads five million of them by account, not by place on the
  disk: the longest part of the check after a year's business.  It holds no lock and keeps 5,000 entries in memory.
"""
