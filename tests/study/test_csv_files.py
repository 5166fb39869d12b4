from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulfill.study.csv_files import neutral, original, originals, read_csv, write_csv

FORMULAS = ("=1+1", "+52 55 1234", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "\nx", "=")
CELLS = st.text(st.sampled_from("'=+-@\t\r\n,\"aé1 \uff1d"), max_size=6)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert neutral(f"'{text}") == f"''{text}"


@pytest.mark.parametrize("text", ["-5", "+1e5", "-.5", "abc", "'abc", "a=b", "", "'", "Site - A"])
def test_numbers_and_other_texts_stay_as_they_are(text: str) -> None:
    assert neutral(text) == text == original(text)


@given(CELLS)
def test_every_text_comes_back(text: str) -> None:
    assert original(neutral(text)) == text
    assert neutral(text)[:1] not in tuple("=@\t\r\n")


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_every_table_comes_back(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    # A row of one empty cell would be a blank line, which no reader of CSV sees.
    write_csv(pd.DataFrame({"name": cells, "row": range(len(cells))}), path)
    table = read_csv(path)
    assert table["name"].tolist() == cells
    assert table["row"].tolist() == [str(number) for number in range(len(cells))]


def test_numbers_are_written_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(pd.DataFrame({"=usd": [-1.5, float("nan")], "n": [-2, 3], "on": [True, False]}), path)
    assert path.read_bytes() == b"'=usd,n,on\n-1.5,-2,True\n,3,False\n"
    assert list(read_csv(path).columns) == ["=usd", "n", "on"]


def test_only_texts_are_undone() -> None:
    table = originals(pd.DataFrame({"name": ["'=a", "'b"], "usd": [1.0, -1.0]}))
    assert table["name"].tolist() == ["=a", "'b"]
    assert table["usd"].tolist() == [1.0, -1.0]
