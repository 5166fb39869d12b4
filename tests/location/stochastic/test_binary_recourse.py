"""Second stages in whole numbers against the extensive form, solved as one program by HiGHS."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, csr_array, hstack

from fulfill.location.stochastic.binary_recourse import ProgramRecourse
from fulfill.location.stochastic.decomposition import OPTIMAL, solve_two_stages
from fulfill.model.risk import CVAR, RiskMeasure
from fulfill.model.smps import TwoStageProgram, read_smps
from model.smps_files import CORE, write_small

APART = CORE
TOGETHER = CORE.replace(" x2 s2 4\n", " x2 s2 4 s1 1\n")
"""Here the second server also adds to the capacity of the first."""


def extensive_form(program: TwoStageProgram) -> float:
    """Least expected cost, all scenarios at once."""
    n_first, n_scenarios = len(program.fixed), len(program.probability)
    cost = np.concatenate([program.fixed, np.outer(program.probability, program.cost).ravel()])
    link = csr_array(np.tile(program.technology, (n_scenarios, 1)))
    rows = hstack([link, block_diag([program.recourse] * n_scenarios)])
    upper = np.concatenate([np.ones(n_first), np.tile(program.upper, n_scenarios)])
    whole = np.concatenate([np.ones(n_first), np.tile(program.integer, n_scenarios)])
    first = np.zeros((len(program.first_rows), len(cost)))
    first[:, :n_first] = program.first_rows
    found = milp(
        cost,
        integrality=whole,
        bounds=Bounds(0.0, upper),
        constraints=[
            LinearConstraint(rows, program.row_lower.ravel(), program.row_upper.ravel()),
            LinearConstraint(first, program.first_lower, program.first_upper),
        ],
    )
    return float(found.fun)


@pytest.mark.parametrize("core", [APART, TOGETHER])
def test_the_optimum_is_that_of_the_extensive_form(core: str, tmp_path: Path) -> None:
    program = read_smps(write_small(tmp_path, core))
    answer = solve_two_stages(ProgramRecourse(program), RiskMeasure(), 1e-9)
    assert answer.status == OPTIMAL
    assert answer.objective == pytest.approx(extensive_form(program), abs=1e-6)
    assert answer.bound <= answer.objective


def test_a_tail_is_the_least_over_all_choices(tmp_path: Path) -> None:
    recourse, risk = ProgramRecourse(read_smps(write_small(tmp_path))), RiskMeasure(CVAR, 0.5, 1.0)
    values = []
    for choice in itertools.product((False, True), repeat=2):
        opened = np.array(choice)
        _, costs = recourse.settle(opened)
        values.append(recourse.fixed[opened].sum() + risk.value(costs, recourse.probability))
    answer = solve_two_stages(recourse, risk, 1e-9)
    assert answer.objective == pytest.approx(min(values), abs=1e-6)


@pytest.mark.parametrize("core", [APART, TOGETHER])
def test_cuts_bound_the_whole_numbers_at_every_choice(core: str, tmp_path: Path) -> None:
    recourse = ProgramRecourse(read_smps(write_small(tmp_path, core)))
    choices = [np.array(choice) for choice in itertools.product((False, True), repeat=2)]
    for made_at, tried in itertools.product(choices, choices):
        found = recourse.relax(made_at)
        cut = recourse.cut(found.duals, recourse.probability)
        exact = recourse.probability @ recourse.settle(tried)[0]
        assert cut.constant + cut.slope[tried].sum() <= exact + 1e-6
        # where it is made it is as high as the relaxation
        relaxed = recourse.probability @ found.cost
        assert cut.constant + cut.slope[made_at].sum() == pytest.approx(relaxed, rel=1e-5)


def test_two_prices_of_a_site_bound_more_than_one(tmp_path: Path) -> None:
    recourse = ProgramRecourse(read_smps(write_small(tmp_path)))
    choices = [np.array(choice) for choice in itertools.product((False, True), repeat=2)]
    gained = []
    for made_at in (choices[0], choices[-1]):
        duals = recourse.relax(made_at).duals
        own = duals[:, [int(made_at.all())]]
        two = recourse.cut(duals, recourse.probability)
        one = recourse.cut(np.repeat(own, 2, axis=1), recourse.probability)
        gained += [two.constant - one.constant + (two.slope - one.slope)[y].sum() for y in choices]
    assert min(gained) >= -1e-3
    assert max(gained) > 1.0
