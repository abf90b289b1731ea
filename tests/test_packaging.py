"""The wheel holds all it needs: built, installed in a fresh environment, run from somewhere else."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_runs_the_demo_from_the_root_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "cskpi/_data/queries/metrics/first_response_time.sql" in names
    assert "cskpi/_data/report_templates/report.html.j2" in names
    place = tmp_path / "fresh"
    # What cskpi needs is already here; only cskpi itself must come from the wheel.
    venv.create(place, with_pip=False)
    packages = next((place / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(packages)
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
