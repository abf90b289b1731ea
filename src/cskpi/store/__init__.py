"""The database file: opening, locking, schema and the SQL files that run on it."""

from __future__ import annotations
