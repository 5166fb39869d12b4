"""Completion of site ids in a shell."""

from __future__ import annotations

from pathlib import Path

from click.shell_completion import ShellComplete

from fulfill.cli.main import main


def completed(*args: str) -> list[str]:
    """Return what a shell would offer for the last of some arguments."""
    shell = ShellComplete(main, {}, "fulfill", "_FULFILL_COMPLETE")
    return [item.value for item in shell.get_completions(list(args[:-1]), args[-1])]


def test_sites_of_the_network_named_so_far_are_offered() -> None:
    embedded = completed("optimize", "--close", "mx-")
    assert "mx-cdmx-3pl" in embedded
    assert all(site.startswith("mx-") for site in embedded)
    toy = completed("optimize", "--network", "toy", "--open", "")
    assert toy
    assert not set(toy) & set(embedded)


def test_an_unreadable_network_offers_nothing(tmp_path: Path) -> None:
    assert completed("optimize", "--network", str(tmp_path), "--open", "") == []
    (tmp_path / "sites.csv").write_text("name\nx\n")
    assert completed("optimize", "--network", str(tmp_path), "--open", "x") == []
