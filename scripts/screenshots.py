"""Take the pictures of the docs from pages of runs, comparisons and routed days.

    python scripts/screenshots.py FOLDER... [--chromium PATH]

Writes docs/images/NAME.png (1440 x 900, the first screen) for the page NAME.html of each folder,
NAME-phone.png (390 px wide) and NAME-print.png (the first sheet on A4); a page in Spanish or
Chinese has its language in the name, as report-es.png. A window of a browser has a least width, so
the phone is a frame inside one. The sheet needs pdftoppm (Debian: poppler-utils).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
PAGES = ("report.html", "comparison.html", "route.html")
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
            name = f"{page.stem}{language_of(page)}"
            shoot(options.chromium, page.as_uri(), IMAGES / f"{name}.png", 1440, 900)
            shoot_phone(options.chromium, page, IMAGES / f"{name}-phone.png")
            print_sheet(options.chromium, page, IMAGES / f"{name}-print")


def language_of(page: Path) -> str:
    """Return the suffix of the pictures of a page: empty in English, otherwise as ``-es``."""
    tag = re.search(r'<html lang="(\w+)', page.read_text(encoding="utf-8")[:500])
    return "" if tag is None or tag[1] == "en" else f"-{tag[1]}"


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


def print_sheet(chromium: str, page: Path, target: Path) -> None:
    """Write the first sheet of a printed page.

    Parameters
    ----------
    chromium : str
        Program to run.
    page : Path
        HTML file.
    target : Path
        PNG file to write, without its ending.
    """
    with tempfile.TemporaryDirectory() as folder:
        sheets = Path(folder) / "page.pdf"
        command = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu"]
        command += ["--virtual-time-budget=8000", "--no-pdf-header-footer"]
        command += [f"--print-to-pdf={sheets}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        first = ["pdftoppm", "-png", "-r", "70", "-f", "1", "-singlefile", str(sheets), str(target)]
        subprocess.run(first, check=True, capture_output=True, timeout=60)


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
