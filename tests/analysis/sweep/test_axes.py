"""What --vary may say: figures by name, values, multiples, increases; every fault at once."""

from __future__ import annotations

import pytest

from fulfill.analysis.sweep.axes import find_figure, parse_axes
from fulfill.inputs.faults import InputError
from fulfill.study.study import Study, load


@pytest.fixture(scope="module")
def study() -> Study:
    return load("toy", "toy")


def changes(study: Study, text: str) -> list[list[str]]:
    (axis,) = parse_axes([text], study)
    return [list(map(str, axis.figure.at(value))) for value in axis.values]


def test_values_are_listed_or_steps_of_a_range(study: Study) -> None:
    cell = "network/parameters[cancel_lambda]"
    assert changes(study, f"{cell}=0.1,0.4") == [[f"{cell}=0.1"], [f"{cell}=0.4"]]
    assert changes(study, f"{cell}=0.1..0.4:3") == [
        [f"{cell}=0.1"], [f"{cell}=0.25"], [f"{cell}=0.4"],
    ]  # fmt: skip


def test_multiples_and_increases_are_of_what_each_cell_holds(study: Study) -> None:
    prices = study.problem.network.written["products"].set_index("product_id")["price_usd"]
    doubled, plus = changes(study, "products[*].price_usd*=2,3")[0], []
    assert doubled == [
        f"network/products[{name}].price_usd={2 * price:.15g}" for name, price in prices.items()
    ]
    plus = changes(study, "products[shirt].price_usd+=-1..1:2")
    assert plus[0] == [f"network/products[shirt].price_usd={prices['shirt'] - 1:.15g}"]


@pytest.mark.parametrize("text", ["products[*].price_usd*=1,2", "products[*].price_usd+=0,2"])
def test_a_figure_at_its_present_value_changes_nothing(study: Study, text: str) -> None:
    assert changes(study, text)[0] == []


def test_the_side_may_be_left_out_where_one_side_has_the_cell(study: Study) -> None:
    figure = find_figure("parameters[cancel_lambda]", study, "--vary")
    assert figure.name == "network/parameters[cancel_lambda]"
    assert figure.present == f"{study.problem.network.parameters['cancel_lambda']:.15g}"


def test_the_name_of_a_figure_is_one_that_finds_it(study: Study) -> None:
    for name in ("products[*].price_usd*", "sites[site-a].rent_usd_m2_month+"):
        figure = find_figure(name, study, "--vary")
        assert find_figure(figure.name, study, "--vary") == figure


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("products.price_usd=1,2", "F515"),
        ("products[shirt].price_usd", "F515"),
        ("productos[shirt].price_usd=1", "F515"),
        ("products[shirt].prize_usd=1", "F515"),
        ("products[skirt].price_usd=1", "F515"),
        ("freight[sea].usd_m3=1", "F515"),
        ("products[shirt].name*=2", "F515"),
        ("products[shirt].price_usd*=dear", "F516"),
        ("products[shirt].price_usd=1,,2", "F516"),
        ("products[shirt].price_usd=1,1", "F516"),
        ("products[shirt].price_usd=3..2:4", "F516"),
        ("products[shirt].price_usd=1..2:1", "F516"),
        ("products[shirt].price_usd*=1..inf:3", "F516"),
    ],
)
def test_what_names_nothing_or_has_no_values_is_refused(study: Study, text: str, code: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_axes([text], study)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_all_faults_come_at_once_with_names_that_resemble(study: Study) -> None:
    texts = ["products[shirt].prize_usd=1", "products[shirt].price_usd=", "x=1"]
    with pytest.raises(InputError) as refused:
        parse_axes(texts, study)
    assert [fault.code for fault in refused.value.faults] == ["F515", "F516", "F515"]
    assert "price_usd" in refused.value.faults[0].detail


def test_a_figure_is_varied_once(study: Study) -> None:
    with pytest.raises(InputError, match="varied twice"):
        parse_axes(["products[shirt].price_usd=1", "network/products[shirt].price_usd=2"], study)
