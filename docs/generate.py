"""Reference pages generated from the code: inputs, outputs, faults, commands, status of data.

`python docs/generate.py docs/reference` writes them, and `docs/conf.py` does so at every build.
They are committed, so that they can be read without a build. Every fact has a single source:
columns come from `inputs/schema` and `study/outputs.py`, faults from `inputs/faults.py`, options
from `cli/`, counts from the tables.
"""

from __future__ import annotations

import argparse
import inspect
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import click
import pandas as pd

import fulfill
from fulfill.cli.main import main
from fulfill.inputs.columns import REQUIRED, Column, Parameter, Table
from fulfill.inputs.faults import RULES
from fulfill.inputs.folder import locate
from fulfill.inputs.schema import (
    COUNTRY_CODES,
    DEMAND_PARAMETERS,
    DEMAND_TABLES,
    NETWORK_PARAMETERS,
    NETWORK_TABLES,
    STATUSES,
    STOPS,
)
from fulfill.inputs.schema.figure_groups import FIGURE_GROUPS
from fulfill.inputs.schema.phases import PHASES
from fulfill.inputs.schema.present import PRESENT_TABLES
from fulfill.study import (
    calibration_outputs,
    candidate_outputs,
    contract_outputs,
    conversion_outputs,
    frontier_outputs,
    layer_outputs,
    outputs,
    question_outputs,
    question_summaries,
    risk_outputs,
    roadmap_outputs,
    scenario_outputs,
    simulation_outputs,
    sweep_outputs,
)
from fulfill.study.output import Output

ROOT = Path(__file__).resolve().parents[1]
FAMILIES = {
    "F1": "Files and headers",
    "F2": "Cells and rows",
    "F3": "Tables and options together",
    "F4": "Files of your own, workbooks, numbers of other regions",
    "F5": "Questions to a network or a plan, and contracts",
    "W3": "Warnings: the run continues",
    "W4": "Warnings of an import: what is written can be planned",
    "W5": "Warnings of questions and contracts: the run continues",
}
WRITTEN = {
    "Of a plan": {
        "table": (
            *outputs.PLAN_TABLES,
            *outputs.VAN_TABLES,
            contract_outputs.CONTRACT_FEES,
            contract_outputs.CONTRACT_TERMS,
        ),
        "layer of plan.gpkg:": layer_outputs.PLAN_LAYERS,
        "keys:": (
            outputs.PLAN_SUMMARY,
            outputs.ROUTED_SUMMARY,
            contract_outputs.CONTRACT_SUMMARY,
            outputs.SAVING_SUMMARY,
            outputs.CONFLICT_SUMMARY,
            outputs.CONVERTED_SUMMARY,
            outputs.PLAN_KPIS,
        ),
    },
    "Of a baseline besides": {
        "table": (outputs.LEDGER, outputs.LEDGER_PARTS),
        "keys:": (outputs.BASELINE_SUMMARY,),
    },
    "Of a calibration": {
        "keys:": (
            calibration_outputs.CALIBRATION,
            calibration_outputs.CALIBRATED,
            calibration_outputs.LEAD_TIMES,
        ),
    },
    "Of a comparison": {
        "table": outputs.COMPARISON_TABLES,
        "keys:": (outputs.COMPARISON_SUMMARY, outputs.CONVERTED_SUMMARY),
    },
    "Of a diff, an explanation and alternatives": {
        "table": (
            *question_outputs.DIFF_TABLES,
            question_outputs.SITE_EXPLANATION,
            question_outputs.ALTERNATIVES,
        ),
        "keys:": (
            question_summaries.DIFF_SUMMARY,
            question_summaries.EXPLANATION_SUMMARY,
            question_outputs.TAKEN_OVER,
            question_outputs.MARGINAL_VALUE,
            question_outputs.OPENING_PRICE,
            question_outputs.SERVED_BY,
            question_summaries.ALTERNATIVES_SUMMARY,
        ),
    },
    "Of a simulation": {
        "table": simulation_outputs.SIMULATION_TABLES,
        "keys:": (simulation_outputs.SIMULATION_SUMMARY,),
    },
    "Of a sweep": {
        "table": sweep_outputs.SWEEP_TABLES,
        "keys:": (sweep_outputs.SWEEP_SUMMARY,),
    },
    "Of a frontier": {
        "table": (
            frontier_outputs.FRONTIER,
            frontier_outputs.RISK_FRONTIER,
            frontier_outputs.RISK_CHOICES,
        ),
        "keys:": (question_summaries.FRONTIER_SUMMARY, question_summaries.RISK_FRONTIER_SUMMARY),
    },
    "Of candidates": {
        "table": (candidate_outputs.CANDIDATES,),
        "keys:": (candidate_outputs.CANDIDATES_SUMMARY,),
    },
    "Of a roadmap": {
        "table": roadmap_outputs.ROADMAP_TABLES,
        "keys:": (question_summaries.ROADMAP_SUMMARY, roadmap_outputs.CHANGE_ASSUMPTIONS),
    },
    "Of fulfill scenarios": {
        "table": scenario_outputs.SCENARIO_TABLES,
        "keys:": (question_summaries.SCENARIOS_SUMMARY,),
    },
    "Of fulfill convert": {
        "table": (conversion_outputs.LOSSES,),
        "keys:": (conversion_outputs.CONVERSION_SUMMARY,),
    },
    "Of fulfill stress": {
        "table": (risk_outputs.LOSSES, risk_outputs.REMEDIES),
        "keys:": (risk_outputs.STRESS_SUMMARY,),
    },
    "Of fulfill ask": {
        "table": (risk_outputs.QUESTIONS, risk_outputs.SAMPLES, risk_outputs.SITE_SHARES),
        "keys:": (risk_outputs.ASK_SUMMARY,),
    },
    "Of a routed day": {
        "table": outputs.DAY_TABLES,
        "layer of routes.gpkg:": layer_outputs.DAY_LAYERS,
        "keys:": (outputs.DAY_SUMMARY, outputs.CONVERTED_SUMMARY, outputs.DAY_KPIS),
    },
}
PIPE = "\\|"
EMBEDDED = (("network", "mexico-us-border"), ("demand", "mexico-2026"))


