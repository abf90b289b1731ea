"""Everything a user sees: numbers become text, findings a document, the document a file."""

from __future__ import annotations
