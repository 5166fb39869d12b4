"""Types of the public names, which `__init__.py` resolves when they are first used."""

from fulfill.analysis.compare.comparison import Comparison as Comparison
from fulfill.analysis.compare.comparison import compare as compare
from fulfill.analysis.simulation.simulation import Simulation as Simulation
from fulfill.analysis.simulation.simulation import simulate as simulate
from fulfill.audit.plan import Audit as Audit
from fulfill.audit.plan import audit_plan as audit_plan
from fulfill.inputs.demand import Demand as Demand
from fulfill.inputs.demand import read_demand as read_demand
from fulfill.inputs.faults import Fault as Fault
from fulfill.inputs.faults import FulfillError as FulfillError
from fulfill.inputs.faults import InputError as InputError
from fulfill.inputs.faults import SolverError as SolverError
from fulfill.inputs.folder import locate as locate
from fulfill.inputs.network import Network as Network
from fulfill.inputs.network import read_network as read_network
from fulfill.inputs.overrides import Override as Override
from fulfill.inputs.problem import Problem as Problem
from fulfill.inputs.problem import build_problem as build_problem
from fulfill.model.decisions import Decisions as Decisions
from fulfill.model.decisions import Outcome as Outcome
from fulfill.model.instance import LocationInstance as LocationInstance
from fulfill.report.gis.run_layers import map_layers as map_layers
from fulfill.report.html.notebook import explore as explore
from fulfill.report.run_folder import save_run as save_run
from fulfill.study.baseline import PresentFiles as PresentFiles
from fulfill.study.baseline import read_baseline as read_baseline
from fulfill.study.delivery_day import DayOptions as DayOptions
from fulfill.study.delivery_day import route_day as route_day
from fulfill.study.executor import Executor as Executor
from fulfill.study.integrated import Rounds as Rounds
from fulfill.study.integrated import optimize_with_routing as optimize_with_routing
from fulfill.study.language import speaking as speaking
from fulfill.study.open_run import open_run as open_run
from fulfill.study.optimize import optimize as optimize
from fulfill.study.plan import Plan as Plan
from fulfill.study.resolve import Answer as Answer
from fulfill.study.resolve import resolve as resolve
from fulfill.study.run import Run as Run
from fulfill.study.study import PlanOptions as PlanOptions
from fulfill.study.study import Study as Study
from fulfill.study.study import load as load
from fulfill.study.verify import RunAudit as RunAudit
from fulfill.study.verify import verify as verify

__all__: list[str]
