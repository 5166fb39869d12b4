"""Take the pictures of the docs from the page of a run.

    python scripts/screenshots.py RUN [--chromium PATH]

Writes docs/images/report.png (1440 x 900, the first screen) and report-phone.png (390 px wide). A
window of a browser has a least width, so the phone is a frame inside one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
FRAME = (
    '<body style="margin:0"><iframe src="{page}" width="390" height="{height}"'
    ' style="border:0"></iframe>'
)
PHONE_PX = 1500


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "google-chrome")
    options = parser.parse_args()
    page = (options.run / "report.html").resolve().as_uri()
    shoot(options.chromium, page, IMAGES / "report.png", 1440, 900)
    with tempfile.TemporaryDirectory() as folder:
        frame = Path(folder) / "phone.html"
        frame.write_text(FRAME.format(page=page, height=PHONE_PX), encoding="utf-8")
        shoot(options.chromium, frame.as_uri(), IMAGES / "report-phone.png", 500, PHONE_PX)


def shoot(chromium: str, page: str, target: Path, width: int, height: int) -> None:
    """Take a picture of a page.

    Parameters
    ----------
    chromium : str
        Program to run.
    page : str
        Address of the page.
    target : Path
        PNG file to write.
    width, height : int
        Size of the window, pixels.
    """
    command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--allow-file-access-from-files", "--virtual-time-budget=8000"]
    command += [f"--window-size={width},{height}", f"--screenshot={target}", page]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    main()
