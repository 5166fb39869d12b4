"""A small instance in SMPS format: two servers, three clients, two scenarios."""

from pathlib import Path

CORE = """NAME small
ROWS
 N obj
 G most
 G s1
 G s2
 E k1
 E k2
 E k3
COLUMNS
 M0 'MARKER' 'INTORG'
 x1 obj 4 most -1
 x1 s1 5
 x2 obj 3 most -1
 x2 s2 4
 y11 obj -5 s1 -3
 y11 k1 1
 y12 obj -4 s1 -3
 y12 k2 1
 y13 obj -7 s1 -2
 y13 k3 1
 y21 obj -6 s2 -3
 y21 k1 1
 y22 obj -5 s2 -2
 y22 k2 1
 y23 obj -4 s2 -3
 y23 k3 1
 M1 'MARKER' 'INTEND'
 o1 obj 20 s1 1
 o2 obj 20 s2 1
RHS
 rhs most -2 k1 1
 rhs k2 1 k3 1
BOUNDS
 UP bnd x1 1
 UP bnd x2 1
 UP bnd y11 1
 UP bnd y12 1
 UP bnd y13 1
 UP bnd y21 1
 UP bnd y22 1
 UP bnd y23 1
ENDATA
"""
TIME = "TIME small\nPERIODS LP\n x1 most STAGE-1\n y11 s1 STAGE-2\nENDATA\n"
STOCH = """STOCH small
SCENARIOS DISCRETE
 SC one 'ROOT' 0.75 STAGE-2
  RHS k3 0
 SC two 'ROOT' 0.25 STAGE-2
  RHS k1 0 k2 1
ENDATA
"""


def write_small(folder: Path, core: str = CORE, time: str = TIME, stoch: str = STOCH) -> Path:
    """Write the three files and return the path of the core file."""
    for suffix, text in ((".cor", core), (".tim", time), (".sto", stoch)):
        (folder / f"small{suffix}").write_text(text)
    return folder / "small.cor"
