"""The wheel holds all it needs: built, installed in a fresh environment, run from somewhere else."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = 500


def test_the_wheel_runs_the_demo_from_the_root_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("queries", "report_templates", "sample_data"):
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert {f"cskpi/_data/{path.relative_to(ROOT)}" for path in files} <= names
    place = tmp_path / "fresh"
    # What cskpi needs is already here; only cskpi itself must come from the wheel.
    venv.create(place, with_pip=False)
    packages = next((place / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(packages)
    for path in (packages / "cskpi" / "_data" / "sample_data").glob("聊天记录_*"):
        # That the demo runs is seen on few chats as well.
        path.write_bytes(b"\n".join([*path.read_bytes().split(b"\n")[:ROWS], b""]))
    parent = next((Path(sys.prefix) / "lib").glob("python*")) / "site-packages"
    (packages / "needs.pth").write_text(f"{parent}\n", encoding="utf-8")
    done = subprocess.run(
        [place / "bin" / "python", "-P", "-m", "cskpi", "demo", "--out", tmp_path / "demo"],
        cwd="/",
        check=True,
        capture_output=True,
        text=True,
    )
    report = Path(done.stdout.splitlines()[-1])
    assert report == tmp_path / "demo" / "report.html"
    assert report.stat().st_size > 50_000
