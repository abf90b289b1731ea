"""A page as PDF, laid out as it prints: by a Chromium on this machine, else by WeasyPrint.

Both get the page as it is and no network. A browser takes seconds, WeasyPrint a minute or more.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_PATIENCE_SECONDS = 300
_MOST_PRINTS = 5
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}[^)]{0,7}")
_OPTIONS = (
    *("--headless", "--disable-gpu", "--disable-quic", "--disable-extensions", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"),
    "--no-pdf-header-footer",
)


def render_pdf(page: bytes, dated: date, way: str = "auto") -> bytes | None:
    """Return the PDF of a page; None where nothing on this machine can make one.

    Args:
        page: a self-contained HTML page.
        dated: the day stamped into the file, so that the same page gives the same bytes.
        way: `browser`, `weasyprint`, `none`, or `auto` for the first of these that is there.
    """
    printed = None
    if way in ("auto", "browser"):
        printed = _twice_the_same(page, dated)
    if printed is None and way in ("auto", "weasyprint"):
        printed = _by_weasyprint(page)
    return None if printed is None else _dated(printed, dated)


def _twice_the_same(page: bytes, dated: date) -> bytes | None:
    """Print until one print repeats: a busy machine may lay out a line before all its fonts are there."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    seen: set[bytes] = set()
    for _ in range(_MOST_PRINTS if browser else 0):
        printed = _by_browser(browser or "", page)
        if printed is None:
            return None
        printed = _dated(printed, dated)
        if printed in seen:
            return printed
        seen.add(printed)
    return None


def _dated(printed: bytes, dated: date) -> bytes:
    stamp = f"{dated:%Y%m%d}000000Z".encode()
    return _DATES.sub(lambda found: found[1] + stamp, printed)


def _by_browser(browser: str, page: bytes) -> bytes | None:
    # The sandbox of the browser refuses root.
    root = ("--no-sandbox",) if os.name == "posix" and os.geteuid() == 0 else ()
    with TemporaryDirectory(prefix="cskpi-pdf-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "report.html"), Path(folder, "report.pdf")
        source.write_bytes(page)
        command = [
            *(browser, *_OPTIONS, *root),
            *(f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}", source.as_uri()),
        ]
        try:
            subprocess.run(  # noqa: S603  a browser found on the path, and our own file
                command, check=True, capture_output=True, timeout=_PATIENCE_SECONDS
            )
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None


def _by_weasyprint(page: bytes) -> bytes | None:
    try:
        import weasyprint
    except (ImportError, OSError):
        return None
    made = weasyprint.HTML(string=page.decode(), url_fetcher=_refuse).write_pdf()
    return bytes(made)


def _refuse(url: str, *_: object, **__: object) -> dict[str, object]:
    raise ValueError(url)
