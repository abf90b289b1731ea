"""Facts from staged tables: runs `queries/model/*.sql` in order."""

from __future__ import annotations
