"""Telegram: Stars as a way to pay, and messages through the bot a person came from.

``stars`` needs no vendor library; ``messenger`` and ``bots`` import aiogram, which takes seconds: import them late.
"""
