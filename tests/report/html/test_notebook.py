"""The map that a notebook shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fulfill.inputs.faults import InputError
from fulfill.study.run import Run
from fulfill.study.study import load
from report.html.test_page import Tags

COLORINGS = {"lead_time", "landed", "mail", "cancellation"}
"""Those that the docstring of `Run.explore` names."""


def switches(page: str) -> dict[str, bool]:
    """Return the layers that the buttons of a page switch, and whether they are on at first."""
    found = re.findall(r'data-layers="([^"]+)" aria-pressed="(true|false)"', page)
    return {layers: pressed == "true" for layers, pressed in found}


def zones_on(run: Run, layer: str | None) -> list[str]:
    pressed = switches(run.explore(layer).html)
    return [name for name, is_on in pressed.items() if is_on and name.startswith("Zones")]


def test_a_map_is_a_page_in_a_frame_with_switches_and_needs_no_network(planned: Run) -> None:
    shown = planned.explore()
    assert shown._repr_html_().startswith("<iframe srcdoc=")
    assert len(switches(shown.html)) > 5
    assert "Open sites: 1 (run.sites). Zones: 3 (run.zones)." in shown.html
    tags = Tags(shown.html)
    assert not {name for name, _ in tags.attributes} & {"src", "href", "data", "action"}


def test_the_layer_chooses_the_colouring_and_nothing_else(planned: Run) -> None:
    default, *others = (planned.explore(layer) for layer in (None, *sorted(COLORINGS)))
    plain = {k: v for k, v in switches(default.html).items() if not k.startswith("Zones")}
    chosen = set()
    for shown in others:
        pressed = switches(shown.html)
        on = [name for name, is_on in pressed.items() if is_on and name.startswith("Zones")]
        assert len(on) == 1
        chosen |= set(on)
        assert {k: v for k, v in pressed.items() if not k.startswith("Zones")} == plain
    assert len(chosen) == len(COLORINGS)
    assert zones_on(planned, None) == zones_on(planned, "lead_time")


def test_what_the_buttons_say_is_what_is_drawn(planned: Run) -> None:
    page = planned.explore("mail").html
    drawn = re.findall(r'"name":"(Zones[\w-]+)","(?:visible":(\w+))?', page)
    assert {name: visible != "false" for name, visible in drawn} == {
        name: is_on for name, is_on in switches(page).items() if name.startswith("Zones")
    }


def test_an_unknown_layer_is_refused_with_those_that_there_are(planned: Run) -> None:
    with pytest.raises(InputError) as refused:
        planned.explore("rainfall")
    (fault,) = refused.value.faults
    assert (fault.code, fault.value) == ("F309", "rainfall")
    assert set(fault.detail.removeprefix("one of ").split(", ")) == COLORINGS


def test_the_map_shows_own_vans(routed: Run) -> None:
    assert any(name.startswith("Own-vans") for name in switches(routed.explore().html))


def test_a_map_can_be_saved(planned: Run, tmp_path: Path) -> None:
    shown = planned.explore()
    assert "save(path)" in repr(shown)
    assert shown.save(tmp_path / "map.html").read_text(encoding="utf-8") == shown.html


def test_without_a_plan_there_is_neither_map_nor_layer() -> None:
    run = load("toy", "toy", service=["1d=1"]).optimize()
    assert not run.found
    for method in (run.explore, run.layers):
        with pytest.raises(ValueError, match="no plan to show: INFEASIBLE"):
            method()
