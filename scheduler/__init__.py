"""When: the due items, and the clock that wakes the sweep."""
