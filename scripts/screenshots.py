"""Take the pictures of the docs from pages of runs, comparisons and routed days.

    python scripts/screenshots.py FOLDER... [--chromium PATH]

Writes docs/images/NAME.png (1440 x 900, the first screen) for the page NAME.html of each folder,
and report-phone.png (390 px wide) for a run. A window of a browser has a least width, so the phone
is a frame inside one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
REPORT, PAGES = "report.html", ("report.html", "comparison.html", "route.html")
FRAME = (
    '<body style="margin:0"><iframe src="{page}" width="390" height="{height}"'
    ' style="border:0"></iframe>'
)
PHONE_PX = 1500


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "google-chrome")
    options = parser.parse_args()
    for folder in options.folders:
        found = [folder.resolve() / name for name in PAGES if (folder / name).is_file()]
        if not found:
            parser.error(f"{folder} has none of {', '.join(PAGES)}")
        for page in found:
            shoot(options.chromium, page.as_uri(), IMAGES / f"{page.stem}.png", 1440, 900)
            if page.name == REPORT:
                shoot_phone(options.chromium, page, IMAGES / f"{page.stem}-phone.png")


def shoot_phone(chromium: str, page: Path, target: Path) -> None:
    """Take a picture of a page as a phone shows it.

    Parameters
    ----------
    chromium : str
        Program to run.
    page : Path
        HTML file.
    target : Path
        PNG file to write.
    """
    with tempfile.TemporaryDirectory() as folder:
        frame = Path(folder) / "phone.html"
        frame.write_text(FRAME.format(page=page.as_uri(), height=PHONE_PX), encoding="utf-8")
        shoot(chromium, frame.as_uri(), target, 500, PHONE_PX)


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
