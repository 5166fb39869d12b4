"""`fulfill audit`: an unchanged run is clean; a change of plan, table, input or bound is found."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from pandas.api.types import is_numeric_dtype

from conftest import TOY_DEMAND, TOY_NETWORK
from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.inputs.network import read_network
from fulfill.model.certificate import FILE
from fulfill.study.csv_files import write_output
from fulfill.study.exact_tables import read_exact_tables, write_exact_tables
from fulfill.study.json_file import FORMAT
from fulfill.study.open_run import open_run
from fulfill.study.optimize import find_plan
from fulfill.study.outputs import EXACT_TABLES, TABLES_FILE
from fulfill.study.run_folder import write_run_data
from fulfill.study.study import load
from fulfill.study.table_faults import KEYS
from fulfill.study.verify import UNCHECKED, RunAudit, verify
from tampering import seal

Tamper = Callable[[Path], None]


def fulfill(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the toy's inputs, a certified run, one with a solver's bound, and others."""
    folder = tmp_path_factory.mktemp("workspace")
    shutil.copytree(TOY_NETWORK, folder / "network")
    shutil.copytree(TOY_DEMAND, folder / "demand")
    inputs = ("--network", "network", "--demand", "demand")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert (
            fulfill(
                "optimize", *inputs, "--method", "decomposition", "--gap", 0.05, "--out", "run"
            ).exit_code
            == 0
        )
        assert fulfill("optimize", *inputs, "--gap", 0, "--out", "solver").exit_code == 0
        yield folder


