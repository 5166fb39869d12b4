from __future__ import annotations

import pytest

from fulfill.analysis.compare.break_even import break_evens
from fulfill.analysis.compare.mail_or_stock import mail_or_stock
from fulfill.analysis.compare.unit_economics import open_assortment
from fulfill.study.run import Run


def test_each_product_has_the_margins_of_the_comparison(planned: Run) -> None:
    rows = mail_or_stock(planned)
    full = break_evens(planned.model, open_assortment(planned), "MX")
    for column in (
        "orders",
        "mail_usd_per_order",
        "local_usd_per_order",
        "gain_usd_per_order",
        "break_even_orders_year",
    ):
        assert rows[column].tolist() == pytest.approx(full[column].tolist(), nan_ok=True)
    assert rows["winner"].tolist() == full["winner"].tolist()


def test_the_mailed_shares_add_up_to_the_mail_of_the_plan(planned: Run) -> None:
    rows = mail_or_stock(planned)
    mailed = (rows["share_direct_mail"] * rows["orders"]).sum()
    assert mailed == pytest.approx(planned.kpis["channel_share"]["direct_mail"] * 3200)
