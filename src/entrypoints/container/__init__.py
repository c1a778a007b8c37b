"""The composition root: which use cases stand on which ports.  The only package that knows punq.

One function an entrypoint, a fresh container each: ``ground.cli_container``, ``whole.bot_container``,
``whole.web_container`` and ``whole.worker_container``.  They lie apart because a command on the database alone must
not wait for the bot's libraries.  punq 0.9 asks for care (protocols page 4.5): what is laid has been checked by mypy as
a field of the house; nothing injected has a default; only concrete types are resolved.
"""
