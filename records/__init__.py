"""The only SQL: tables, queries, migrations, audit, encryption."""
