"""Input folders: what is hashed is what was read, and a name means one thing."""

from __future__ import annotations

import hashlib
import logging
import shutil
from pathlib import Path

import pytest

from conftest import TOY_NETWORK, Folders
from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate, portable, read_folder, shadowed
from fulfill.inputs.network import read_network


def test_only_named_regular_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / "stray.csv").write_bytes(b"\xff")
    (tmp_path / "b.csv").mkdir()
    folder = read_folder(tmp_path, ["a.csv", "b.csv", "c.csv"])
    assert folder.files == {"a.csv": b"1"}
    assert folder.hashes == {"a.csv": hashlib.sha256(b"1").hexdigest()}


def test_a_stray_file_does_not_disturb_a_network(tmp_path: Path) -> None:
    shutil.copytree(TOY_NETWORK, tmp_path / "network")
    (tmp_path / "network" / "notes.csv").write_bytes(b"\xff\xfe")
    assert "notes.csv" not in read_network(tmp_path / "network").folder.files


def test_what_was_read_is_written_byte_for_byte(tmp_path: Path) -> None:
    folder = read_network(TOY_NETWORK).folder
    folder.write(tmp_path / "copy")
    assert read_network(tmp_path / "copy").folder.hashes == folder.hashes


def test_an_embedded_name_means_the_embedded_folder_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(TOY_NETWORK, tmp_path / "toy")
    assert locate("network", "toy") == TOY_NETWORK
    assert locate("network", "./toy") == Path("toy")
    (warning,) = shadowed("network", "toy")
    assert warning.code == "W310"
    assert shadowed("network", "./toy") == ()
    assert portable(Path("toy")) == "./toy"
    assert portable(TOY_NETWORK) == "toy"
    assert portable(tmp_path.parent) is None


def test_an_unknown_name_lists_the_embedded_ones() -> None:
    with pytest.raises(InputError, match="embedded: mexico-us-border, three-plants, toy"):
        locate("network", "atlantis")


def test_files_that_are_read_are_logged(toy: Folders, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="fulfill.inputs"):
        toy.problem()
    sites = (toy.network / "sites.csv").stat().st_size
    assert f"read network/sites.csv: {sites} bytes, 2 rows" in caplog.messages
