"""Tables that a case does not need may be absent: said once, and never taken for a cost of zero."""

from __future__ import annotations

import math

import pytest
from click.testing import CliRunner

from conftest import Folders
from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.study.conditions import conditions
from fulfill.study.language import speaking, translated
from fulfill.study.optimize import optimize

pytestmark = pytest.mark.usefixtures("undrawn")

ABSENT = (
    "mail_services",
    "mail_capacity",
    "carriers",
    "emissions",
    "tariffs",
    "vehicles",
    "speeds",
)
LEFT_OUT = (
    "left out: duties and parcel taxes at the border (no tariffs.csv), direct mail from abroad "
    "(no mail_services.csv and mail_capacity.csv), the capacity of last-mile carriers "
    "(no carriers.csv), emissions of CO2e (no emissions.csv)"
)
"""Vehicles and speeds are only needed by `route`, which asks for them."""


@pytest.fixture
def bare(toy: Folders) -> Folders:
    """The toy without everything that its sites do not need."""
    for name in ABSENT:
        toy.delete(f"network/{name}.csv")
    return toy


def test_a_bare_network_says_what_is_left_out(bare: Folders) -> None:
    said = [(fault.file, fault.detail) for fault in bare.faults() if fault.code == "W304"]
    assert said == [("network", LEFT_OUT)]
    assert all(fault.warning for fault in bare.faults())


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_a_bare_network_has_a_clean_plan(bare: Folders, method: str) -> None:
    run = optimize(bare.study(method=method, gap=1e-6, time_limit=20.0))
    assert run.audit.clean
    assert bare.problem().channels == ("local", "cross_border", "nearshore")
    costs = run.plan.parts.set_index("part")["usd_year"]
    assert costs["duty"] == costs["courier_tax"] == costs["mail_freight"] == 0.0
    assert math.isnan(run.kpis["co2e_kg_per_order"])
    assert "carrier" not in set(run.capacity["kind"])
    assert run.outcome.conditions == (LEFT_OUT,)


def test_a_bare_run_is_audited_from_its_folder(bare: Folders, tmp_path: object) -> None:
    out = f"{tmp_path}/run"
    folders = ["--network", str(bare.network), "--demand", str(bare.demand)]
    planned = CliRunner().invoke(main, ["optimize", *folders, "--out", out])
    assert planned.exit_code == 0, planned.output
    assert LEFT_OUT in " ".join(planned.output.split())
    audited = CliRunner().invoke(main, ["audit", out])
    assert audited.exit_code == 0, audited.output


def test_a_channel_without_its_table_is_refused(bare: Folders) -> None:
    faults = bare.faults(channels=("direct_mail", "local"))
    assert [(fault.code, fault.value, fault.detail) for fault in faults] == [
        ("F308", "direct_mail", "there is no mail_services.csv")
    ]


def test_a_cap_on_unknown_emissions_is_refused(bare: Folders) -> None:
    with pytest.raises(InputError, match="F309 --co2-cap"):
        bare.study(co2_kg=100.0)


@pytest.mark.parametrize("name", ["mail_capacity", "emissions", "carriers"])
def test_a_table_with_a_missing_row_stays_a_fault(toy: Folders, name: str) -> None:
    """Only the whole table may be absent; a header without rows is a mistake."""
    toy.write(f"network/{name}.csv", toy.text(f"network/{name}.csv").splitlines()[0] + "\n")
    assert [fault.code for fault in toy.faults()] == ["F103"]


def test_mail_without_air_capacity_is_a_fault(toy: Folders) -> None:
    toy.delete("network/mail_capacity.csv")
    assert [fault.code for fault in toy.faults()] == ["F314"]


def test_what_is_left_out_is_told_in_the_language(toy: Folders) -> None:
    for name in ("mail_services", "mail_capacity", "emissions"):
        toy.delete(f"network/{name}.csv")
    (said,) = conditions(toy.study(), 3)
    assert said == (
        "left out: direct mail from abroad (no mail_services.csv and mail_capacity.csv), "
        "emissions of CO2e (no emissions.csv)"
    )
    with speaking("es"):
        assert translated(said) == (
            "fuera del caso: envío directo desde el extranjero (sin mail_services.csv y "
            "mail_capacity.csv), emisiones de CO2e (sin emissions.csv)"
        )
    with speaking("zh"):
        assert "境外直邮" in translated(said)


def test_without_bands_a_site_has_its_base_throughput(toy: Folders) -> None:
    toy.set("network/bands.csv", 3, "capacity_factor", "0")
    only_base = optimize(toy.study(gap=1e-6))
    toy.delete("network/bands.csv")
    (said,) = (fault.detail for fault in toy.faults() if fault.code == "W304")
    assert said == "left out: overtime and temporary labour at sites (no bands.csv)"
    run = optimize(toy.study(gap=1e-6))
    assert run.audit.clean
    assert run.outcome.objective == pytest.approx(only_base.outcome.objective)


def test_leaving_duties_out_never_costs_more(toy: Folders) -> None:
    taxed = optimize(toy.study(gap=1e-6)).outcome.objective
    toy.delete("network/tariffs.csv")
    free = optimize(toy.study(gap=1e-6))
    assert free.audit.clean
    assert free.outcome.objective < taxed
