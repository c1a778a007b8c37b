"""The bot: conversations over Telegram, many bots in one process.

Wire it with `make_dispatcher(desk, conversations, tongues)`, feed it by an `Intake`, and let `poll` or the web app
bring the updates; the worker words its news with `EventRenderer`.  Importing a module of it loads aiogram, which takes
seconds: import late.
"""
