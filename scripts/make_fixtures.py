"""Writes the example exports under tests/fixtures; `--check` compares.

`fixtures/*.toml` hold their contents: folder -> file -> form, encoding and rows or text. Each folder
of tests/fixtures holds the files of one quirk and, written by hand, `expected.toml` with what
loading them must give.
"""

from __future__ import annotations

import io
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fixtures.binary_workbook import binary_workbook
from fixtures.containers import joined, locked_zip, quoted, template, workbook

HERE = Path(__file__).parent
ROOT = HERE.parent / "tests" / "fixtures"
BOOKS = {".xlsx", ".xlsb", ".xltx"}
FIX = "scripts/make_fixtures.py rewrites them"


def contents() -> dict[str, dict[str, Any]]:
    """Return folder -> file -> what the file is made of."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((HERE / "fixtures").glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def made() -> Iterator[tuple[Path, bytes]]:
    """Yield every file with its bytes."""
    for folder, files in contents().items():
        for name, content in files.items():
            yield ROOT / folder / name, _body(content)


def is_same(path: Path, body: bytes) -> bool:
    """Tell whether a file holds these bytes; of a workbook, its parts are compared."""
    if not path.is_file():
        return False
    stored = path.read_bytes()
    if stored == body or path.suffix not in BOOKS:
        return stored == body
    # Another zlib packs the same parts differently.
    return _parts(stored) == _parts(body)


def _body(content: dict[str, Any]) -> bytes:
    options = {
        key: content[key] for key in ("encoding", "end", "delimiter", "every") if key in content
    }
    if "sheets" in content:
        return _book(content)
    match content["form"]:
        case "joined":
            return joined(content["rows"], **options)
        case "quoted":
            return quoted(content["rows"], **options)
        case "zip":
            inner = quoted(content["rows"], **options)
            return locked_zip(content["member"], inner, content["password"].encode())
        case _:
            text: str = content["text"].replace("\n", content.get("end", "\n"))
            return text.encode(content.get("encoding", "utf-8"))


def _book(content: dict[str, Any]) -> bytes:
    sheets = content["sheets"]
    match content["form"]:
        case "binary_workbook":
            return binary_workbook(sheets)
        case "template":
            return template(workbook(sheets))
        case _:
            return workbook(sheets, content.get("merges"))


def _parts(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> int:
    """Write the files, or with `--check` say which differ."""
    stale = [(path, body) for path, body in made() if not is_same(path, body)]
    if "--check" in sys.argv:
        if stale:
            names = ", ".join(str(path.relative_to(ROOT)) for path, _ in stale)
            print(f"out of date: {names}; {FIX}", file=sys.stderr)
        return 1 if stale else 0
    for path, body in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
