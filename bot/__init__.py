"""The process: settings, wiring, Telegram in and out, turns, the coach command, the studio."""
