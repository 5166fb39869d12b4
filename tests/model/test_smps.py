"""SMPS files: every figure lands where it belongs, what is not read is refused."""

from pathlib import Path

import numpy as np
import pytest

from fulfill.model.smps import read_smps
from model.smps_files import CORE, STOCH, TIME, write_small


def test_files_are_read_as_they_were_written(tmp_path: Path) -> None:
    program = read_smps(write_small(tmp_path))
    assert program.fixed.tolist() == [4, 3]
    assert program.first_rows.tolist() == [[-1, -1]]
    assert program.first_lower.tolist() == [-2]
    assert np.isinf(program.first_upper).all()
    assert program.cost.tolist() == [-5, -4, -7, -6, -5, -4, 20, 20]
    assert program.integer.tolist() == [True] * 6 + [False] * 2
    assert program.upper.tolist() == [1] * 6 + [np.inf] * 2
    assert program.technology.tolist() == [[5, 0], [0, 4], [0, 0], [0, 0], [0, 0]]
    assert program.recourse.toarray()[0].tolist() == [-3, -3, -2, 0, 0, 0, 1, 0]
    assert program.row_lower.tolist() == [[0, 0, 1, 1, 0], [0, 0, 0, 1, 1]]
    assert program.row_upper.tolist() == [[np.inf, np.inf, 1, 1, 0], [np.inf, np.inf, 0, 1, 1]]
    assert program.probability.tolist() == [0.75, 0.25]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"core": CORE.replace("RHS\n", "RANGES\n rng s1 3\nRHS\n")}, "RANGES"),
        ({"core": CORE.replace(" UP bnd x2 1", " UP bnd x2 2")}, "0 and 1"),
        ({"core": CORE.replace(" UP bnd x2 1", " LO bnd x2 1")}, "LO bnd x2"),
        ({"time": TIME.replace("ENDATA", " o1 s2 STAGE-3\nENDATA")}, "3 stages"),
        ({"stoch": STOCH.replace("0.25", "0.5")}, "add up to"),
        ({"stoch": STOCH.replace("RHS k3", "y11 k3")}, "right-hand sides"),
        ({"stoch": STOCH.replace("SC two 'ROOT'", "SC two one")}, "'ROOT'"),
        ({"stoch": STOCH.replace("SCENARIOS", "INDEP")}, "INDEP"),
    ],
)
def test_what_is_not_read_is_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_smps(write_small(tmp_path, **files))
