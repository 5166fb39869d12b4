"""Run every command of the README on the toy; a command that fails ends the script with its code.

`make test-runtime` calls it in an environment with the run-time dependencies only: what the README
installs must do what the README shows.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec

TOY = ("--network", "toy", "--demand", "toy")
COMMANDS = (
    ("init", "mine", *TOY),
    ("check", *TOY),
    ("lane", "20.6,-103.3", "25.7,-100.3"),
    ("optimize", *TOY, "--out", "run"),
    ("audit", "run"),
    ("route", "run", "--out", "day"),
    ("route", "run", "--out", "own-stops", "--stops", "stops.csv"),
    ("export", "run", "--out", "layers"),
    ("compare", *TOY, "--out", "compared"),
)
STOPS = "stop_id,lat,lon\na,20.62,-103.31\nb,20.65,-103.35\n"


def main() -> int:
    """Run the commands in a temporary folder, and return the code of the first that fails."""
    if find_spec("pytest"):
        print("pytest is installed: this is no environment of run-time dependencies only")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/stops.csv", "w", encoding="utf-8") as stops:
            stops.write(STOPS)
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