def write_pages(folder: Path) -> None:
    """Write the generated pages into a folder; unchanged pages are not touched.

    Parameters
    ----------
    folder : Path
        Created if it does not exist.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "data_dictionary": data_dictionary(),
        "outputs": outputs_reference(),
        "errors": error_index(),
        "commands": command_reference(),
        "status": status_counts(),
        "layers": import_layers(),
        "api": api_reference(),
    }
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def data_dictionary() -> str:
    """Return every input table with its columns, and every parameter, as Markdown."""
    parts = [
        _family("Network", NETWORK_TABLES, NETWORK_PARAMETERS),
        _family("Demand", DEMAND_TABLES, DEMAND_PARAMETERS),
        _family("Option --stops", (STOPS,), ()),
        _family("Files of fulfill baseline", PRESENT_TABLES, ()),
        _family("Option --groups of fulfill ask", (FIGURE_GROUPS,), ()),
        _family("Option --phases of fulfill roadmap", (PHASES,), ()),
    ]
    return "\n".join(parts)


def outputs_reference() -> str:
    """Return every output table, layer and JSON object with its columns or keys, as Markdown."""
    lines: list[str] = []
    for title, groups in WRITTEN.items():
        lines += [f"## {title}", ""]
        for kind, written in groups.items():
            for output in written:
                lines += [f"### {kind} {output.name}", ""]
                lines += [_row(output) if kind != "keys:" else _sentence(output.meaning), ""]
                is_rounded = kind == "table" and output is not outputs.OWN_DELIVERY
                lines += _figures(output, is_rounded=is_rounded)
    return "\n".join(lines)


def _figures(output: Output, *, is_rounded: bool) -> list[str]:
    """Return the figures of an output as a table, with their rounding where the file has one."""
    head, dashes = ("unit | rounded to |", "---|---|") if is_rounded else ("unit |", "---|")
    lines = [f"| name | {head} meaning |", f"|---|{dashes}---|"]
    for figure in output.figures:
        unit = figure.unit
        if is_rounded:
            step = f"{10.0**-figure.decimals:.{figure.decimals}f}" if figure.is_number else ""
            unit += f" | {step}"
        lines.append(f"| `{figure.key}` | {unit} | {_cell(_sentence(figure.meaning))} |")
    return [*lines, ""]


def _row(output: Output) -> str:
    return (
        f"A row is {output.meaning}." if output.meaning[:3] != "as " else _sentence(output.meaning)
    )


def error_index() -> str:
    """Return every fault with its rule and its remedy, as Markdown."""
    lines: list[str] = []
    for prefix, title in FAMILIES.items():
        lines += [f"## {title}", "", "| code | rule that is broken | what to do |", "|---|---|---|"]
        lines += [
            f"| `{code}` | {_cell(rule)} | {_cell(remedy)} |"
            for code, (rule, remedy) in RULES.items()
            if code.startswith(prefix)
        ]
        lines.append("")
    return "\n".join(lines)


def command_reference() -> str:
    """Return the options of the program and of every command, as Markdown."""
    lines = ["## fulfill", "", "```text", "fulfill [OPTIONS] COMMAND [ARGS]...", "```", ""]
    lines += _example(main)
    lines += _option_table(main, click.Context(main, info_name="fulfill"))
    for name, command in whole_commands(main).items():
        context = click.Context(command, info_name=f"fulfill {name}")
        usage = " ".join(piece for piece in command.collect_usage_pieces(context) if piece)
        lines += [
            f"## fulfill {name}",
            "",
            command.help or "",
            "",
            "```text",
            f"fulfill {name} {usage}",
            "```",
            "",
            *_example(command),
        ]
        lines += _option_table(command, context)
    return "\n".join(lines)


def whole_commands(group: click.Group, before: str = "") -> dict[str, click.Command]:
    """Return the commands of a group by their whole names, those of groups in it too."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found[f"{before}{name}"] = command
        if isinstance(command, click.Group):
            found |= whole_commands(command, f"{before}{name} ")
    return found


