"""Pieces of SQL that SQLite and PostgreSQL write differently: instants as text, and sorting by bytes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import UnaryExpression  # noqa: F401 - documents what the elements below stand in for
