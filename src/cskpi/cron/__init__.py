"""The unattended job: watched folders, one lock, a log, alerts, and what is due on which day."""

from __future__ import annotations