def _example(command: click.Command) -> list[str]:
    """Return the example at the end of a command's help; empty where it has none."""
    kind, _, text = (command.epilog or "").partition(": ")
    return [f"{kind}: `{text}`", ""] if text else []


def _option_table(command: click.Command, context: click.Context) -> list[str]:
    """Return the options of a command as a table; empty where it has none."""
    records = [param.get_help_record(context) for param in command.params]
    options = [record for record in records if record and record[1]]
    if not options:
        return []
    rows = [f"| `{form.replace('|', PIPE)}` | {_cell(meaning)} |" for form, meaning in options]
    return ["| option | meaning |", "|---|---|", *rows, ""]


def status_counts() -> str:
    """Return the number of rows of every embedded table by status."""
    lines = [
        "| table | rows | " + " | ".join(STATUSES) + " |",
        "|---|---:|" + "---:|" * len(STATUSES),
    ]
    total = dict.fromkeys(("rows", *STATUSES), 0)
    for kind, name in EMBEDDED:
        for path in sorted(locate(kind, name).glob("*.csv")):
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
            if "status" not in table:
                lines.append(
                    f"| `{name}/{path.name}` | {len(table):,} | "
                    + " | ".join("" for _ in STATUSES)
                    + " |"
                )
                continue
            counts = {status: int((table["status"] == status).sum()) for status in STATUSES}
            for key, value in {"rows": len(table), **counts}.items():
                total[key] += value
            numbers = " | ".join(str(number) for number in counts.values())
            lines.append(f"| `{name}/{path.name}` | {len(table):,} | {numbers} |")
    lines.append(
        f"| **all with a status** | {total['rows']:,} | "
        + " | ".join(str(total[s]) for s in STATUSES)
        + " |"
    )
    return "\n".join([*lines, ""])


