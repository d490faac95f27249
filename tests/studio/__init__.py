"""Tests of the studio: the pretend Telegram, its faults, its page."""
