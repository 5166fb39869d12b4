"""Checks of the files that a network names for roads and maps, before anything is planned."""

from __future__ import annotations

from functools import cache

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.outlines import outline_faults
from fulfill.inputs.geography.road_checks import road_graph_faults
from fulfill.inputs.network import Network

# A study that is changed many times joins the same files each time.
_road_faults, _outline_faults = cache(road_graph_faults), cache(outline_faults)


def map_faults(network: Network) -> list[Fault]:
    """Find what is wrong with the road graph and the outlines of a network.

    Parameters
    ----------
    network : Network
        As read.

    Returns
    -------
    list of Fault
        F345 and F346.
    """
    faults: list[Fault] = []
    if network.roads is not None:
        file = f"{network.folder.name}/{network.roads_file}"
        faults += _road_faults(network.roads, file)
    if network.outlines is not None:
        file = f"{network.folder.name}/{network.outlines_file}"
        faults += _outline_faults(network.outlines, file)
    return faults


def check_maps(network: Network) -> Network:
    """Return a network whose road graph and outlines have no fault.

    Parameters
    ----------
    network : Network
        As read; commands that plan nothing do not join it to a demand, which checks it too.

    Returns
    -------
    Network
        The same.

    Raises
    ------
    InputError
        F345 and F346.
    """
    faults = map_faults(network)
    if faults:
        raise InputError(faults)
    return network
