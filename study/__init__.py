"""The rules, pure: conversation engine, dose arithmetic, scoring, safety words."""
