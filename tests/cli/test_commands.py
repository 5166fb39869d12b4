"""The command line as a planner meets it: help, exit codes, files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import Folders
from fulfill.cli.exit_codes import finish
from fulfill.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "pandas",
    "numpy",
    "ortools",
    "geopandas",
    "networkx",
    "scipy",
    "numba",
    "bokeh",
    "shapely",
    "rich",
)
TOY = ("--network", "toy", "--demand", "toy")
SUMMARY = {
    "status",
    "objective",
    "bound",
    "bound_kind",
    "gap",
    "gap_usd",
    "seconds",
    "peak_mib",
    "as_of",
    "open_sites",
    "kpis",
    "audit",
}
KPIS = {
    "orders",
    "landed_cost_usd_per_order",
    "contribution_usd",
    "lead_time_days_mean",
    "share_within_3_days",
    "share_within_5_days",
    "cancellation_rate",
    "unserved_share",
    "co2e_kg_per_order",
    "channel_share",
}
TABLES = {
    "sites.csv": "site_id",
    "flows.csv": "from",
    "zones.csv": "zone_id",
    "costs.csv": "part",
    "capacity.csv": "resource",
    "channels.csv": "channel",
    "arcs.csv": None,
}


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder: whatever a command leaves behind is seen."""
    folder = tmp_path / "away"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_help_names_every_command_and_each_has_help() -> None:
    shown = run("--help")
    assert shown.exit_code == 0
    assert {"init", "check", "lane", "optimize"} <= set(main.commands)
    for name, command in main.commands.items():
        assert name in shown.output
        own = run(name, "--help")
        assert own.exit_code == 0
        assert command.help.splitlines()[0].split(":")[0][:40] in own.output
        for option in command.params:
            assert option.param_type_name == "argument" or option.help, (name, option.name)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, fulfill, fulfill.cli.main\n"
        "from click.testing import CliRunner\n"
        "main = fulfill.cli.main.main\n"
        "for name in ['', *main.commands]:\n"
        "    assert CliRunner().invoke(main, [*name.split(), '--help']).exit_code == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = python(code)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_the_launcher_and_the_package_print_the_same_help() -> None:
    def helped(*start: str) -> str:
        done = subprocess.run(
            [sys.executable, *start, "--help"], capture_output=True, text=True, check=True, cwd=ROOT
        )
        return done.stdout.split("\n", 1)[1]

    first = helped("cli.py")
    assert "optimize" in first
    assert helped("-m", "fulfill") == first
    script = Path(sys.executable).with_name("fulfill")
    assert (
        subprocess.run([script, "--help"], capture_output=True, text=True, check=True).stdout.split(
            "\n", 1
        )[1]
        == first
    )


@pytest.mark.parametrize(
    ("flags", "levels"),
    [
        pytest.param((), set(), marks=pytest.mark.slow),
        pytest.param(("-v",), {"INFO"}, marks=pytest.mark.slow),
        (("-vv",), {"INFO", "DEBUG"}),
    ],
)
def test_verbose_logs_to_stderr_and_leaves_stdout_to_the_result(
    tmp_path: Path, flags: tuple[str, ...], levels: set[str]
) -> None:
    # A process of its own: logging is configured once a process, and pytest has done so in this.
    asked = ("optimize", *TOY, "--method", "monolith", "--json", "--out", str(tmp_path / "run"))
    command = [sys.executable, "-m", "fulfill", *flags, *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout)["status"] in ("OPTIMAL", "FEASIBLE")
    records = [line.split() for line in done.stderr.splitlines() if " fulfill." in line]
    assert {record[2] for record in records} == levels
    assert ("method: monolith" in done.stderr) == bool(flags)
    assert "numba" not in done.stderr


def test_version_is_printed() -> None:
    assert "0." in run("--version").output


def test_check_says_that_the_toy_is_sound(away: Path) -> None:
    result = run("check", *TOY)
    assert result.exit_code == 0
    assert "No fault: toy with 2 sites" in result.stdout
    assert "warning: W301" in result.stderr
    assert list(away.iterdir()) == []


def test_check_of_the_embedded_pair(away: Path) -> None:
    for day in ("2024-06-01", "2025-03-01", "2025-10-01", "2026-11-01"):
        result = run("check", "--as-of", day)
        assert result.exit_code == 0, result.output
        assert f"rules of {day}" in result.stdout


