"""What a participant can do, one conversation a file."""
