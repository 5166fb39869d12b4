"""How the program behaves when it is killed, and whether an audit sees that a run was changed.

    python benchmarks/reliability.py kills --number 200
    python benchmarks/reliability.py tamperings --number 400

Prints JSON lines: one for each case that went wrong, and the figures last. The same seed gives the
same cases. docs/reliability.md has the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.study.json_file import read_json
from fulfill.study.manifest import changed_files, digest
from fulfill.study.open_run import open_run
from tampering import TAMPERINGS, explained, seal

TOY = ["--network", "toy", "--demand", "toy"]
RUN = "run"
"""The run that is there before, and that `route` and `export` read."""
COMMANDS = {
    "optimize": ["optimize", *TOY, "--out"],
    "compare": ["compare", *TOY, "--out"],
    "route": ["route", RUN, "--out"],
    "export": ["export", RUN, "--to", "geojson", "--out"],
}
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
FILE_EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir"}
"""Audit events of Python that touch the file system."""


def command(*arguments: object) -> tuple[int, str]:
    """Run a command in this process; returns exit code and output, with the traceback if any."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        lines = traceback.format_exception(type(error), error, error.__traceback__)
        return 99, result.output + "".join(lines)
    return result.exit_code, result.output


@contextlib.contextmanager
def workspace() -> Iterator[Path]:
    """Provide a temporary working directory."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        try:
            yield Path(place)
        finally:
            os.chdir(before)


# --- kills ------------------------------------------------------------------------


def whole(folder: Path) -> str:
    """Return the digest of a folder's manifest if all files are as recorded, otherwise ''."""
    try:
        content = read_json(folder, "manifest.json")
        wrong = changed_files(folder, content["files"], content["files"])
        return "" if wrong or content["digest"] != digest(content) else content["digest"]
    except InputError:
        return ""


def on_file_event(place: Path, act: Callable[[], None]) -> None:
    """Call a function at every file event of this process below a folder."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        path = arguments[0] if event in FILE_EVENTS and arguments else None
        if isinstance(path, str | Path) and (Path.cwd() / path).is_relative_to(place):
            act()

    sys.addaudithook(hook)


def kill_at_event(place: Path, number: int, sent: int) -> None:
    """Make this process send itself a signal at its n-th file event below a folder."""
    events = itertools.count(1)

    def count() -> None:
        if next(events) == number:
            os.kill(os.getpid(), sent)

    on_file_event(place, count)


def start(place: Path, arguments: list[str], prepare: Callable[[], None] = lambda: None) -> int:
    """Run a command in a copy of this process, which has everything imported and compiled."""
    child = os.fork()
    if child:
        return child
    code = 98
    try:
        output = os.open(place / "output", os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(place / "runs")
        prepare()
        main(arguments, standalone_mode=True)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def count_events(place: Path, arguments: list[str]) -> int:
    """Return how many file events a command has."""
    read, write = os.pipe()

    def count() -> None:
        on_file_event(place / "runs", lambda: os.write(write, b".") and None)

    child = start(place, arguments, count)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        return len(file.read())


def fresh(place: Path, baseline: Path) -> Path:
    """Lay out runs/ with the baseline run and an older folder of the target's name."""
    shutil.rmtree(place / "runs", ignore_errors=True)
    shutil.copytree(baseline, place / "runs" / RUN)
    return place / "runs"


def kill_once(
    place: Path, baseline: Path, name: str, overwrite: bool, sent: int, moment: float | int
) -> tuple[Counter[str], str]:
    """Kill a command once, and count what is left; a float is a time, an int a file event."""
    runs = fresh(place, baseline)
    target, before = runs / "target", ""
    if overwrite:
        shutil.copytree(baseline, target)
        before = whole(target)
    arguments = [*COMMANDS[name], "target", *(["--overwrite"] if overwrite else [])]
    (place / "output").unlink(missing_ok=True)
    at_event = isinstance(moment, int)
    child = start(
        place, arguments, (lambda: kill_at_event(runs, int(moment), sent)) if at_event else int
    )
    if not at_event:
        time.sleep(moment)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, sent)
    status = os.waitpid(child, 0)[1]
    output = (place / "output").read_text(errors="replace") if (place / "output").exists() else ""
    found: Counter[str] = Counter(
        kills=1, survived=int(os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0)
    )
    found["tracebacks"] = int("Traceback" in output)
    found["half_runs"] = int(target.exists() and not whole(target))
    if sent != signal.SIGKILL:
        found["left_after_term"] = len([one for one in runs.iterdir() if one.name[0] == "."])
    code, text = in_folder(runs, "export", RUN, "--to", "kepler", "--out", "next")
    found["next_failed"] = int(code != 0)
    found["left_over"] = len({one.name for one in runs.iterdir()} - {RUN, "target", "next"})
    found["half_runs"] += int(target.exists() and not whole(target))
    found["lost_runs"] = int(not whole(runs / RUN)) + int(overwrite and not whole(target))
    found["replaced"] = int(overwrite and whole(target) != before)
    return found, output + (text if code else "")