@pytest.fixture
def run(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the certified run and its inputs, to be spoiled."""
    shutil.copytree(workspace, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy" / "run"


def test_a_true_run_is_clean(workspace: Path) -> None:
    found = verify(workspace / "run")
    assert found.faults == ()
    names = [check.name for check in found.checks]
    assert names[:5] == [
        "input files",
        "files of the run",
        "cost, USD",
        "constraints (1) to (16)",
        "bound (proven), USD",
    ]
    assert names[5] == "key figures, second formula"
    assert names[6:] == ["tables.npz", *(f"{name}.csv" for name in KEYS), "summary.json"]
    assert found.not_checked == UNCHECKED
    bound = found.checks[4]
    assert bound.claimed == pytest.approx(bound.recomputed, rel=1e-12)


def test_a_solvers_bound_is_said_to_be_one(workspace: Path) -> None:
    found = verify(workspace / "solver")
    assert found.faults == ()
    assert not (workspace / "solver" / FILE).exists()
    (bound,) = (check for check in found.checks if check.name.startswith("bound"))
    assert bound.name == "bound (by the solver), USD"
    assert bound.recomputed == "not recomputed"
    assert bound.verdict == "not checked"
    assert "the solver's word" in found.not_checked[0]


@pytest.mark.usefixtures("undrawn")
def test_every_option_that_shapes_the_instance_is_in_the_manifest(
    spread: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(spread.root)
    options = (
        "--network", "network", "--demand", "demand", "--channels", "direct_mail,local",
        "--orders-per-year", 4321.1, "--us-share", 0.0, "--income-exponent", 0.31,
        "--resolution", 2, "--open", "site-b", "--close", "site-a", "--sites", 2,
        "--service", "9d=0.011", "--budget", 1e7 / 3, "--co2-cap", 1e6 / 3,
        "--as-of", "2026-10-30",
    )  # fmt: skip
    assert fulfill("optimize", *options, "--out", "run").exit_code == 0
    assert verify(spread.root / "run").faults == ()
    kept = json.loads((spread.root / "run" / "manifest.json").read_text(encoding="utf-8"))[
        "options"
    ]
    assert kept["overrides"] == [
        "demand/parameters[orders_per_year]=4321.1",
        "demand/parameters[us_share]=0.0",
        "demand/parameters[income_exponent]=0.31",
    ]
    assert kept["budget_usd"] == 1e7 / 3
    assert kept["opened"] == ["site-b"]


def edited(file: str, edit: Callable[[pd.DataFrame], object]) -> Tamper:
    """Change a table of the run as a spreadsheet would."""

    def tamper(run: Path) -> None:
        table = pd.read_csv(run / file, dtype=str, keep_default_na=False)
        changed = edit(table)
        (table if changed is None else changed).to_csv(run / file, index=False)

    return tamper


def exact(name: str, edit: Callable[[pd.DataFrame], object]) -> Tamper:
    """Change a table of the run in the file for programs, and in the CSV file as well."""

    def tamper(run: Path) -> None:
        tables = read_exact_tables(run / TABLES_FILE)
        changed = edit(tables[name])
        if changed is not None:
            tables[name] = changed
        write_exact_tables(tables, run / TABLES_FILE)
        write_output(EXACT_TABLES[name], tables[name], run)

    return tamper


def array(name: str, change: Callable[[np.ndarray], np.ndarray | None]) -> Tamper:
    """Change an array of the exact tables."""
    return in_archive(TABLES_FILE, name, change)


def times(column: str, factor: float, row: int = 0) -> Callable[[pd.DataFrame], None]:
    def edit(table: pd.DataFrame) -> None:
        changed = float(table.loc[row, column]) * factor
        table.loc[row, column] = changed if is_numeric_dtype(table[column]) else repr(changed)

    return edit


def order_moved(table: pd.DataFrame) -> pd.DataFrame:
    """One order less from a site, one more by mail for the same cell."""
    row = table.index[table["channel"] == "local"][0]
    table.loc[row, "orders"] -= 1.0
    mailed = {
        "from": "direct mail",
        "channel": "direct_mail",
        "service_id": "parcel",
        "orders": 1.0,
    }
    return pd.concat([table, table.loc[[row]].assign(**mailed)])


def in_json(file: str, *path: str, value: object) -> Tamper:
    def tamper(run: Path) -> None:
        content = json.loads((run / file).read_text(encoding="utf-8"))
        place = content
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value(place[path[-1]]) if callable(value) else value
        (run / file).write_text(json.dumps(content), encoding="utf-8")

    return tamper


def in_archive(file: str, name: str, change: Callable[[np.ndarray], np.ndarray | None]) -> Tamper:
    def tamper(run: Path) -> None:
        with np.load(run / file) as old:
            arrays = dict(old)
        changed = change(arrays[name])
        kept = {key: changed if key == name else value for key, value in arrays.items()}
        np.savez_compressed(
            run / file, **{key: value for key, value in kept.items() if value is not None}
        )

    return tamper


def certificate(name: str, change: Callable[[np.ndarray], np.ndarray | None]) -> Tamper:
    return in_archive(FILE, name, change)


def input_cell(file: str, column: str, value: str) -> Tamper:
    def tamper(run: Path) -> None:
        edited(file, lambda table: table.__setitem__(column, value))(run / "inputs")

    return tamper


TAMPERED: dict[str, tuple[Tamper, str]] = {
    # the plan
    "an order moved": (exact("flows", order_moved), "cost: the plan claims"),
    "an order too many": (exact("flows", times("orders", 1.5)), "(1) allocation"),
    "a site closed": (exact("sites", lambda table: table.iloc[1:]), "(4) only open sites serve"),
    "a site of another size": (
        exact("sites", lambda table: table.assign(size="M")),
        "row 2, column sites.size",
    ),
    "a site that is none": (
        exact("sites", lambda table: table.assign(site_id="moon")),
        "F311 tables.npz, row 2, column sites.site_id, value 'moon'",
    ),
    "goods from nowhere": (
        exact("flows", lambda table: table[table["leg"] == "outbound"]),
        "(6) inbound balance",
    ),
    # the exact tables, and the CSV tables with them
    "a cost": (
        exact("costs", times("usd_year", 1 + 1e-8)),
        "tables.npz, costs: revenue / ",
    ),
    "a part of the cost": (
        exact("costs", lambda table: table.iloc[1:]),
        "the row is missing, which is recomputed",
    ),
    "a part that is none": (
        exact("costs", lambda table: pd.concat([table, table.iloc[[0]].assign(part="bribes")])),
        "tables.npz, costs: bribes / ",
    ),
    "a row twice": (
        exact("zones", lambda table: pd.concat([table, table.iloc[[0]]])),
        "tables.npz, zones: zone-1 occurs twice",
    ),
    "a capacity": (exact("capacity", times("capacity", 1.1)), "tables.npz, capacity: "),
    "a share": (
        exact("channels", times("share", 1 + 1e-6)),
        "tables.npz, channels: direct_mail, share: ",
    ),
    "a zone's main site": (
        exact("zones", lambda table: table.assign(main_site="site-b")),
        "tables.npz, zones: zone-1, main_site: site-b written",
    ),
    "a name": (
        exact("flows", lambda table: table.assign(product_name="Gold")),
        "product_name: Gold written, Shirt, a best seller recomputed",
    ),
    "a lead time": (exact("flows", times("lead_time_days", 0.9)), "tables.npz, flows: "),
    # the exact tables only
    "an exact figure": (
        array("zones.orders", lambda value: value * [1 + 1e-6, 1, 1]),
        "tables.npz, zones: zone-1, orders: ",
    ),
    "an exact text": (
        array("zones.name.texts", lambda texts: texts[::-1]),
        "tables.npz, zones: zone-1, name: Zone 3 written, Zone 1 recomputed",
    ),
    "no figure": (
        array("flows.orders", lambda value: value * np.nan),
        "column flows.orders",
    ),
    "figures of another kind": (
        array("zones.orders", lambda value: value.astype(str)),
        "F311 tables.npz, column zones.orders: .*no possible figures",
    ),
    "a figure that overflows": (
        array("zones.orders", lambda value: value * 1e305),
        "column zones.orders: .*no possible figures",
    ),
    "a text that is none": (
        array("zones.name", lambda code: code + 7),
        "column zones.name: .*a position outside of its texts",
    ),
    "positions that are none": (
        array("zones.name", lambda code: code * 0.5),
        "column zones.name: .*no whole numbers",
    ),
    "texts that are none": (
        array("zones.name.texts", lambda texts: np.arange(len(texts))),
        "column zones.name: .*no list of texts",
    ),
    "texts gone": (array("zones.name.texts", lambda texts: None), "zones.name.texts: .*missing"),
    "a column gone": (array("zones.lat", lambda value: None), "column zones.lat: .*missing"),
    "a shorter column": (
        array("zones.lat", lambda value: value[1:]),
        "column zones.lat: .*as many rows",
    ),
    "a matrix": (array("zones.lat", lambda value: value[None]), "column zones.lat: .*as many rows"),
    "the exact tables gone": (lambda run: (run / TABLES_FILE).unlink(), "F101 tables.npz"),
    "no exact tables": (lambda run: (run / TABLES_FILE).write_bytes(b"x"), "F311 tables.npz"),
    # the CSV tables only
    "a rounded figure": (
        edited("flows.csv", times("orders", 1 + 1e-5)),
        "flows.csv: outbound / site-",
    ),
    "a rounded figure, its last digit": (
        edited("zones.csv", lambda table: table.__setitem__("share_local", "0.8456")),
        "zones.csv: zone-1, share_local: 0.8456 written, ",
    ),
    "a name beside its id": (
        edited("flows.csv", lambda table: table.__setitem__("to_name", "Zone 9")),
        "to_name: Zone 9 written, Zone 1 in tables.npz, rounded",
    ),
    "an id": (
        edited("capacity.csv", lambda table: table.__setitem__("resource", "x")),
        "capacity.csv: ",
    ),
    "a row less": (
        edited("flows.csv", lambda table: table.iloc[1:]),
        "flows.csv: outbound / site-",
    ),
    "a row of nothing more": (
        edited(
            "flows.csv",
            lambda table: pd.concat([table, table.iloc[[0]].assign(to="zone-9", orders="0")]),
        ),
        "/ zone-9 / ",
    ),
    "a row twice in CSV": (
        edited("zones.csv", lambda table: pd.concat([table, table.iloc[[0]]])),
        "zones.csv: zone-1 occurs twice",
    ),
    "a column": (
        edited("capacity.csv", lambda table: table.drop(columns="unit")),
        "F311 capacity.csv: a file of a run is as the run wrote it (it lacks unit)",
    ),
    "a column more": (
        edited("capacity.csv", lambda table: table.assign(remark="x")),
        "capacity.csv: its columns are",
    ),
    "a word": (
        edited("capacity.csv", lambda table: table.__setitem__("used", "much")),
        "F311 capacity.csv",
    ),
    "a table gone": (lambda run: (run / "costs.csv").unlink(), "F101 costs.csv"),
    "the flows gone": (lambda run: (run / "flows.csv").unlink(), "F101 flows.csv"),
    # the summary
    "the objective": (
        in_json("summary.json", "objective", value=lambda usd: usd * (1 - 1e-8)),
        "cost: the plan",
    ),
    "the bound": (
        in_json("summary.json", "bound", value=lambda usd: usd * (1 + 1e-8)),
        "bound: the run claims",
    ),
    "a lower bound": (
        in_json("summary.json", "bound", value=lambda usd: usd * 0.9),
        "bound: the run claims",
    ),
    "a plan hushed up": (
        in_json("summary.json", "status", value="INFEASIBLE"),
        "though there is said to be no plan",
    ),
    "the gap": (in_json("summary.json", "gap", value=1e-3), "summary.json, gap: 0.001 written"),
    "the status": (
        in_json("summary.json", "status", value="OPTIMAL"),
        "summary.json, status: OPTIMAL written",
    ),
    "a key figure": (
        in_json("summary.json", "kpis", "contribution_usd", value=1.0),
        "contribution_usd: 1.0",
    ),
    "the open sites": (
        in_json("summary.json", "open_sites", value=[]),
        "summary.json, open_sites: [] written",
    ),
    "what the bound holds for": (
        in_json("summary.json", "bound_of", value="all"),
        "bound_of: all written",
    ),
    "a solver's word": (
        in_json("summary.json", "bound_kind", value="solver"),
        "said to be a solver's",
    ),
    # the inputs
    "a rent": (
        input_cell("network/sites.csv", "rent_usd_m2_month", "1"),
        "input network/sites.csv: changed since the run was written",
    ),
    "a demand": (
        input_cell("demand/orders.csv", "orders", "7"),
        "input demand/orders.csv: changed since the run was written",
    ),
    "an input gone": (
        lambda run: (run / "inputs" / "network" / "lanes.csv").unlink(),
        "network/lanes.csv: removed since",
    ),
    "an input more": (
        lambda run: (run / "inputs" / "network" / "prebuild.csv").write_text("x"),
        "network/prebuild.csv: added since",
    ),
    # the certificate
    "a negative price": (
        certificate("carrier", lambda value: value - 1),
        "certificate.npz, carrier: a multiplier",
    ),
    "a cheaper cell": (certificate("cell", lambda value: 0.5 * value), "bound: the run claims"),
    "an infinite price": (
        certificate("throughput", lambda value: value + np.inf),
        "column throughput: ",
    ),
    "shorter secants": (
        certificate("breakpoints", lambda value: 0.2 * value),
        "certificate.npz, breakpoints: those of site-",
    ),
    "an array gone": (certificate("cell", lambda value: None), "F311 certificate.npz, column cell"),
    "a case left out": (
        lambda run: [
            certificate(name, lambda old, new=new: np.array([*old, new]))(run)
            for name, new in (("parent", 0), ("site", 0), ("product", -1), ("side", 1))
        ],
        "certificate.npz, branches: the cases below node 0",
    ),
    "the certificate gone": (lambda run: (run / FILE).unlink(), "certificate.npz: it is missing"),
    "no certificate": (lambda run: (run / FILE).write_bytes(b"x"), "F311 certificate.npz"),
}


FAST = {
    "an order moved", "a site closed",
    "a cost", "a row twice", "a share",
    "an exact figure", "no figure", "a column gone", "the exact tables gone",
    "a rounded figure", "a row less", "a column", "a table gone",
    "the objective", "the bound", "the status", "a key figure",
    "a rent", "an input gone",
    "a cheaper cell", "the certificate gone", "a case left out",
}  # fmt: skip
"""Some of each kind, for the fast tests: an audit takes most of a second."""


@pytest.mark.parametrize(
    "name",
    [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in TAMPERED],
)
def test_a_tampered_run_is_caught(run: Path, name: str) -> None:
    tamper, verdict = TAMPERED[name]
    tamper(run)
    # with new hashes, as a forger would write, but for what only a hash can find
    if "since" not in verdict:
        seal(run)
    assert_found(run, verdict)


def assert_found(run: Path, verdict: str) -> None:
    """Assert that a fault has the words, of which `.*` joins several, in their order."""
    faults = verify(run).faults
    pattern = ".*".join(map(re.escape, verdict.split(".*")))
    assert any(re.search(pattern, fault) for fault in faults), faults


@pytest.mark.usefixtures("undrawn")
def test_the_certificate_of_another_instance_is_caught(run: Path) -> None:
    inputs = (
        "--network",
        "network",
        "--demand",
        "demand",
        "--method",
        "decomposition",
        "--gap",
        0.2,
    )
    for file, options, words in (
        ("dearer", ("--close", "site-a"), "bound: the run claims"),
        (
            "served",
            ("--service", "9d=0.01"),
            "certificate.npz, service: shape (1,) in leaf 0, the instance has (0,)",
        ),
    ):
        assert fulfill("optimize", *inputs, *options, "--out", file).exit_code == 0
        shutil.copy(run.parent / file / FILE, run / FILE)
        assert any(words in fault for fault in verify(run).faults), file


def test_a_changed_input_with_a_changed_hash_is_caught_too(run: Path) -> None:
    input_cell("network/sites.csv", "rent_usd_m2_month", "1")(run)
    changed = read_network(run / "inputs" / "network").folder.hashes
    in_json("manifest.json", "inputs", "network", value=changed)(run)
    seal(run)
    faults = verify(run).faults
    assert any(fault.startswith("cost: ") for fault in faults)
    assert any("tables.npz, costs: rent_and_overhead" in fault for fault in faults)
    assert any(fault.startswith("bound: ") for fault in faults)


def test_a_run_travels_with_its_inputs(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far").mkdir()
    shutil.move(run, tmp_path / "far" / "moved")
    shutil.rmtree(tmp_path / "copy" / "network")
    monkeypatch.chdir(tmp_path / "far")
    assert verify("moved").faults == ()
    assert fulfill("route", "moved", "--out", "day").exit_code == 0
    assert open_run("moved").verify().clean


def test_inputs_can_be_read_from_elsewhere(run: Path) -> None:
    shutil.rmtree(run / "inputs")
    with pytest.raises(InputError, match="F101 run/inputs/network") as caught:
        verify(run)
    assert len(caught.value.faults) == 2
    assert verify(run, "network", "demand").faults == ()
    assert verify(run, "toy", "toy").faults == ()


@pytest.mark.usefixtures("undrawn")
def test_a_run_that_lies_outside_says_nothing_of_the_machine(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    inputs = ("--network", run.parent / "network", "--demand", run.parent / "demand")
    assert fulfill("optimize", *inputs, "--out", "run").exit_code == 0
    content = (tmp_path / "away" / "run" / "manifest.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in content
    assert not {"network", "demand"} & set(json.loads(content)["options"])
    assert fulfill("audit", "run").exit_code == 0
    assert fulfill("audit", "run", *inputs).exit_code == 0


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda run: (run / "summary.json").unlink(), r"F348 run/summary\.json"),
        (lambda run: (run / "summary.json").write_text("{"), r"F311 run/summary\.json"),
        (lambda run: (run / "summary.json").write_text("[]"), r"F311 run/summary\.json"),
        (
            lambda run: (run / "summary.json").write_text(f'{{"format_version": {FORMAT}}}'),
            "F348 run/summary.json: the folder is a run of `fulfill optimize`",
        ),
        (lambda run: (run / "manifest.json").unlink(), r"F348 run/manifest\.json"),
        (in_json("manifest.json", "inputs", value=None), "column inputs"),
        (in_json("manifest.json", "inputs", value={}), "column inputs"),
        (in_json("manifest.json", "extra", value=1), "column extra: .*unknown"),
        (in_json("manifest.json", "options", "as_of", value="soon"), r"F311 manifest\.json.*soon"),
        (in_json("manifest.json", "options", "as_of", value=7), r"options\.as_of.*no str"),
        (in_json("manifest.json", "options", "channels", value=3), r"options\.channels.*no list"),
        (in_json("manifest.json", "options", "channels", value=[[]]), r"options\.channels.*text"),
        (in_json("manifest.json", "options", "opened", value=[3]), r"options\.opened.*no text"),
        (in_json("manifest.json", "options", "network", value={}), r"options\.network.*no str"),
        (in_json("manifest.json", "options", "surprise", value=1), r"options\.surprise.*unknown"),
        (in_json("manifest.json", "options", "seed", value="x"), "F309 seed"),
        (in_json("summary.json", "objective", value=float("inf")), "F311 .*no possible figure"),
        (in_json("summary.json", "objective", value=float("nan")), "F311 .*no possible figure"),
        (in_json("summary.json", "objective", value="much"), "column objective: .*no number"),
        (in_json("summary.json", "objective", value=True), "column objective: .*no number"),
        (in_json("summary.json", "status", value="PERFECT"), "column status"),
        (in_json("summary.json", "status", value=[]), "column status"),
        (in_json("summary.json", "kpis", value=[]), "column kpis"),
        (in_json("summary.json", "kpis", "orders", value=[]), "column orders"),
        (in_json("summary.json", "kpis", "channel_share", value="all"), "column channel_share"),
        (in_json("summary.json", "audit", value={"clean": 1, "faults": []}), "column audit"),
        (in_json("summary.json", "extra", value=1), "column extra: .*unknown"),
    ],
)
def test_what_is_no_run_is_refused(run: Path, tamper: Tamper, words: str) -> None:
    tamper(run)
    seal(run)
    with pytest.raises(InputError, match=words):
        verify(run)


SEALED: dict[str, tuple[Tamper, str]] = {
    "a certificate deleted": (
        lambda run: turned(run, "OPTIMAL", "certificate.npz", "start.npz"),
        "though method decomposition leaves one",
    ),
    "a certificate deleted, a warm start kept": (
        lambda run: turned(run, "OPTIMAL", "certificate.npz"),
        "start.npz: it is there",
    ),
    "a key figure added": (
        in_json("summary.json", "kpis", "profit", value=1.0),
        "kpis.profit: unknown",
    ),
    "a channel added": (
        in_json("summary.json", "kpis", "channel_share", "boat", value=0.0),
        "kpis.channel_share.boat: unknown",
    ),
    "an audit with faults": (
        in_json("summary.json", "audit", value={"clean": False, "faults": ["x"]}),
        "audit.clean: False written",
    ),
    "another audit": (
        in_json("summary.json", "audit", value={"clean": True, "faults": [], "by": "me"}),
        "audit.by: unknown",
    ),
    "no bound": (in_json("summary.json", "bound", value=None), "the run claims no bound"),
    "no objective": (in_json("summary.json", "objective", value=None), "cost: the plan claims"),
    "a table that is a folder": (
        lambda run: ((run / "zones.csv").unlink(), (run / "zones.csv").mkdir()),
        "zones.csv",
    ),
    "a table that is a pipe": (
        lambda run: ((run / "zones.csv").unlink(), os.mkfifo(run / "zones.csv")),
        "F347 zones.csv",
    ),
    "a table that is a link": (
        lambda run: (
            shutil.move(run / "zones.csv", run.parent / "z"),
            (run / "zones.csv").symlink_to(run.parent / "z"),
        ),
        "F347 zones.csv",
    ),
    "a table that is endless": (
        lambda run: (
            (run / "zones.csv").unlink(),
            (run / "zones.csv").symlink_to("/dev/zero"),
        ),
        "F347 zones.csv",
    ),
}


def turned(run: Path, status: str, *gone: str) -> None:
    """Change the status of a run to one that only a solver vouches for."""
    content = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    content |= {"status": status, "bound_kind": "solver", "bound": content["objective"]}
    content |= {"gap": 0.0, "gap_usd": 0.0}
    (run / "summary.json").write_text(json.dumps(content), encoding="utf-8")
    for name in gone:
        (run / name).unlink()


@pytest.mark.parametrize("name", SEALED)
def test_new_hashes_do_not_hide_a_change(run: Path, name: str) -> None:
    tamper, verdict = SEALED[name]
    tamper(run)
    seal(run)
    faults = verify(run).faults
    assert any(verdict in fault for fault in faults), faults


@pytest.mark.parametrize("status", ["INFEASIBLE", "NO_PLAN"])
def test_a_plan_made_infeasible_is_named_as_not_checked(run: Path, status: str) -> None:
    solver = run.parent / "solver"
    none = {"objective": None, "bound": None, "gap": None, "gap_usd": None}
    content = json.loads((solver / "summary.json").read_text(encoding="utf-8"))
    content |= {"status": status, "open_sites": [], "kpis": {}, **none}
    (solver / "summary.json").write_text(json.dumps(content), encoding="utf-8")
    for path in solver.iterdir():
        if path.suffix in (".csv", ".npz", ".gpkg", ".html", ".qgs"):
            path.unlink()
    seal(solver)
    found = verify(solver)
    assert f"status {status}" in found.not_checked[0]
    shown = fulfill("audit", solver)
    assert "not checked" in shown.stdout
    assert "nan" not in shown.stdout


@pytest.mark.parametrize(
    "name",
    [
        "sites.csv",
        "flows.csv",
        "tables.npz",
        "summary.json",
        "certificate.npz",
        "start.npz",
        "inputs/network/sites.csv",
        "manifest.json",
    ],
)
def test_a_changed_run_is_not_opened_and_so_not_saved_anew(run: Path, name: str) -> None:
    with (run / name).open("ab") as file:
        file.write(b" \n")
    if name == "manifest.json":  # white space means nothing there
        in_json("manifest.json", "options", "seed", value=7)(run)
    with pytest.raises(InputError, match=f"F311 .*{Path(name).name}.*(changed|edited)"):
        open_run(run)
    assert fulfill("route", run, "--out", "day").exit_code == 1
    assert not Path("day").exists()


def test_other_files_in_a_run_are_named(run: Path) -> None:
    (run / "notes.txt").write_text("mine")
    (run / "plan.gpkg").unlink()
    with (run / "plan.qgs").open("a") as project:
        project.write(" ")
    found = verify(run)
    assert found.clean
    assert found.not_checked[:3] == (
        "plan.gpkg, which was changed or removed",
        "plan.qgs, which was changed or removed",
        "of no run: notes.txt",
    )


@pytest.mark.usefixtures("undrawn")
def test_a_run_without_a_plan_has_only_its_inputs_and_bound(run: Path) -> None:
    inputs = ("--network", "network", "--demand", "demand")
    assert fulfill("optimize", *inputs, "--service", "3d=1", "--out", "none").exit_code == 3
    found = verify(run.parent / "none")
    assert found.faults == ()
    assert [check.name for check in found.checks] == [
        "input files",
        "files of the run",
        "plan",
        "bound (by the solver), USD",
        "summary.json",
    ]
    assert [check.verdict for check in found.checks[2:]] == ["not checked", "ok", "ok"]
    assert "status INFEASIBLE" in found.not_checked[0]


def test_the_command_prints_what_was_checked_and_what_not(run: Path) -> None:
    shown = fulfill("audit", run)
    assert shown.exit_code == 0
    assert "bound (proven), USD" in shown.stdout
    assert "FAULT" not in shown.stdout
    assert " ".join(UNCHECKED[0].split()) in " ".join(shown.stdout.split())
    edited("costs.csv", times("usd_year", 2.0))(run)
    shown = fulfill("audit", run)
    assert shown.exit_code == 5
    assert "FAULT" in shown.stdout
    assert "costs.csv: " in shown.stdout


def test_the_command_prints_json(run: Path) -> None:
    (run / TABLES_FILE).unlink()
    shown = fulfill("audit", run, "--json")
    assert shown.exit_code == 5
    content = json.loads(shown.stdout)
    assert content["clean"] is False
    assert [check["ok"] for check in content["checks"]] == [True, False, False]
    assert content["not_checked"] == list(UNCHECKED)
    assert fulfill("audit", run.parent / "nothing").exit_code == 1


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_the_embedded_network_merged_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # real places: bonded routes, nearshore plants, two countries, cross-border lanes
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("fulfill.study.optimize.optimize", find_plan)
    options = ("--resolution", 10, "--method", "decomposition", "--gap", 0.5, "--time-limit", 8)
    assert fulfill("optimize", *options, "--out", "run").exit_code == 0
    found: RunAudit = verify(tmp_path / "run")
    assert found.faults == ()
    assert "bound (proven), USD" in [check.name for check in found.checks]


def test_a_wrong_formula_of_a_key_figure_is_found_though_it_wrote_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fulfill.study.kpis.mean_lead_days", lambda *_: 1.0)
    wrong = load("toy", "toy").optimize()
    assert [fault.split(":")[0] for fault in wrong.audit.faults] == ["kpis, lead_time_days_mean"]
    write_run_data(wrong, tmp_path)
    faults = verify(tmp_path).faults
    assert [fault.split(":")[0] for fault in faults] == [
        "summary.json, kpis, lead_time_days_mean",
        "summary.json, audit.clean",
        "summary.json, audit.faults",
    ]


def test_a_run_that_was_not_saved_is_verified_too() -> None:
    run = load("toy", "toy").optimize(gap=0.0)
    assert run.verify().clean
    assert "33,350" in repr(run)
