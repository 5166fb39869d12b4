"""The file of a certificate: whole and readable, or refused by name."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from fulfill.inputs.faults import InputError
from fulfill.inputs.npz import read_npz
from fulfill.model.array_file import VERSION
from fulfill.model.certificate import (
    FILE,
    FORMAT_VERSION,
    RANKS,
    TREE,
    Certificate,
    Leaf,
    whole,
)
from fulfill.model.certificate_file import load

pytestmark = pytest.mark.usefixtures("undrawn")


def leaf() -> Leaf:
    """Two entries along every axis."""
    return Leaf(**{name: np.arange(2.0**axes).reshape((2,) * axes) for name, axes in RANKS.items()})


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    whole(leaf()).save(tmp_path / FILE)
    return tmp_path / FILE


def changed(path: Path, **arrays: object) -> Path:
    """Write a file again with some arrays replaced, or without those given as None."""
    with np.load(path) as old:
        new = {name: value for name, value in {**old, **arrays}.items() if value is not None}
    np.savez_compressed(path, **new)
    return path


@pytest.mark.parametrize("leaves", [1, 3])
def test_a_certificate_reads_back_as_it_was(tmp_path: Path, leaves: int) -> None:
    tree = {
        "parent": [-1, 0, 0, 1, 1],
        "site": [-1, 0, 0, 1, 1],
        "product": [-1, -1, -1, 0, 0],
        "side": [1, 0, 1, 0, 1],
    }
    splits = {name: np.array(value) for name, value in tree.items()}
    certificate = whole(leaf()) if leaves == 1 else Certificate((leaf(),) * 3, **splits)
    certificate.save(tmp_path / FILE)
    read = load(tmp_path / FILE)
    assert len(read.leaves) == leaves
    for name in TREE:
        assert (getattr(read, name) == getattr(certificate, name)).all()
    for one, other in zip(read.leaves, certificate.leaves, strict=True):
        for field in fields(Leaf):
            assert np.array_equal(getattr(one, field.name), getattr(other, field.name))


def test_the_way_down_to_a_leaf_is_read_from_the_tree() -> None:
    certificate = Certificate(
        (leaf(),) * 3, np.array([-1, 0, 0, 1, 1]), *(np.zeros(5, np.int64) for _ in range(3))
    )
    assert certificate.ends() == [2, 3, 4]
    assert [certificate.path(node) for node in certificate.ends()] == [[2], [3, 1], [4, 1]]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"cell": None}, "column cell: .*missing"),
        ({"parent": None}, "column parent: .*missing"),
        ({"surprise": np.zeros(1)}, "column surprise: .*unknown"),
        (
            {"cell": np.zeros((1, 2, 2))},
            "column cell: .*3 axes of float64, 4 axes of numbers expected",
        ),
        ({"cell": np.full((1, 2, 2, 2), "a")}, "column cell: .*axes of <U1"),
        ({"side": np.zeros(1)}, "column side: .*1 axes of float64"),
        ({"co2": np.array([np.nan])}, "column co2: .*infinite or none"),
        ({"throughput": np.full((1, 2, 2, 2), np.inf)}, "column throughput: .*infinite or none"),
        ({"co2": np.zeros(2)}, "arrays of 1, 2 entries"),
        ({"parent": np.zeros(0, np.int64)}, "arrays of 0, 1 entries"),
        (
            {"parent": np.array([-1, 0, 0]), **{name: np.zeros(3, np.int64) for name in TREE[1:]}},
            "column parent",
        ),
    ],
)
def test_a_file_that_is_no_certificate_is_refused(
    stored: Path, arrays: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match="F311 " + FILE + ".*" + words):
        load(changed(stored, **arrays))


@pytest.mark.parametrize(
    "version", [None, np.array(1), np.array(FORMAT_VERSION + 1), np.array([2])]
)
def test_a_certificate_of_another_format_is_refused(stored: Path, version: object) -> None:
    with pytest.raises(InputError, match=f"F320 {FILE}.*reads version {FORMAT_VERSION}"):
        load(changed(stored, **{VERSION: version}))


def test_no_file_and_no_archive_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="F101 " + FILE):
        load(tmp_path / FILE)
    for content in (b"", b"no archive", b"PK\x03\x04 half an archive"):
        (tmp_path / FILE).write_bytes(content)
        with pytest.raises(InputError, match="F311 " + FILE):
            load(tmp_path / FILE)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    np.savez(tmp_path / FILE, cell=objects, **{VERSION: FORMAT_VERSION})
    with pytest.raises(InputError, match="F311 " + FILE):
        load(tmp_path / FILE)


def test_the_repr_of_a_certificate_gives_sizes() -> None:
    assert repr(whole(leaf())) == "Certificate(1 leaves, 1 nodes)"


@pytest.mark.parametrize("number", [10**8, 10**9, 2**50])
def test_no_array_is_unpacked_before_its_size_is_known(stored: Path, number: int) -> None:
    header = io.BytesIO()
    claim = {"descr": "<f8", "fortran_order": False, "shape": (number,)}
    np.lib.format.write_array_header_1_0(header, claim)
    with zipfile.ZipFile(stored, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("huge.npy", header.getvalue())
    with pytest.raises(InputError, match=f"F311 {FILE}.*another size than its header"):
        load(stored)


@pytest.mark.parametrize(("shape", "limit"), [((100,), 99), ((1000, 10), 9_999), ((5, 5, 5), 10)])
def test_more_than_the_limit_is_refused(shape: tuple[int, ...], limit: int) -> None:
    file = io.BytesIO()
    np.savez_compressed(file, zeros=np.zeros(shape, np.int8))
    assert read_npz(file.getvalue(), limit + 1_000_000)["zeros"].shape == shape
    with pytest.raises(ValueError, match="MiB are read"):
        read_npz(file.getvalue(), limit)


@pytest.mark.parametrize("kind", ["encrypted", "method", "twice", "text", "folder", "link"])
def test_an_odd_archive_is_a_fault(stored: Path, kind: str) -> None:
    raw = bytearray(stored.read_bytes())
    if kind in ("encrypted", "method"):
        flag, value = {"encrypted": (0, 1), "method": (2, 99)}[kind]
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            raw[raw.find(mark) + place + flag] |= value
        stored.write_bytes(raw)
    elif kind == "twice":
        with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(stored, "a") as archive:
            archive.writestr("cell.npy", b"")
    elif kind == "text":
        with zipfile.ZipFile(stored, "a") as archive:
            archive.writestr("readme.txt", "hello")
    else:
        stored.unlink()
        stored.mkdir() if kind == "folder" else stored.symlink_to("/dev/zero")
    with pytest.raises(InputError, match=f"(F311|F347|F102) {FILE}"):
        load(stored)
