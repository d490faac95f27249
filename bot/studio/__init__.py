"""The studio: a pretend Telegram, a phone-like chat page and a clock that can be moved.

The real bot runs against it without Telegram: over HTTP (`http`), or in memory (`memory`).
Start reading at `telegram.PretendTelegram`.
"""
