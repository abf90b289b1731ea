"""Check that every query of the project can be written for Spark: `make lint` runs it.

A query that only DuckDB can run would tie a shop to one machine. sqlglot reads the body as DuckDB's
and writes it as Spark's, at the level at which anything it cannot carry over is an error.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import sqlglot

QUERIES = Path(__file__).parent.parent / "queries"
HEADER = re.compile(r"\A/\*.*?\*/", re.DOTALL)
PARAMETER = re.compile(r"\$(\w+)")
# Schema steps are DuckDB's own tables; another store has its own.
LEFT_OUT = "schema"


def problem(path: Path) -> str | None:
    """Return why a file's body cannot be written for Spark, if it cannot."""
    body = PARAMETER.sub(r":\1", HEADER.sub("", path.read_text(encoding="utf-8")))
    try:
        sqlglot.transpile(
            body, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
        )
    except sqlglot.errors.SqlglotError as error:
        return f"{path.relative_to(QUERIES.parent)}: {error}"
    return None


def main() -> int:
    """Print what cannot be written for Spark; 1 if anything."""
    paths = [path for path in sorted(QUERIES.rglob("*.sql")) if LEFT_OUT not in path.parts]
    problems = [text for path in paths if (text := problem(path)) is not None]
    print("\n".join(problems) or f"{len(paths)} queries can be written for Spark")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
