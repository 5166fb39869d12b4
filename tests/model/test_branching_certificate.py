"""The certificate of a branch and bound as a file: whole and readable, or refused by name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from fulfill.inputs.faults import InputError
from fulfill.model.array_file import VERSION
from fulfill.model.branching_certificate import BranchingCertificate
from fulfill.model.certificate import FILE, FORMAT_VERSION, NO, YES
from fulfill.model.certificate_file import load

pytestmark = pytest.mark.usefixtures("undrawn")


def certificate() -> BranchingCertificate:
    """Site 0 closed or open; where it is open, site 1 closed or open."""
    return BranchingCertificate(
        prices=np.arange(6.0).reshape(2, 3),
        price=np.array([1, 0, 1]),
        parent=np.array([-1, 0, 0, 2, 2]),
        site=np.array([-1, 0, 0, 1, 1]),
        side=np.array([YES, NO, YES, NO, YES]),
    )


def arrays_of(one: BranchingCertificate) -> dict[str, np.ndarray]:
    return {row.name: getattr(one, row.name) for row in fields(one)}


def test_it_reads_back_as_it_was(tmp_path: Path) -> None:
    certificate().save(tmp_path / FILE)
    read = load(tmp_path / FILE)
    assert isinstance(read, BranchingCertificate)
    for name, value in arrays_of(certificate()).items():
        assert (getattr(read, name) == value).all()
    assert read.ends().tolist() == [1, 3, 4]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"price": None}, "column price: .*missing"),
        ({"cell": np.zeros((1, 3))}, "column cell: .*unknown"),
        ({"prices": np.zeros(3)}, "column prices: .*1 axes of float64, 2 axes"),
        ({"prices": np.full((2, 3), np.inf)}, "column prices: .*infinite or none"),
        ({"price": np.zeros(3)}, "column price: .*1 axes of float64"),
        ({"side": np.zeros(4, np.int64)}, "column parent: .*arrays of 4, 5 entries"),
        ({"prices": np.zeros((0, 3))}, "column prices: .*arrays of 0 entries"),
        ({"price": np.array([0, 1])}, "column parent: .*leaves"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray | None], words: str
) -> None:
    new = {**arrays_of(certificate()), VERSION: np.array(FORMAT_VERSION), **arrays}
    np.savez(tmp_path / FILE, **{name: value for name, value in new.items() if value is not None})
    with pytest.raises(InputError, match=f"F311 {FILE}.*{words}"):
        load(tmp_path / FILE)


def test_its_repr_gives_sizes() -> None:
    assert repr(certificate()) == "BranchingCertificate(3 leaves, 2 price vectors)"
