"""Who is who: other names of agents and customers, keyed hashes of ids, and forgetting a person."""

from __future__ import annotations
