"""Plans for a joint sample of all groups of figures: a Latin hypercube."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.questions.replanning import Replanned
from fulfill.study.risk_outputs import SAMPLES, SITE_SHARES
from fulfill.study.run import Run

Array = NDArray[np.float64]
HARMONICS = 4
"""Of RBD-FAST; its intervals, from half of the samples, need more than four times as many."""
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False)
class Joint:
    """Plans for a joint sample.

    Attributes
    ----------
    sample : (n_samples, n_groups)
        Place of each group in its ranges, see `groups.Group.at`.
    plans : DataFrame
        Columns of `risk_outputs.SAMPLES`.
    sites : DataFrame
        Columns of `risk_outputs.SITE_SHARES`, the most frequent first.
    first_order, error : (n_groups,)
        First-order index of each group by RBD-FAST on the contribution of the best plan, and half
        the width of its 95 % interval; NaN where the sample is too small.
    """

    sample: Array
    plans: pd.DataFrame
    sites: pd.DataFrame
    first_order: Array
    error: Array

    @property
    def knowing_usd(self) -> tuple[float, float]:
        """What knowing all figures before deciding is worth, at least and at most, USD a year."""
        low = (self.plans["kept_usd"] - self.plans["best_usd"]).mean()
        high = (self.plans["kept_usd"] - self.plans["bound_usd"]).mean()
        return float(low), float(high)

    def quantiles(self, column: str) -> list[float]:
        """Return the quantiles of a column of `plans`, see `QUANTILES`."""
        return [float(value) for value in self.plans[column].quantile(list(QUANTILES))]


def joint_sample(n_groups: int, n_samples: int, seed: int) -> Array:
    """Return a Latin hypercube.

    Parameters
    ----------
    n_groups, n_samples : int
    seed : int

    Returns
    -------
    ndarray, shape (n_samples, n_groups)
        Between 0 and 1; empty without groups or samples.
    """
    if not n_groups or not n_samples:
        return np.zeros((0, n_groups))
    from SALib.sample import latin

    return np.asarray(latin.sample(_problem(n_groups), n_samples, seed=seed))


def _problem(n_groups: int) -> dict[str, object]:
    """Return the description of the groups for SALib."""
    return {
        "num_vars": n_groups,
        "names": [str(number) for number in range(n_groups)],
        "bounds": [[0.0, 1.0]] * n_groups,
    }


def sampled(run: Run, sample: Array, plans: Sequence[Replanned], seed: int) -> Joint:
    """Describe the plans of a sample.

    Parameters
    ----------
    run : Run
        The plan whose sites are kept.
    sample : (n_samples, n_groups)
    plans : sequence of Replanned
        One for each sample.
    seed : int
        Of the intervals of the indices.

    Returns
    -------
    Joint
    """
    table = pd.DataFrame(
        [
            (
                number,
                one.kept_usd,
                one.best_usd,
                one.bound_usd,
                one.constant_usd - one.kept_usd,
                one.constant_usd - one.best_usd,
                len(one.sites),
                one.best_mail,
            )
            for number, one in enumerate(plans, 1)
        ],
        columns=list(SAMPLES.keys),
    )
    result = table["best_contribution_usd"].to_numpy(float)
    first, error = np.full((2, sample.shape[1]), np.nan)
    if len(sample) > 4 * HARMONICS and np.isfinite(result).all() and np.ptp(result) > 0:
        from SALib.analyze import rbd_fast

        # where few samples differ, part of the resampled ones may all be equal
        with np.errstate(divide="ignore", invalid="ignore"):
            found = rbd_fast.analyze(
                _problem(sample.shape[1]), sample, result, M=HARMONICS, seed=seed
            )
        first, error = np.asarray(found["S1"], float), np.asarray(found["S1_conf"], float)
    return Joint(sample, table, _site_shares(run, plans), first, error)


def _site_shares(run: Run, plans: Sequence[Replanned]) -> pd.DataFrame:
    """Return the share of samples in which each site opens, those of the plan included."""
    opened = Counter(site for one in plans for site, _ in one.sites)
    kept = set(run.sites["site_id"])
    names = run.problem.network["sites"].set_index("site_id")["name"]
    rows = [
        (site, str(names[site]), opened[site] / len(plans), str(site in kept))
        for site in sorted({*opened, *kept}, key=lambda site: (-opened[site], site))
    ]
    return pd.DataFrame(rows, columns=list(SITE_SHARES.keys))