def test_every_fault_comes_numbered_and_nothing_is_written(toy: Folders, away: Path) -> None:
    toy.set("network/sites.csv", 2, "rent_usd_m2_month", "cheap")
    toy.set("network/sites.csv", 3, "labour_usd_hour", "-6")
    toy.write("network/bands.csv", "")
    toy.set("demand/zones.csv", 3, "population", "many")
    for command in ("check", "optimize"):
        result = run(command, "--network", toy.network, "--demand", toy.demand)
        assert result.exit_code == 1
        lines = result.stderr.strip().splitlines()
        assert [line.split()[:2] for line in lines[:-1]] == [
            ["1.", "F202"],
            ["2.", "F205"],
            ["3.", "F103"],
            ["4.", "F202"],
        ]
        assert "row 2, column rent_usd_m2_month, value 'cheap'" in lines[0]
        assert "Remedy:" in lines[0]
        assert lines[-1] == "4 faults in the input; nothing was written."
        assert result.stdout == ""
        assert list(away.iterdir()) == []


def test_both_wrong_names_are_told() -> None:
    result = run("check", "--network", "atlantis", "--demand", "lemuria")
    assert result.exit_code == 1
    assert "F308 --network, value 'atlantis'" in result.stderr
    assert "F308 --demand, value 'lemuria'" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--channels", "local,pigeon"), 1, "F308 --channels, value 'pigeon'"),
        (("--channels", ","), 1, "F309 --channels"),
        (("--as-of", "1/11/2026"), 1, "F203 --as-of"),
        (("--as-of", "20261101"), 1, "F203 --as-of"),
        (("--as-of", "2026-11- 1"), 1, "F203 --as-of"),
        (("--as-of", "2020-01-01"), 1, "F302"),
        (("--orders-per-year", "100"), 1, "F309 --orders-per-year"),
        (("--us-share", "0.2", "--income-exponent", "1"), 1, "F309 --income-exponent"),
        (("--orders-per-year", "0"), 2, "--orders-per-year"),
        (("--orders-per-year", "nan"), 2, "not a finite number"),
        (("--us-share", "1.5"), 2, "--us-share"),
        (("--networks", "toy"), 2, "No such option"),
        (("stray",), 2, "unexpected extra argument"),
    ],
)
def test_wrong_options_of_a_problem(options: tuple[str, ...], code: int, words: str) -> None:
    result = run("check", *TOY, *options)
    assert result.exit_code == code
    assert words in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--open", "site-x", "--close", "site-y"), 1, "2. F308 --close, value 'site-y'"),
        (("--open", "site-a", "--close", "site-a"), 1, "F309 --open, value 'site-a'"),
        (("--service", "3d"), 1, "F309 --service, value '3d'"),
        (("--service", "3d=1.5"), 1, "F309 --service"),
        (("--service", "3d=nan"), 1, "F309 --service"),
        (("--service", "lunar:3d=0.5"), 1, "F308 --service, value 'lunar'"),
        (("--service", "3d", "--service", "3d=2"), 1, "2. F309 --service, value '3d=2'"),
        (("--service", "3d", "--open", "site-x"), 1, "2. F309 --service, value '3d'"),
        (("--sites", "-1"), 2, "--sites"),
        (("--sites", "many"), 2, "--sites"),
        (("--gap", "nan"), 2, "not a finite number"),
        (("--gap", "-0.1"), 2, "--gap"),
        (("--time-limit", "inf"), 2, "--time-limit"),
        (("--time-limit", "0"), 2, "--time-limit"),
        (("--budget", "nan"), 2, "--budget"),
        (("--seed", "-1"), 2, "--seed"),
        (("--resolution", "0"), 2, "--resolution"),
    ],
)
def test_wrong_options_of_a_plan_leave_nothing(
    away: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    result = run("optimize", *TOY, *options)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert list(away.iterdir()) == []


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("text", ["+7d=0.5", "²d=0.5"])
def test_days_that_are_no_plain_number_are_no_traceback(away: Path, text: str) -> None:
    assert run("optimize", *TOY, "--service", text, "--out", "plan").exit_code in (0, 1)


def test_no_command_is_wrong_usage() -> None:
    assert run().exit_code == 2
    assert run("optimise").exit_code == 2


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_optimize_leaves_a_whole_run(away: Path) -> None:
    result = run("optimize", *TOY, "--gap", "0", "--out", "plan", "--json")
    assert result.exit_code == 0, result.output
    folder = away / "plan"
    assert {path.name for path in away.iterdir()} == {"plan"}
    written = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    shown = json.loads(result.stdout)
    assert {**written, "peak_mib": 0} == {**shown, "peak_mib": 0}
    assert set(written) >= SUMMARY
    assert set(written["kpis"]) >= KPIS
    assert written["audit"] == {"clean": True, "faults": []}
    assert written["status"] == "OPTIMAL"
    assert written["objective"] == pytest.approx(33_350.5, abs=0.005)
    assert written["bound"] <= written["objective"]
    assert written["open_sites"] == [{"site_id": "site-a", "size": "S"}]
    assert sum(written["kpis"]["channel_share"].values()) == pytest.approx(1)
    for name, key in TABLES.items():
        table = rows(folder / name)
        assert table, name
        assert key is None or key in table[0], name
    assert sum(float(row["usd_year"]) for row in rows(folder / "costs.csv")) == pytest.approx(
        -written["kpis"]["contribution_usd"], abs=0.5
    )
    content = (folder / "manifest.json").read_text(encoding="utf-8")
    assert (
        json.loads(content)["as_of"]
        if "as_of" in json.loads(content)
        else json.loads(content)["options"]["as_of"] == "2026-11-01"
    )
    assert str(away) not in content
    assert str(ROOT) not in content
    assert (folder / "report.html").stat().st_size > 1000
    assert (folder / "plan.gpkg").stat().st_size > 1000


@pytest.mark.usefixtures("undrawn")
def test_an_existing_folder_is_refused_and_only_a_run_is_overwritten(away: Path) -> None:
    (away / "mine").mkdir()
    (away / "mine" / "thesis.doc").write_text("years of work")
    for options, code in (((), "F340"), (("--overwrite",), "F341")):
        result = run("optimize", *TOY, "--out", "mine", *options)
        assert result.exit_code == 1
        assert f"{code} --out" in result.stderr
    assert [path.name for path in (away / "mine").iterdir()] == ["thesis.doc"]
    for options, code in (((), 0), ((), 1), (("--overwrite",), 0)):
        assert run("optimize", *TOY, "--out", "plan", *options).exit_code == code
    assert {path.name for path in away.iterdir()} == {"mine", "plan"}


@pytest.mark.usefixtures("undrawn")
def test_without_out_runs_are_numbered_and_the_summary_is_for_people(away: Path) -> None:
    for _ in range(2):
        result = run("optimize", *TOY)
        assert result.exit_code == 0
    assert "Site A" in result.stdout
    assert "audit" in result.stdout
    assert sorted(path.name for path in (away / "runs").iterdir()) == [
        "toy-2026-11-01",
        "toy-2026-11-01-2",
    ]


@pytest.mark.usefixtures("undrawn")
def test_options_reach_the_plan(away: Path) -> None:
    result = run("optimize", *TOY, "--sites", "0", "--json")
    assert json.loads(result.stdout)["open_sites"] == []
    result = run(
        "optimize",
        *TOY,
        "--channels",
        "local",
        "--open",
        "site-b",
        "--close",
        "site-a",
        "--json",
        "--out",
        "b",
    )
    assert [site["site_id"] for site in json.loads(result.stdout)["open_sites"]] == ["site-b"]
    assert json.loads(result.stdout)["kpis"]["channel_share"]["direct_mail"] == 0
    result = run("optimize", *TOY, "--as-of", "2025-01-01", "--json", "--out", "c")
    assert json.loads(result.stdout)["as_of"] == "2025-01-01"


@pytest.fixture
def ruled(toy: Folders, undrawn: None, away: Path) -> tuple[str, ...]:
    """The toy with a rule that opens both sites, as options."""
    toy.write("network/site_groups.csv", "group_id,site_id\nboth,site-a\nboth,site-b\n")
    toy.write(
        "network/group_limits.csv",
        "group_id,rule,needs_id,number,source,source_date,status,range\n"
        "both,at_least,,2,board,2026-10,in_force,\n",
    )
    return "--network", str(toy.network), "--demand", str(toy.demand)


def test_rules_on_sites_reach_the_plan(ruled: tuple[str, ...]) -> None:
    both = json.loads(run("optimize", *ruled, "--gap", "0", "--json", "--out", "a").stdout)
    assert [site["site_id"] for site in both["open_sites"]] == ["site-a", "site-b"]
    assert both["conditions"] == ["at least 2 of both open"]
    loose = ("--set", "network/group_limits[both,at_least].number=0", "--method", "decomposition")
    free = json.loads(run("optimize", *ruled, *loose, "--json", "--out", "c").stdout)
    assert [site["site_id"] for site in free["open_sites"]] == ["site-a"]
    for folder in ("a", "c"):
        assert run("audit", folder).exit_code == 0
    refused = run("optimize", *ruled, "--close", "site-b", "--out", "d")
    assert refused.exit_code == 1
    assert "F322" in refused.stderr
    assert "at least 2 of both open; --close site-b" in refused.stderr


def test_single_sourcing_reaches_the_plan(ruled: tuple[str, ...]) -> None:
    both = json.loads(run("optimize", *ruled, "--gap", "0", "--json", "--out", "a").stdout)
    single = run("optimize", *ruled, "--gap", "0", "--single-source", "--json", "--out", "b")
    answer = json.loads(single.stdout)
    assert answer["objective"] > both["objective"] + 1.0
    assert "without single sourcing" not in answer["bound_of"]
    assert answer["conditions"][0] == "each zone served from stock by one site at most"
    sources = {
        (row["to"], row["from"])
        for row in rows(Path("b/flows.csv"))
        if row["leg"] == "outbound" and row["from"].startswith("site")
    }
    assert len({zone for zone, _ in sources}) == len(sources) > 0
    assert run("audit", "b").exit_code == 0


@pytest.mark.slow
def test_single_sourcing_after_the_search_costs_no_less_than_the_bound_of_split_zones(
    ruled: tuple[str, ...],
) -> None:
    both = json.loads(run("optimize", *ruled, "--gap", "0", "--json", "--out", "a").stdout)
    single = run("optimize", *ruled, "--gap", "0", "--single-source", "--json", "--out", "b")
    answer = json.loads(single.stdout)
    large = ("--method", "decomposition", "--single-source")
    loss = json.loads(run("optimize", *ruled, *large, "--json", "--out", "e").stdout)
    assert loss["bound_of"] == "3 zones, 2 products, 2 periods, 2 sites, without single sourcing"
    assert loss["bound"] <= both["objective"] <= answer["objective"] <= loss["objective"] + 1e-6
    assert run("audit", "e").exit_code == 0


@pytest.mark.parametrize(
    "asked",
    [
        ("--co2-cap", "0"),
        ("--budget", "0"),
        ("--set", "network/mail_capacity[MX].kg_day=0"),
        ("--set", "network/gateways[mx-port].capacity_m3_month=0"),
    ],
)
def test_a_limit_of_nothing_leaves_a_plan_whose_audit_is_clean(
    away: Path, asked: tuple[str, ...]
) -> None:
    answer = run("optimize", *TOY, "--method", "decomposition", *asked, "--json", "--out", "plan")
    assert answer.exit_code == 0, answer.stderr
    assert json.loads(answer.stdout)["audit"] == {"clean": True, "faults": []}
    assert run("audit", "plan").exit_code == 0


def test_a_target_that_cannot_be_met_is_infeasible(away: Path) -> None:
    result = run("optimize", *TOY, "--service", "3d=1", "--out", "plan")
    assert result.exit_code == 3, result.output
    assert "Impossible: no plan satisfies all constraints" in result.stdout
    assert (
        json.loads((away / "plan" / "summary.json").read_text(encoding="utf-8"))["objective"]
        is None
    )


@pytest.mark.usefixtures("undrawn")
def test_limits_without_a_plan_are_named_with_what_they_must_give(away: Path) -> None:
    asked = ("optimize", *TOY, "--service", "3d=0.9", "--sites", "1")
    told = run(*asked, "--out", "told")
    assert told.exit_code == 3
    assert "No plan keeps all of: at least 90% of the orders within 3 days" in told.stdout
    assert "- at most 2 sites (--sites 2), with site-a, site-b" in told.stdout
    answer = run(*asked, "--json", "--out", "plan")
    assert answer.exit_code == 3
    found = json.loads(answer.stdout)
    assert [one["file"] for one in found["conflict"]] == ["--service 3d=0.9", "--sites 1"]
    assert found["proven_irreducible"]
    changes = {repair["change"]: repair["amount"] for repair in found["repairs"]}
    assert changes["--sites 2"] == 2
    assert run("audit", "plan").exit_code == 0
    for number, change in enumerate(changes):
        limits = {**dict(zip(asked[5::2], asked[6::2], strict=True))}
        option, value = change.split()
        limits[option] = value
        flat = [text for pair in limits.items() for text in pair]
        assert run("optimize", *TOY, *flat, "--out", f"repaired-{number}").exit_code == 0


@pytest.mark.parametrize(
    ("status", "faults", "code"),
    [
        ("OPTIMAL", (), 0),
        ("FEASIBLE", (), 0),
        ("INFEASIBLE", (), 3),
        ("NO_PLAN", (), 4),
        ("OPTIMAL", ("cost: wrong",), 5),
    ],
)
def test_exit_codes(status: str, faults: tuple[str, ...], code: int) -> None:
    with pytest.raises(SystemExit) as left:
        finish(status, faults)
    assert left.value.code == code


def test_a_solver_failure_is_one_line(away: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fulfill.inputs.faults import SolverError
    from fulfill.study import optimize as planner

    def broken(*_: object, **__: object) -> None:
        raise SolverError("HiGHS: it broke")

    monkeypatch.setattr(planner, "optimize", broken)
    result = run("optimize", *TOY, "--out", "plan")
    assert result.exit_code == 5
    assert "solver failure: HiGHS: it broke" in result.stderr
    assert list(away.iterdir()) == []


def test_an_interrupt_before_a_plan_leaves_nothing(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fulfill.study import optimize as planner

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(planner, "optimize", interrupted)
    assert run("optimize", *TOY, "--out", "plan").exit_code == 4
    assert list(away.iterdir()) == []


def test_a_lane_of_the_embedded_network() -> None:
    result = run("lane", "25.69,-100.32", "27.51,-99.51", "--json")  # Monterrey to Laredo
    assert result.exit_code == 0
    way = json.loads(result.stdout)
    assert set(way) == {"road_km", "hours", "crossing", "ferries"}
    assert 215 < way["road_km"] < 250
    assert way["hours"] == pytest.approx(way["road_km"] / 65, rel=0.3)
    assert way["crossing"]
    plain = run("lane", "19.43,-99.13", "20.67,-103.35").stdout  # Mexico City to Guadalajara
    assert [line.split() for line in plain.splitlines()[-2:]] == [
        ["crossing", "-"],
        ["ferries", "-"],
    ]
    assert 500 < float(plain.split()[1].replace(",", "")) < 600


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("here", "F308 PLACE, value 'here'"),
        ("mx-cdmx-3p", "similar: mx-cdmx-3pl"),
        ("laredo", "us-laredo"),
        ("12345", "F309 LAT,LON"),
        ("1,2,3", "F309"),
        ("-99.13,19.43", "lat and lon look swapped: 19.43, -99.13?"),
        ("19.43,99.13", "lon lacks its minus"),
        ("40.7,-74", "F310 LAT,LON, value '40.7,-74'"),
        ("33.34,-118.33", "F360"),
        ("99,0", "F211"),
        ("nan,0", "F211"),
        ("0,-140", "F310"),
        ("19.43;-99.13", "F309"),
    ],
)
def test_a_lane_from_nowhere(start: str, words: str) -> None:
    result = run("lane", start, "19.43,-99.13")
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_lane_between_ids_and_over_a_ferry() -> None:
    by_id = json.loads(run("lane", "mx-cdmx-3pl", "us-laredo-3pl", "--json").stdout)
    assert by_id["crossing"]
    assert 1000 < by_id["road_km"] < 1200
    plain = run("lane", "mx-cancun", "20.508,-86.946").stdout
    assert plain.splitlines()[-1].split() == ["ferries", "f-cozumel"]


def test_an_option_of_lane_is_still_checked() -> None:
    result = run("lane", "mx-cancun", "x-laredo", "--netwrok", "toy")
    assert result.exit_code == 2
    assert "--netwrok" in result.stderr


def test_init_copies_what_check_accepts(away: Path) -> None:
    result = run("init", "mine", *TOY)
    assert result.exit_code == 0
    assert sorted(path.name for path in (away / "mine").iterdir()) == ["demand", "network"]
    assert "fulfill check --network mine/network --demand mine/demand" in result.stdout
    assert run("check", "--network", "mine/network", "--demand", "mine/demand").exit_code == 0
    again = run("init", "mine", *TOY)
    assert again.exit_code == 1
    assert "it exists" in again.stderr


def test_init_copies_the_embedded_pair(away: Path) -> None:
    assert run("init", "mine").exit_code == 0
    assert run("check", "--network", "mine/network", "--demand", "mine/demand").exit_code == 0


@pytest.mark.parametrize(
    "name", ["a\x1b[31mred\x1b[0m", "b\x1b]0;title\x07", "c\u202etxt", "d\x9b2J"]
)
def test_a_message_holds_no_escape_sequence(name: str) -> None:
    for arguments in (("optimize", *TOY, "--open", name), ("check", "--network", name)):
        result = run(*arguments)
        assert result.exit_code in (1, 2)
        assert not set("\x1b\x07\x9b\u202e") & set(result.stdout + result.stderr)


def test_a_fault_is_one_line(toy: Folders) -> None:
    toy.set("network/sites.csv", 2, "site_id", "site\na")
    result = run("check", "--network", toy.network, "--demand", toy.demand)
    numbered = [line for line in result.stderr.splitlines() if line[:1].isdigit()]
    assert numbered
    assert len(result.stderr.strip().splitlines()) == len(numbered)
