"""Telegram as somebody else understands it: tg-auto-test, in an environment of its own (`make referee`)."""
