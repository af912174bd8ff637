"""Write the embedded free-flow model: `python -m data.roads.build_model fitted.json`.

The fit reads free-flow car minutes between traffic zones from TTS2016R by Soukhov and Paez
(https://github.com/soukhova/TTS2016R, CC BY 4.0; the minutes come from a router on OpenStreetMap). What is kept here
are our own fitted parameters, laid out for `data.roads.free_flow`, with the nodes in whole metres.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("free_flow.json")

ABOUT = (
    "Free-flow driving around Toronto: parameters fitted by the Rounds authors to car minutes of TTS2016R"
    " (Soukhov and Paez), CC BY 4.0. Node coordinates in metres east and north of the origin, which is in degrees."
)
ROAD_KINDS = ("motorway", "arterial", "toll")


def re_express(fitted: dict[str, Any]) -> dict[str, Any]:
    """Our layout of a fit: named figures, nodes in metres, edges by kind of road, the field in columns west to east."""
    lng, lat = fitted["origin"]
    east, north = fitted["km_per_deg"]
    field = fitted["field"]
    columns = field["ny"]
    return {
        "about": ABOUT,
        "origin": {"lat": lat, "lng": lng},
        "meters_per_degree": {"east": round(east * 1000, 1), "north": round(north * 1000, 1)},
        "local": {
            "start_minutes": round(fitted["local"]["a"], 5),
            "minutes_per_km": round(fitted["local"]["b"], 5),
            "saturating_minutes": round(fitted["local"]["c"], 5),
            "saturation_km": round(fitted["local"]["D"], 5),
        },
        "roads": {
            "motorway_kmh": round(fitted["v_hwy"], 3),
            "arterial_kmh": round(fitted["v_fast"], 3),
            "ramp_minutes": round(fitted["ramp"], 5),
            "detour": 1.04,
            "joined_km": 6.0,
            "access_nodes": 12,
        },
        "nodes": [[round((x - lng) * east * 1000), round((y - lat) * north * 1000)] for y, x in fitted["nodes"]],
        "edges": {kind: [edge[:2] for edge in fitted["edges"] if edge[2] == i] for i, kind in enumerate(ROAD_KINDS)},
        "field": {
            "west_km": field["x0"],
            "south_km": field["y0"],
            "cell_km": field["cell"],
            "log_factor": [field["v"][i : i + columns] for i in range(0, len(field["v"]), columns)],
        },
    }


def write(model: dict[str, Any], target: Path) -> None:
    """One line per entry, so that a new fit reads as a difference."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in model.items())
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    write(re_express(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), TARGET)
