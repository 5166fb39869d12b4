from fulfill.model.economics.returns import return_cost


def test_a_return_costs_refund_and_way_back_less_salvage() -> None:
    assert return_cost(0.1, 20.0, 4.0, 5.0, 0.6) == 0.1 * (20 + 4 - 3)
    assert return_cost(0.0, 20.0, 4.0, 5.0, 0.6) == 0