def in_folder(place: Path, *arguments: object) -> tuple[int, str]:
    """Run a command of this process in another working directory."""
    with contextlib.chdir(place):
        return command(*arguments)


WRONG = ("tracebacks", "half_runs", "left_after_term", "next_failed", "left_over", "lost_runs")


def kills(number: int, seed: int) -> dict[str, int]:
    """Kill commands at random moments, half of them at a random access to the file system."""
    rng = np.random.default_rng(seed)
    total: Counter[str] = Counter()
    with workspace() as place:
        code, text = command("optimize", *TOY, "--out", "baseline")
        assert code == 0, text
        baseline, seconds, events = place / "baseline", {}, {}
        for name in COMMANDS:
            runs = fresh(place, baseline)
            in_folder(runs, *COMMANDS[name], "warm")  # imports and compiles
            begun = time.perf_counter()
            os.waitpid(start(place, [*COMMANDS[name], "timed"]), 0)
            seconds[name] = time.perf_counter() - begun
            events[name] = count_events(place, [*COMMANDS[name], "counted"])
        for case in range(number):
            name = list(COMMANDS)[case % len(COMMANDS)]
            overwrite = bool(case // len(COMMANDS) % 2)
            sent = SIGNALS[int(rng.integers(len(SIGNALS)))]
            late = float(rng.uniform(0.0, 1.05 * seconds[name]))
            event = int(rng.integers(1, events[name] + 1))
            moment = event if case // (2 * len(COMMANDS)) % 2 else late
            found, output = kill_once(place, baseline, name, overwrite, sent, moment)
            total += found
            if any(found[key] for key in WRONG):
                case_text = {
                    "case": case,
                    "command": name,
                    "overwrite": overwrite,
                    "moment": moment,
                }
                print(json.dumps({**case_text, "signal": sent, **found, "output": output[-2000:]}))
    return {**dict.fromkeys(WRONG, 0), **total}


# --- tamperings -------------------------------------------------------------------


def tamper_once(
    run: Path, rng: np.random.Generator, name: str, sealed: bool
) -> tuple[Counter[str], str]:
    """Change a run and audit it; `run` has the original next to it as `run`.original."""
    original = run.with_name("original")
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(original, run)
    what = TAMPERINGS[name](run, rng)
    if sealed:
        seal(run)
    code, output = command("audit", run, "--json")
    found: Counter[str] = Counter(tamperings=1, tracebacks=int(code == 99))
    found["detected"] = int(code in (1, 5))
    if code == 0:
        why = explained(original, run, json.loads(output)["not_checked"])
        found[why or "missed"] += 1
    try:
        open_run(run)
    except InputError:
        found["not_opened"] = 1
    except Exception:
        found["tracebacks"] += 1
        output += traceback.format_exc()
    return found, f"{what}\n{output}"


def tamperings(number: int, seed: int) -> dict[str, int]:
    """Change saved runs at random, half of them with new hashes in the manifest."""
    rng = np.random.default_rng(seed)
    total: Counter[str] = Counter()
    runs = {
        "certified": ["--method", "decomposition", "--gap", "0.05"],
        "solver": ["--gap", "0"],
        "infeasible": ["--service", "3d=1"],
    }
    with workspace() as place:
        for name, options in runs.items():
            command("optimize", *TOY, *options, "--out", f"{name}/original")
            assert command("audit", f"{name}/original")[0] == 0
        for case in range(number):
            base = ("certified", "certified", "solver", "infeasible")[case % 4]
            kind, sealed = (
                list(TAMPERINGS)[int(rng.integers(len(TAMPERINGS)))],
                bool(rng.random() < 0.5),
            )
            with contextlib.redirect_stderr(io.StringIO()):
                found, output = tamper_once(place / base / "run", rng, kind, sealed)
            total += found
            if found["missed"] or found["tracebacks"]:
                where = {"case": case, "run": base, "tampering": kind, "sealed": sealed}
                print(json.dumps({**where, "output": output[-3000:]}))
    return {"missed": 0, "tracebacks": 0, **total}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["kills", "tamperings"])
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    figures = {"kills": kills, "tamperings": tamperings}[asked.what](asked.number, asked.seed)
    print(json.dumps({"what": asked.what, "seed": asked.seed, **figures}))
