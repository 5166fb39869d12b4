"""Time and memory of `fulfill import orders` on a made-up export.

Usage: `python benchmarks/import_orders.py [--lines 1000000] [--seed 0]`.

The export is that of a marketplace: Latin-1, dd/mm/yyyy with times, thousands commas, postcodes
without their leading zeros, all postcodes of the embedded table in proportion to the people of
their place. One line is printed, a JSON object: `lines`, `orders_placed`, `zones`, `products`,
`file_mb`, `seconds` and `peak_mib` of the whole process of the command.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from fulfill.inputs.importing.place_tables import place_tables

CATEGORIES = ("Ropa", "Calzado", "Electrónica", "Hogar", "Belleza", "Juguetes")
ARTICLES = 20_000


def write_export(path: Path, lines: int, seed: int) -> None:
    """Write an export with about five lines for four orders."""
    random = np.random.default_rng(seed)
    tables = place_tables()
    codes = tables.postcodes.query("country == 'MX'")
    people = tables.places["population"].fillna(100.0).to_numpy()[codes["place"]]
    share = people / codes.groupby("place")["code"].transform("size").to_numpy()
    order = np.sort(random.integers(0, int(0.8 * lines), lines))
    of_order = np.unique(order, return_inverse=True)[1]
    n = int(of_order.max()) + 1
    at = random.choice(len(codes), n, p=share / share.sum())
    moment = pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, 525_600, n), "min")
    status = random.choice(["Entregado", "Cancelado", "Devuelto"], n, p=[0.87, 0.05, 0.08])
    rank = np.minimum(random.zipf(1.2, lines), ARTICLES)
    price = random.uniform(90, 3_000, lines)
    frame = pd.DataFrame(
        {
            "Nº de pedido": np.char.add("MX", order.astype(str)),
            "Fecha de pedido": moment.strftime("%d/%m/%Y %H:%M").to_numpy()[of_order],
            "Estatus": status[of_order],
            "SKU": np.char.add("SKU-", rank.astype(str)),
            "Categoría": np.array(CATEGORIES, object)[rank % len(CATEGORIES)],
            "Cantidad": random.choice([1, 2, 3], lines, p=[0.85, 0.1, 0.05]),
            "Precio unitario": [f"{one:,.2f}" for one in price],
            "Moneda": "MXN",
            "Código Postal": codes["code"].str.lstrip("0").to_numpy()[at][of_order],
            "Estado": np.array([state for _, state in tables.states], object)[
                codes["state"].to_numpy()[at][of_order]
            ],
        }
    )
    frame.to_csv(path, index=False, encoding="latin-1", errors="replace")


def main() -> None:
    """Print time and memory of an import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        export, out = Path(folder) / "export.csv", Path(folder) / "demand"
        write_export(export, asked.lines, asked.seed)
        command = [sys.executable, "-m", "fulfill", "import", "orders", str(export)]
        begin = time.perf_counter()
        done = subprocess.run(
            [*command, "--out", str(out), "--json"], stdout=subprocess.PIPE, check=True
        )
        seconds = time.perf_counter() - begin
        answer = json.loads(done.stdout)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0
        line = {
            "lines": answer["lines"],
            **{key: answer[key] for key in ("orders_in", "orders_placed", "zones", "products")},
            "file_mb": round(export.stat().st_size / 1e6, 1),
            "seconds": round(seconds, 1),
            "peak_mib": round(peak),
        }
        print(json.dumps(line))


if __name__ == "__main__":
    main()
