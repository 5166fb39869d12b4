"""The folder of a command: reserved first, complete or not there, at nobody's expense."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fulfill.inputs.faults import InputError
from fulfill.study.output_folder import (
    clean_up,
    is_marked,
    new_folder,
    next_folder,
    updated_folder,
)

MARK = json.dumps({"format_version": 3, "versions": {"fulfill": "0.1.0"}})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_run_gets_its_name(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    with new_folder(target) as draft:
        assert not target.exists()
        assert draft.parent == target.parent
        (draft / "a.csv").write_text("1")
    assert names(target) == ["a.csv"]
    assert names(target.parent) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_broken_run_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def broken() -> None:
        with new_folder(tmp_path / "run") as draft:
            (draft / "a.csv").write_text("1")
            raise error

    with pytest.raises(error):
        broken()
    assert names(tmp_path) == []


def old_run(target: Path) -> None:
    with new_folder(target) as draft:
        (draft / "manifest.json").write_text(MARK)
        (draft / "old.csv").write_text("old")


def test_an_existing_run_is_refused_and_left_alone(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    with pytest.raises(InputError, match="F340 --out"), new_folder(tmp_path / "run"):
        pytest.fail("the block must not run")
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]


def test_overwriting_replaces_a_run_whole(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    with new_folder(tmp_path / "run", overwrite=True) as draft:
        (draft / "new.csv").write_text("new")
    assert names(tmp_path / "run") == ["new.csv"]
    assert names(tmp_path) == ["run"]


def test_a_broken_run_keeps_the_one_that_it_would_replace(tmp_path: Path) -> None:
    old_run(tmp_path / "run")

    def broken() -> None:
        with new_folder(tmp_path / "run", overwrite=True):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]
    assert names(tmp_path) == ["run"]


def test_overwriting_never_deletes_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.doc").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for target in (tmp_path / "home", tmp_path / "file"):
        with (
            pytest.raises(InputError, match="F341 --out"),
            new_folder(target, overwrite=True),
        ):
            pytest.fail("the block must not run")
    assert names(tmp_path / "home") == ["thesis.doc"]
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty", overwrite=True) as draft:
        (draft / "a").write_text("1")
    assert names(tmp_path / "empty") == ["a"]


def test_a_place_where_nothing_can_be_written_is_an_input_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    targets = (
        tmp_path / "file" / "run",
        tmp_path / ("x" * 300),
        tmp_path / ("x" * 250),
        tmp_path / ("x" * 300) / "run",
        tmp_path / "two\nlines",
        tmp_path / "bell\a",
        tmp_path / "a\x00b",
        tmp_path / "..",
        tmp_path / "nowhere" / "run",
    )
    for target in targets:
        with pytest.raises(InputError, match="F343 --out"), new_folder(target):
            pytest.fail("the block must not run")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "{",
        '{"format_version": 3}',
        '{"manifest_version": 3, "version": "1"}',
        '{"format_version": 3, "versions": 7}',
        '{"format_version": "3", "versions": {"fulfill": ""}}',
    ],
)
def test_a_manifest_of_something_else_is_no_mark(tmp_path: Path, text: str) -> None:
    (tmp_path / "extension").mkdir()
    (tmp_path / "extension" / "manifest.json").write_text(text)
    assert not is_marked(tmp_path / "extension")
    with (
        pytest.raises(InputError, match="F341 --out"),
        new_folder(tmp_path / "extension", overwrite=True),
    ):
        pytest.fail("the block must not run")


def test_links_are_not_followed(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    (tmp_path / "latest").symlink_to(tmp_path / "run")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for name in ("latest", "dangling"):
        for overwrite in (False, True):
            with (
                pytest.raises(InputError, match=r"F341 .*symbolic link"),
                new_folder(tmp_path / name, overwrite=overwrite),
            ):
                pytest.fail("the block must not run")
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]


@pytest.mark.parametrize("source", ["run", "run/inputs/network", "run/stops.csv", "."])
def test_what_a_result_is_made_from_is_not_replaced(tmp_path: Path, source: str) -> None:
    old_run(tmp_path / "run")
    target = tmp_path if source == "." else tmp_path / "run"
    with (
        pytest.raises(InputError, match="F342 --out"),
        new_folder(target, overwrite=True, sources=[tmp_path / source]),
    ):
        pytest.fail("the block must not run")


def test_nothing_is_written_into_a_run(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    (tmp_path / "link").symlink_to(tmp_path / "run")
    for target in ("run/map", "run/inputs/deep/map", "link/map"):
        with pytest.raises(InputError, match="F342 --out"), new_folder(tmp_path / target):
            pytest.fail("the block must not run")
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]


def test_a_folder_that_is_being_written_is_refused_to_others(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    for name, overwrite in (("new", False), ("run", True)):
        with new_folder(tmp_path / name, overwrite=overwrite) as draft:
            with (
                pytest.raises(InputError, match="F344 --out"),
                new_folder(tmp_path / name, overwrite=overwrite),
            ):
                pytest.fail("the block must not run")
            with new_folder(tmp_path / "other") as other:  # its cleaning leaves the draft alone
                (other / "a").write_text("1")
            (draft / "b").write_text("1")
        (tmp_path / "other" / "a").unlink()
        (tmp_path / "other").rmdir()
    assert names(tmp_path) == ["new", "run"]
    assert names(tmp_path / "run") == ["b"]


def test_default_names_count_up_over_what_exists_or_is_being_written(tmp_path: Path) -> None:
    with (
        next_folder(tmp_path, "toy") as (first, _),
        next_folder(tmp_path, "toy") as (second, _),
        next_folder(tmp_path, "toy") as (third, _),
    ):
        assert [first.name, second.name, third.name] == ["toy", "toy-2", "toy-3"]
    assert names(tmp_path) == ["toy", "toy-2", "toy-3"]
    for name in ("../../etc", "a/b", "..", ""):
        with next_folder(tmp_path, name) as (target, _):
            assert target.parent == tmp_path


def test_parents_made_for_a_failed_run_go_too(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    for target in (tmp_path / "a" / "b" / "run", tmp_path / "kept" / "c" / "run"):
        with pytest.raises(RuntimeError), new_folder(target):
            raise RuntimeError
    assert names(tmp_path) == ["kept"]
    assert names(tmp_path / "kept") == []


def test_the_block_may_change_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path)
    with new_folder(Path("run")):
        monkeypatch.chdir(tmp_path / "away")
    assert names(tmp_path) == ["away", "run"]


def left_by_a_killed_process(parent: Path, *folders: str) -> None:
    (parent / ".run.fulfill-lock").touch()
    for name in folders:
        (parent / name).mkdir()
        (parent / name / "file").write_text(name)


@pytest.mark.parametrize(
    ("folders", "kept"),
    [
        ((".run.fulfill-new",), None),  # while it was written
        (("run", ".run.fulfill-new"), "run"),  # before the old run was renamed
        ((".run.fulfill-old", ".run.fulfill-new"), ".run.fulfill-new"),  # between the renames
        (("run", ".run.fulfill-old"), "run"),  # before the old run was deleted
        ((".run.fulfill-old",), ".run.fulfill-old"),
        ((), None),
    ],
)
def test_what_a_killed_process_left_is_put_in_order(
    tmp_path: Path, folders: tuple[str, ...], kept: str | None
) -> None:
    left_by_a_killed_process(tmp_path, *folders)
    (tmp_path / ".git").mkdir()
    with next_folder(tmp_path, "next"):
        pass
    assert names(tmp_path) == [".git", "next", *(["run"] if kept else [])]
    assert kept is None or (tmp_path / "run" / "file").read_text() == kept


def test_a_name_can_be_used_again_after_a_kill(tmp_path: Path) -> None:
    left_by_a_killed_process(tmp_path, ".run.fulfill-new")
    with new_folder(tmp_path / "run") as draft:
        assert names(draft) == []
    assert names(tmp_path) == ["run"]


WRITER = """
import sys, time
from pathlib import Path
from fulfill.study.output_folder import new_folder
with new_folder(Path(sys.argv[1]), overwrite=True) as draft:
    (draft / "half").write_text("")
    print("writing", flush=True)
    time.sleep(600)
