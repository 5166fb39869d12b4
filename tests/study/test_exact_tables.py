"""The exact tables of a plan come back as they were, and nothing else is taken for them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import study_of
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.study.exact_tables import read_exact_tables, write_exact_tables
from fulfill.study.optimize import optimize
from fulfill.study.output import Output
from fulfill.study.outputs import CHANNELS, EXACT_TABLES
from fulfill.study.run import Run

CELLS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
FIGURES = st.floats(-1e300, 1e300) | st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 5e-324])


@pytest.fixture(scope="module")
def planned(toy_problem: Problem) -> Run:
    return optimize(study_of(toy_problem, gap=0.0, service="4d=0.1"))


def empty(declared: Output) -> pd.DataFrame:
    return pd.DataFrame({key: [] for key in declared.keys})


def test_the_tables_of_a_plan_come_back_exactly(planned: Run, tmp_path: Path) -> None:
    write_exact_tables(planned.plan.tables, tmp_path / "tables.npz")
    found = read_exact_tables(tmp_path / "tables.npz")
    assert "share_within_4_days" in found["zones"]
    for name, table in planned.plan.tables.items():
        pd.testing.assert_frame_equal(found[name], table, check_dtype=False, check_exact=True)
        for column in table.columns:
            is_number = EXACT_TABLES[name].is_number(column)
            assert (found[name][column].dtype == np.float64) == is_number


@given(st.lists(st.tuples(CELLS, FIGURES, FIGURES), max_size=4))
def test_every_text_and_figure_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float, float]]
) -> None:
    path = tmp_path_factory.mktemp("exact") / "tables.npz"
    tables = {name: empty(declared) for name, declared in EXACT_TABLES.items()}
    written = (
        empty(CHANNELS)
        .reindex(range(len(rows)))
        .assign(
            channel=pd.Series([row[0] for row in rows], dtype=str),
            orders=np.array([row[1] for row in rows], float),
            share=np.array([row[2] for row in rows], float),
        )
    )
    write_exact_tables(tables | {"channels": written}, path)
    found = read_exact_tables(path)["channels"]
    assert found["channel"].tolist() == written["channel"].tolist()
    for column in ("orders", "share", "lead_time_days"):
        assert found[column].to_numpy().tobytes() == written[column].to_numpy(float).tobytes()


def test_the_same_tables_give_the_same_bytes(planned: Run, tmp_path: Path) -> None:
    for name in ("one.npz", "other.npz"):
        write_exact_tables(planned.plan.tables, tmp_path / name)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as stored:
        return dict(stored)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("more", np.zeros(1), "column more: .*unknown"),
        ("zones.more", np.zeros(3), r"column zones\.more: .*unknown"),
        ("zones.share_within_soon_days", np.zeros(3), "share_within_soon_days: .*unknown"),
        ("zones.orders.texts", np.array(["a"]), r"zones\.orders\.texts: .*unknown"),
        ("moons.name", np.zeros(3), r"moons\.name: .*unknown"),
        ("zones.name", np.array([0, 1, -1]), "outside of its texts"),
        ("zones.name", np.array([0, 1, 2], object), "neither numbers nor texts"),
        ("format_version", np.array(4), "F320 tables.npz"),
    ],
)
def test_what_is_no_table_is_refused(
    planned: Run, tmp_path: Path, name: str, value: np.ndarray, words: str
) -> None:
    path = tmp_path / "tables.npz"
    write_exact_tables(planned.plan.tables, path)
    np.savez_compressed(path, **arrays(path) | {name: value})
    with pytest.raises(InputError, match=words):
        read_exact_tables(path)


def test_every_fault_is_told_at_once(planned: Run, tmp_path: Path) -> None:
    path = tmp_path / "tables.npz"
    write_exact_tables(planned.plan.tables, path)
    content = arrays(path)
    del content["zones.lat"], content["costs.part.texts"]
    np.savez_compressed(path, **content | {"sites.lon": np.zeros(9)})
    with pytest.raises(InputError) as caught:
        read_exact_tables(path)
    columns = {fault.column for fault in caught.value.faults}
    assert {"zones.lat", "costs.part.texts", "sites.lon"} <= columns


def test_texts_that_would_fill_the_memory_are_refused(planned: Run, tmp_path: Path) -> None:
    path = tmp_path / "tables.npz"
    rows = 2_000
    channels = pd.concat([planned.channels] * (rows // len(planned.channels)), ignore_index=True)
    tables = planned.plan.tables | {"channels": channels.assign(channel="x" * 300_000)}
    write_exact_tables(tables, path)
    assert path.stat().st_size < 100_000
    with pytest.raises(InputError, match="texts of more than 512 MiB"):
        read_exact_tables(path)


def test_an_array_larger_than_memory_is_not_unpacked(planned: Run, tmp_path: Path) -> None:
    path = tmp_path / "tables.npz"
    write_exact_tables(planned.plan.tables, path)
    header = io.BytesIO()
    claim = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    np.lib.format.write_array_header_1_0(header, claim)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("zones.huge.npy", header.getvalue())
    with pytest.raises(InputError, match=r"F311 tables\.npz"):
        read_exact_tables(path)
