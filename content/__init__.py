"""What people read and the numbers of the study, as data, with schema and loader."""
