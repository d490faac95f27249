"""REDCap in a box: files that make a project and fill it, held against REDCap's rules before they are handed over."""
