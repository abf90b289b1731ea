"""Customer-service KPIs from exported chats and orders."""

from __future__ import annotations

__version__ = "0.1.0"
