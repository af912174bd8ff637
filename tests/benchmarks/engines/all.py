"""Every engine by its name."""

from tests.benchmarks.engines.engine import Engine

NAMES = ("rounds", "ortools-gls", "ortools-ils", "ortools-ils+", "pyvrp", "vroom", "vrp-cli", "kayros")


def engine(name: str) -> Engine:
    """Imported when asked for: one process never loads the libraries of two.

    Raises
    ------
    ValueError
        When no engine has this name.
    """
    match name:
        case "rounds":
            from tests.benchmarks.engines.rounds import Rounds

            return Rounds()
        case "ortools-gls" | "ortools-ils" | "ortools-ils+":
            from tests.benchmarks.engines.or_tools import OrTools, Search

            return OrTools(search=Search(name.removeprefix("ortools-")))
        case "pyvrp":
            from tests.benchmarks.engines.py_vrp import PyVrp

            return PyVrp()
        case "vroom":
            from tests.benchmarks.engines.vroom_express import Vroom

            return Vroom()
        case "vrp-cli":
            from tests.benchmarks.engines.vrp_rust import VrpCli

            return VrpCli()
        case "kayros":
            from tests.benchmarks.engines.kayros_exact import Kayros

            return Kayros()
    raise ValueError(f"no engine {name}: there are {', '.join(NAMES)}")
