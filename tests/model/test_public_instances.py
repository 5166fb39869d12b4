"""Public formats: each is read, told apart from the others, and faulty files are refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from fulfill.model.public_instances import best_known, read_instance, read_published

BENCH = Path(__file__).parents[3] / "shared" / "bench" / "cflp"
needs_bench = pytest.mark.skipif(
    not BENCH.exists(), reason="public instances (../shared/bench) are not here"
)

ORLIB = "2 3\n 30 100\n 40 120.5\n 5\n 50 60.5\n 10\n 100 130\n 15\n 150 170\n"
HOLMBERG = "2 3\n30 100\n40 120\n5 10 15\n20 11 7\n9 30 12\n"
TBED1 = "3 2\n5 10 15\n30 40\n100 120\n10 10 10\n12 13 11.5\n"


@pytest.mark.parametrize(("text", "name"), [(ORLIB, "cap.txt"), (HOLMBERG, "p1"), (TBED1, "i.plc")])
def test_small_files_are_recognised(tmp_path, text, name):
    path = tmp_path / name
    path.write_text(text)
    read = read_published(str(path))
    assert read.demand.tolist() == [5, 10, 15]
    assert read.capacity.tolist() == [30, 40]
    assert read.cost.shape == (2, 3)


def test_costs_are_for_all_of_the_demand(tmp_path):
    for text, expected in ((ORLIB, 60.5), (HOLMBERG, 9.0), (TBED1, 60.0)):
        (tmp_path / "x").write_text(text)
        assert read_published(str(tmp_path / "x")).cost[1, 0] == expected


def test_an_instance_has_unit_costs_and_every_lane(tmp_path):
    (tmp_path / "x").write_text(TBED1)
    instance = read_instance(str(tmp_path / "x"))
    assert instance.lane_cost()[:, 0, 0].reshape(2, 3)[1] == pytest.approx([12, 13, 11.5])
    assert np.isinf(instance.unserved_usd).all()


def test_gzip_is_read_and_guessed_from_the_plain_name(tmp_path):
    (tmp_path / "i.plc.gz").write_bytes(gzip.compress(TBED1.encode()))
    assert read_published(str(tmp_path / "i.plc")).name == "i"


def test_capacity_comes_with_the_path(tmp_path):
    (tmp_path / "capx.txt").write_text(
        ORLIB.replace(" 30 ", " capacity ").replace(" 40 ", " capacity ")
    )
    assert read_published(f"{tmp_path / 'capx.txt'}@35").capacity.tolist() == [35, 35]
    with pytest.raises(ValueError, match="@CAPACITY"):
        read_published(str(tmp_path / "capx.txt"))


@pytest.mark.parametrize("text", ["", "2 3", "2 3 30 100 40 120 5 10", "words only"])
def test_faulty_files_are_refused(tmp_path, text):
    (tmp_path / "x").write_text(text)
    with pytest.raises(ValueError, match="numbers"):
        read_published(str(tmp_path / "x"))


def test_best_known_is_none_without_a_table(tmp_path):
    assert best_known(str(tmp_path / "x")) is None


@needs_bench
def test_every_public_file_is_recognised_by_its_numbers():
    for folder, pattern, number in (
        ("orlib", "cap*.txt", 40),
        ("holmberg", "p*", 40),
        ("tbed1", "*.gz", 20),
    ):
        files = [file for file in (BENCH / folder).glob(pattern) if file.name != "capopt.txt"]
        assert len(files) == number
        for file in files:
            path = f"{file}@8000" if file.stem in ("capa", "capb", "capc") else str(file)
            found, given = read_published(path), read_published(path, folder)
            assert (found.cost == given.cost).all(), path
            assert (found.demand == given.demand).all(), path


@needs_bench
@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orlib/cap41.txt", 1040444.375),
        ("orlib/capa.txt@8000", 19240822.449),
        ("holmberg/p1", 8772.098283),
        ("tbed1/i300_1.plc", 16350.66),
    ],
)
def test_best_known_values(path, value):
    assert best_known(str(BENCH / path)) == value
