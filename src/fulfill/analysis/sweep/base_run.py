"""The base of a sweep: planned once, kept beside the finished points, and read from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fulfill.inputs.faults import InputError
from fulfill.location.solution import Progress
from fulfill.study.manifest import read_manifest, versions
from fulfill.study.open_run import open_run
from fulfill.study.optimize import find_plan
from fulfill.study.output_folder import new_folder
from fulfill.study.run import Run
from fulfill.study.run_folder import input_folders, recorded_options, write_run_data
from fulfill.study.study import Study

FOLDER = "base"


def base_run(study: Study, points: Path, progress: Callable[[Progress], None] | None = None) -> Run:
    """Return the base of a sweep, planned unless it is kept.

    Parameters
    ----------
    study : Study
        Planned by decomposition, which leaves what the points start from, unless another method is
        asked for.
    points : Path
        Folder of finished points; the base is kept in it as a run folder.
    progress : callable, optional
        See `fulfill.optimize`.

    Returns
    -------
    Run
        Read from its folder where it has a plan.
    """
    auto = study.options.method == "auto"
    asked = study.with_(method="decomposition") if auto else study
    folder = points / FOLDER
    kept = _kept(folder, asked)
    if kept is not None:
        return kept
    run = find_plan(asked, progress=progress)
    if not run.found:
        return run
    with new_folder(folder, overwrite=True) as draft:
        write_run_data(run, draft)
    return open_run(folder)


def _kept(folder: Path, study: Study) -> Run | None:
    """Return the run of a folder if it answers the same question by the same programs."""
    try:
        run = open_run(folder)
        made_by = read_manifest(folder)["versions"]
    except InputError:
        return None
    hashes = [
        {kind: files.hashes for kind, files in input_folders(one).items()}
        for one in (run.study, study)
    ]
    same = hashes[0] == hashes[1] and recorded_options(run.study) == recorded_options(study)
    return run if same and made_by == versions() else None
