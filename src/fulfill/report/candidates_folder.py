"""Files of candidates: their table, sites.csv with the new ones, and a summary."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from fulfill.analysis.greenfield.candidates import Candidates, Greenfield
from fulfill.study.candidate_outputs import CANDIDATES
from fulfill.study.csv_files import write_csv, write_output
from fulfill.study.json_file import FORMAT, finite, write_json
from fulfill.study.manifest import CANDIDATES as KIND
from fulfill.study.manifest import write_manifest
from fulfill.study.study import Study

SITES_FILE = "sites.csv"


def write_candidates(found: Candidates, study: Study, folder: Path, asked: Greenfield) -> None:
    """Write what ``fulfill candidates`` makes.

    Parameters
    ----------
    found : Candidates
    study : Study
        From which they were found.
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    asked : Greenfield
    """
    write_output(CANDIDATES, found.table[list(CANDIDATES.keys)], folder)
    write_csv(found.sites, folder / SITES_FILE)
    write_json(folder / "summary.json", summary(found))
    source = study.provenance
    inputs = {"network": source.network.folder, "demand": source.demand.folder}
    write_manifest(folder, KIND, inputs, asdict(asked), {})


def summary(found: Candidates) -> dict[str, Any]:
    """Return what ``fulfill candidates --json`` prints; NaN is None."""
    return dict(finite({"format_version": FORMAT, **found.record}))
