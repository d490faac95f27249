"""The report: what the data of one export say, as a page and as a PDF, pictures first."""
