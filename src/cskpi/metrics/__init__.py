"""KPI definitions (one SQL file each) and the engine that evaluates them."""

from __future__ import annotations
