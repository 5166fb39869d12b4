"""How OR-Tools is asked to search: what was measured, not its defaults."""

from __future__ import annotations

from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

NO_TIME_LIMIT = 1e6
"""Seconds that stand for no limit."""
INITIAL, FINAL = 0.2, 0.01
"""First and last temperature of ruin and recreate in mean legs."""
MEAN_REMOVED, MAX_STRING = 20, 10
"""Stops that a step removes on average, and most of them from one route."""
BYPASS = 0.01
"""Probability that one more stop amid those of a string stays in its route."""

_METAHEURISTIC = routing_enums_pb2.LocalSearchMetaheuristic
_START = routing_enums_pb2.FirstSolutionStrategy


def annealing(leg: float, seconds: float, steps: int) -> Any:
    """Return settings for ruin and recreate (SISR) under simulated annealing.

    Parameters
    ----------
    leg : float
        Mean cost of a leg, in integer units.
    seconds, steps : float
        Limits.

    Returns
    -------
    RoutingSearchParameters
        Search parameters of OR-Tools.
    """
    settings = _limited(_METAHEURISTIC.GREEDY_DESCENT, seconds, steps)
    # The only way to hand known routes to this search, which begins by building some, is to make
    # their legs cheapest.
    settings.first_solution_strategy = _START.EVALUATOR_STRATEGY
    settings.use_iterated_local_search = True
    search = settings.iterated_local_search_parameters
    search.improve_perturbed_solution = False
    search.ruin_recreate_parameters.recreate_strategy.heuristic = _START.LOCAL_CHEAPEST_INSERTION
    del search.ruin_recreate_parameters.ruin_strategies[:]
    strings = search.ruin_recreate_parameters.ruin_strategies.add().sisr
    strings.avg_num_removed_visits = MEAN_REMOVED
    strings.max_removed_sequence_size = MAX_STRING
    strings.bypass_factor = BYPASS
    cooling = search.reference_solution_acceptance_strategy.simulated_annealing
    cooling.initial_temperature = INITIAL * leg
    cooling.final_temperature = FINAL * leg
    return settings


def guided(seconds: float, steps: int) -> Any:
    """Return settings for guided local search.

    Voudouris and Tsang 1999, European Journal of Operational Research.

    Moves are not limited to near stops: with such limits OR-Tools 9.15 takes longer to look for a
    move, and finds less.

    Parameters
    ----------
    seconds, steps : float
        Limits.

    Returns
    -------
    RoutingSearchParameters
        Search parameters of OR-Tools.
    """
    return _limited(_METAHEURISTIC.GUIDED_LOCAL_SEARCH, seconds, steps)


def _limited(metaheuristic: int, seconds: float, steps: int) -> Any:
    """Return settings of a metaheuristic with limits."""
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = _START.PARALLEL_CHEAPEST_INSERTION
    settings.local_search_metaheuristic = metaheuristic
    settings.solution_limit = steps
    settings.time_limit.FromMilliseconds(max(int(1000 * seconds), 1))
    return settings
