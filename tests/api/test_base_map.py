"""What maps are drawn on."""

from pathlib import Path

from api.app import create_app
from api.settings import Settings


def test_the_ground_of_a_map_is_small_and_packed_and_names_the_towns(tmp_path: Path) -> None:
    client = create_app(Settings(var=tmp_path)).test_client()
    answer = client.get("/pages/base-map.json", headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.data) < 8_000
    assert "max-age" in answer.headers["Cache-Control"]
    ground = client.get("/pages/base-map.json").json
    assert ground is not None
    assert {"Brampton", "Guelph", "Toronto"} <= {area["name"] for area in ground["areas"]}
    rows = {row for edges in ground["roads"].values() for edge in edges for row in edge}
    assert rows == set(range(len(ground["nodes"])))
    assert all(43 < lat < 45 and -81 < lng < -78 for lat, lng in ground["nodes"])


def test_tiles_are_allowed_by_the_policy_only_where_they_are_set(tmp_path: Path) -> None:
    tiles = Settings(var=tmp_path, tile_url="https://{s}.tiles.example.org/{z}/{x}/{y}.png")
    with_tiles, without = (create_app(settings).test_client().get("/") for settings in (tiles, Settings(var=tmp_path)))
    assert "https://*.tiles.example.org" in with_tiles.headers["Content-Security-Policy"]
    assert "tiles" not in without.headers["Content-Security-Policy"]
