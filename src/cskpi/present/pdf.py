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
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}[^)]{0,7}")
_OPTIONS = (
    *("--headless", "--disable-gpu", "--disable-quic", "--disable-extensions", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"),
    "--no-pdf-header-footer",
)


def render_pdf(page: bytes, dated: date) -> bytes | None:
    """Return the PDF of a page; None where nothing on this machine can make one.

    Args:
        page: a self-contained HTML page.
        dated: the day stamped into the file, so that the same page gives the same bytes.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    printed = _by_browser(browser, page) if browser else None
    if printed is None:
        printed = _by_weasyprint(page)
    stamp = f"{dated:%Y%m%d}000000Z".encode()
    return None if printed is None else _DATES.sub(lambda found: found[1] + stamp, printed)


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
