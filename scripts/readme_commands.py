"""Run every command of the README on the toy; a command that fails ends the script with its code.

`make test-runtime` calls it in an environment with the run-time dependencies only: what the README
installs must do what the README shows.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

SALES = Path(__file__).resolve().parents[1] / "docs" / "tutorials" / "ventas.csv"
DATES = SALES.with_name("entregas.csv")
TOY = ("--network", "toy", "--demand", "toy")
COMMANDS = (
    ("init", "mine", *TOY),
    ("init", "--workbook", "case.xlsx", *TOY),
    ("import", "orders", str(SALES), "--map", "map.toml", "--out", "imported"),
    ("calibrate", str(DATES), "--out", "measured.csv", "--page", "measured.html"),
    ("check", *TOY),
    ("check", "--network", "case.xlsx", "--demand", "case.xlsx"),
    ("lane", "20.6,-103.3", "25.7,-100.3"),
    ("optimize", *TOY, "--out", "run"),
    ("audit", "run"),
    ("route", "run", "--out", "day"),
    ("route", "run", "--out", "own-stops", "--stops", "stops.csv"),
    ("export", "run", "--out", "layers"),
    ("export", "run", "--to", "xlsx", "--out", "results"),
    ("compare", *TOY, "--out", "compared"),
)
STOPS = "stop_id,lat,lon\na,20.62,-103.31\nb,20.65,-103.35\n"
MAP = '[status]\n"En bodega" = "ordered"\n[categories]\n"Mascotas" = "home"\n'


def main() -> int:
    """Run the commands in a temporary folder, and return the code of the first that fails."""
    if find_spec("pytest"):
        print("pytest is installed: this is no environment of run-time dependencies only")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("stops.csv", STOPS), ("map.toml", MAP)):
            Path(folder, name).write_text(text, encoding="utf-8")
        for command in COMMANDS:
            print("fulfill", *command, flush=True)
            done = subprocess.run(
                [sys.executable, "-m", "fulfill", *command],
                cwd=folder,
                check=False,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                print(done.stdout + done.stderr)
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
