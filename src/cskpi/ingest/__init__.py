"""Export files in, staged tables and a ledger out; what a platform calls things is TOML, not code."""

from __future__ import annotations
