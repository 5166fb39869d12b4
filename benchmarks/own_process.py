"""Benchmark runs in processes of their own, so that the peak memory of each is its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence


def print_line(script: str, path: str, options: Sequence[str], **known: str) -> bool:
    """Run a benchmark script on one path and print the last line of its output, JSON.

    Parameters
    ----------
    script : str
        File of the benchmark, which measures one path where ``--child`` is given.
    path : str
        Instance.
    options : sequence of str
        Options of the run.
    **known
        What the line of a run that failed says besides.

    Returns
    -------
    bool
        Whether the run succeeded.
    """
    command = [sys.executable, script, path, "--child", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    succeeded = not done.returncode and bool(lines)
    if not succeeded:
        lines = [json.dumps({"instance": path, **known, "error": f"exit code {done.returncode}"})]
    print(lines[-1], flush=True)
    return succeeded
