"""How the tables came to be: one revision a change, run by `records.upgrade`, shipped with the program."""
