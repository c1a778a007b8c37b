"""What each line of the table means: what is done, beside what, and what is left out."""

WORDS = """\
- **S1** *settle* is `SettlePayment` for a notice that is kept already, *keep and settle* is `KeepEvidence` and then
  `SettlePayment`; every second payment buys a plan, the others a pack of stars.  One process, as many callers as
  connections unless told; callers who come at the same time share a statement and its commit.  pgbench runs its
  built-in TPC-B-like transactions with prepared statements: a process written in C with a thread for each processor.
  What limits it: a settlement changes two rows and adds thirteen (two transfers with four entries, an account, events,
  their tasks, every second time a plan), 29 entries of indexes in all; TPC-B changes three and adds one, without any.
  One write of eight settlements takes PostgreSQL a million instructions each; Python takes 0.13 ms for each besides
  the two statements (callgrind and `process_time`, apart from these rounds).  Eight callers in one process share each
  statement, and so Python and the database take turns; with 16 and more they work side by side.
- **S2** posts one transfer of stars from the business's sales account, which is the same for all, to the accounts of
  many customers.  Callers who come together share a commit.  The limit runs in pgbench with 8 connections, between
  many accounts or from many to one.
- **S3** counts on the wire between psycopg and the server how often the client had to wait for an answer.
- **S4** settles over 8 connections.  Payments of one bot share no row: one whole run measured 0.78 and the next 0.90,
  on a machine that others keep busy now and then.
- **S5** reads one of several customers in the same tables over one connection: the dossier (balance, plan, all that a
  decision needs) and the ten latest lines of the statement.
- **S6** feeds `/menu` and taps on the menu's button: kept in the inbox, answered from the customer's dossier, state in
  the database, struck off; the next batch is taken as soon as the one before is kept.  The bare dispatcher parses the
  same updates and answers with a constant, and keeps nothing.  Neither touches a network.  What limits it: an update
  is kept, its customer's dossier is read, and it is struck off, where the bare one touches no database; whole runs
  measured 0.46, and 0.39 while others had up to a quarter of the machine.
- **S7** feeds pre-checkout queries at a steady pace through the whole bot, beside 8 callers who settle in the same
  process, and times from the arrival to the answer.
- **S8** brings service lines of groups, which need no answer, to the web app in a process of its own.  The sender is
  Python too, and shares the processors.
- **S9** lets customers come twice, open, approve and settle a payment, and read their balance; what counts is the
  processor's time of one process.
- **S10** brings each update alone, as webhooks do.
- **S12** writes and reads the archive in a process of its own.  Its photos do not get smaller, and are stored.
- **S13** commits newcomers, whose reaction tells the owner; the reaction's work is left out, its start is timed.
  What limits the payments beside it: a settlement leaves four or five tasks behind, each of which is claimed, read and
  struck off, two changes of a row and some steps of the event loop: about 55 µs of this machine's, though one statement
  claims 17 of them and strikes off as many as come together, and a task sets timers only.  The goal would leave 15 µs.
  Installations that are in need of more give the worker a machine of its own (`avatar worker`).
- **S14** runs pgbench on the embedded server and on the system's own, each with its stock settings but for ours.
"""
