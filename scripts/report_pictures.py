"""Takes the pictures of docs/ from a report: `python scripts/report_pictures.py cskpi-demo/report.html`.

`make docs` takes them; `make check` does not compare them, because letters are drawn differently by
every machine's fonts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser import Browser, find_chromium  # noqa: E402  the tests' own

# file, width and height in CSS pixels, scheme
PICTURES = (
    ("report.png", 1280, 1400, "light"),
    ("report-phone.png", 390, 1400, "light"),
    ("report-dark.png", 1280, 1400, "dark"),
)


def main() -> int:
    """Write the pictures, where there is a browser."""
    program = find_chromium()
    if program is None:
        sys.stderr.write("no chromium on this machine: the pictures stay as they are\n")
        return 0
    report = Path(sys.argv[1]).resolve()
    with TemporaryDirectory() as profile, Browser(program, Path(profile)) as browser:
        for name, width, height, scheme in PICTURES:
            with browser.media("", scheme):
                browser.open(report, width, height)
                (ROOT / "docs" / name).write_bytes(browser.picture())
    return 0


if __name__ == "__main__":
    sys.exit(main())