def api_reference() -> str:
    """Return every public name with its signature and docstring, as Markdown."""
    lines: list[str] = []
    for name in fulfill.__all__:
        found = getattr(fulfill, name)
        try:
            form = str(inspect.signature(found))
        except (TypeError, ValueError):
            form = ""
        home = found.__module__
        lines += [f"## {name}", "", f"From `{home}`.", "", "```text", f"fulfill.{name}{form}", ""]
        lines += [(inspect.getdoc(found) or "").replace("```", "'''"), "```", ""]
        lines += [part for member in _methods(found) for part in member]
    return "\n".join(lines)


def _methods(found: object) -> Iterator[tuple[str, ...]]:
    """Yield the public methods and properties of a class of the package, one line each."""
    if not inspect.isclass(found) or issubclass(found, Exception):
        return
    for name, member in vars(found).items():
        if name.startswith("_") or not (inspect.isfunction(member) or hasattr(member, "__doc__")):
            continue
        if not (inspect.isfunction(member) or isinstance(member, property | cached_property)):
            continue
        first = (inspect.getdoc(member) or "").split("\n\n")[0].replace("\n", " ")
        yield (f"- `{name}`: {_cell(first)}",)
    yield ("",)


def import_layers() -> str:
    """Return the layers of the import contract, the topmost first, as Markdown."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return "\n".join(["```text", *layers, "```", ""])


def _family(title: str, tables: tuple[Table, ...], parameters: tuple[Parameter, ...]) -> str:
    lines = [f"## {title}", ""]
    for table in tables:
        need = "" if table.required else " *Optional file.*"
        keys = ", ".join(f"`{name}`" for name in table.key)
        lines += [
            f"### {title.lower()}: {table.name}.csv",
            "",
            f"{_sentence(table.meaning)}{need} Key: {keys}.",
            "",
        ]
        lines += [
            "| column | type | unit | default | allowed | meaning |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_column(column) for column in table.columns] + [""]
    if not parameters:
        return "\n".join(lines)
    lines += [
        f"### {title.lower()}: rows of parameters.csv",
        "",
        "A row must be there unless it says optional.",
        "",
    ]
    lines += ["| parameter | unit | allowed | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{row.name}` | {_cell(row.unit)} | {row.low:g} to {row.high:g}"
        f"{'' if row.wall else '; above it a warning'} | "
        f"{'' if row.required else 'optional: '}{_cell(row.meaning)} |"
        for row in parameters
    ]
    return "\n".join([*lines, ""])


def _column(column: Column) -> str:
    name = f"**`{column.name}`**" if column.key else f"`{column.name}`"
    cells = (
        name,
        column.kind,
        _cell(column.unit),
        _default(column),
        _allowed(column),
        _cell(column.meaning),
    )
    return f"| {' | '.join(cells)} |"


def _default(column: Column) -> str:
    if column.default is REQUIRED:
        return "required"
    return "empty" if column.default in (None, "") else f"{column.default}"


def _allowed(column: Column) -> str:
    if column.choices == COUNTRY_CODES:
        return "code of ISO 3166-1"
    if column.choices:
        return ", ".join(f"`{choice}`" for choice in column.choices)
    if column.refers:
        return f"an id of {column.refers}.csv"
    if column.kind == "flag":
        return "`yes`, `no`"
    if column.low is not None and column.high is not None:
        limits = f"{column.low:g} to {column.high:g}"
        return limits if column.wall else f"{limits}; above it a warning"
    return f"at least {column.low:g}" if column.low is not None else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _cell(text: str) -> str:
    """Return a text escaped for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "folder", type=Path, help="where to write the pages; made if it does not exist"
    )
    write_pages(parser.parse_args().folder)
