"""Whole journeys: the running bot, with all its loops, against a Bot API server over real HTTP."""