"""


def test_the_lock_of_another_process_holds_until_it_is_killed(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "run")], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "writing\n"
    with (
        pytest.raises(InputError, match="F344 --out"),
        new_folder(tmp_path / "run", overwrite=True),
    ):
        pytest.fail("the block must not run")
    clean_up(tmp_path)
    assert ".run.fulfill-new" in names(tmp_path)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    clean_up(tmp_path)
    assert names(tmp_path) == ["run"]
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]


@pytest.mark.parametrize("step", [1, 2])
def test_an_exception_between_the_renames_loses_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    old_run(tmp_path / "run")
    rename, calls = Path.rename, []

    def failing(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == step:
            raise OSError("disk")
        return rename(self, target)

    def overwritten() -> None:
        with new_folder(tmp_path / "run", overwrite=True) as draft:
            (draft / "manifest.json").write_text(MARK)
            monkeypatch.setattr(Path, "rename", failing)

    with pytest.raises(OSError, match="disk"):
        overwritten()
    assert names(tmp_path) == ["run"]
    assert (tmp_path / "run" / "manifest.json").is_file()


def test_an_updated_folder_is_replaced_whole_or_left_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "net"
    target.mkdir()
    (target / "a.csv").write_text("old", encoding="utf-8")
    (target / "b.csv").write_text("kept", encoding="utf-8")
    with pytest.raises(FileNotFoundError), updated_folder(target) as draft:
        # the first file of two is written when the second fails
        [(draft / name).write_text("half", encoding="utf-8") for name in ("a.csv", "no/b.csv")]
    assert (target / "a.csv").read_text(encoding="utf-8") == "old"
    with updated_folder(target) as draft:
        (draft / "a.csv").write_text("new", encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in target.iterdir()} == {
        "a.csv": "new",
        "b.csv": "kept",
    }
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_link_and_a_file_are_not_updated(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link"):
        with pytest.raises(InputError) as caught, updated_folder(tmp_path / name):
            pass
        assert [fault.code for fault in caught.value.faults] == ["F341"]
