"""One study is evidence for lost or for withdrawn orders, not for both."""

from __future__ import annotations

import pandas as pd
import pytest

from fulfill.inputs.evidence import evidence_warnings
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network


def warned(eta: str, scale: str, value: float = 0.01) -> list[str]:
    rows = pd.DataFrame(
        {
            "parameter": ["conversion_eta", "cancel_lambda"],
            "value": [0.015, value],
            "source": [eta, scale],
        }
    )
    return [f"{fault.code} {fault.value}" for fault in evidence_warnings("mine", rows)]


@pytest.mark.parametrize(
    ("eta", "scale", "shown"),
    [
        ("CX-8: a paper", "half of CX-8", "CX-8"),
        ("doi 10.1177/0022, 2019", "10.1177/0022", "10.1177/0022"),
        ("Delay study 2019", "delay  study 2019", "delay study 2019"),
    ],
)
def test_a_common_source_is_warned_of(eta: str, scale: str, shown: str) -> None:
    assert warned(eta, scale) == [f"W460 {shown}"]
    # what is 0 counts nothing
    assert warned(eta, scale, 0.0) == []


def test_sources_of_their_own_are_none() -> None:
    assert warned("CX-8: a paper", "own orders of 2025-01-01 to 2025-12-31") == []


def test_the_embedded_network_counts_no_evidence_twice() -> None:
    network = read_network(locate("network", "mexico-us-border"))
    assert list(evidence_warnings("embedded", network["parameters"])) == []
