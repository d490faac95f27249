"""The test suite: conversations in memory, journeys over HTTP, rules as tables."""
