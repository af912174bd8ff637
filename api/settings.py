"""Every setting, read from the environment (`ROUNDS_...`) once. Nothing else reads it."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from optimizer.domain.errors import Fault, InvalidRequest

MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """Settings of one installation; each is the environment variable `ROUNDS_` + its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="ROUNDS_", env_file=None, extra="ignore", frozen=True)

    var: Path = Field(default=Path("var"), description="Folder of everything written beside the database: keys, locks.")
    database_url: str = Field(
        default="",
        description="`sqlite:///file.db` or `postgresql://user@host/database`; without it a SQLite file in `var`.",
    )
    geocoder: str = Field(
        default="gazetteer",
        description="`gazetteer` (embedded, postal codes), or also a service for street addresses: `nominatim`,"
        " `photon`, `pelias`, `google`, `here`, `opencage`.",
    )
    geocoder_key: SecretStr = Field(default=SecretStr(""), description="The geocoding service's key, if it wants one.")
    geocoder_domain: str = Field(
        default="", description="Host of a geocoding service of your own (`nominatim`, `photon`, `pelias`); https only."
    )
    geocoder_allow_loopback: bool = Field(
        default=False, description="Allow plain http for a `ROUNDS_GEOCODER_DOMAIN` that is this machine."
    )
    geocoder_answers: int = Field(
        default=50_000, gt=0, description="Most answers of the geocoding service kept in the store; the oldest go."
    )
    roads: Literal["estimate", "osrm", "valhalla", "openrouteservice", "graphhopper"] = Field(
        default="estimate",
        description="Where travel times come from: `estimate` (embedded), `osrm`, `valhalla`, or a hosted engine:"
        " `openrouteservice`, `graphhopper`.",
    )
    roads_data: Path | None = Field(
        default=None, description="Folder that `rounds roads build` has made, for `osrm` or `valhalla` on this machine."
    )
    roads_url: str = Field(
        default="", description="Address of a server in its place: `osrm-routed`, `valhalla_service`; https only."
    )
    roads_allow_loopback: bool = Field(
        default=False, description="Allow plain http for `ROUNDS_ROADS_URL` on this machine."
    )
    roads_key: SecretStr = Field(default=SecretStr(""), description="The hosted engine's key.")
    roads_version: str = Field(
        default="1", description="Change it when a server has a new map: drives are kept for each version apart."
    )
    roads_points: int = Field(
        default=100, ge=2, le=10_000, description="Most points that a server takes in one question."
    )
    roads_timeout: float = Field(default=10.0, gt=0, description="Longest wait for an engine's answer, in seconds.")
    roads_margin_percent: int = Field(
        default=25, ge=0, le=200, description="Added to an estimate where the engine has not told a drive."
    )
    roads_avoid_tolls: bool = Field(
        default=False,
        description="Tell `osrm` or `valhalla` to keep off toll roads (the 407), for every practice.",
    )
    roads_pairs: int = Field(default=1_000_000, gt=0, description="Most drives kept in the store; the oldest go.")
    user_agent: str = Field(
        default="rounds", description="How this installation names itself to geocoding providers and road engines."
    )
    secret_key: SecretStr | None = Field(
        default=None, description="Signs sessions, offers and links; without it one is made and kept in `var`."
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/\s]+)?$",
        description="How people reach this installation (`https://rounds.example.org`): sign-in links and clients'"
        " links to their bookings begin with it. Without it they begin with host and port.",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="Mail server for sign-in links: `smtps://user:password@host`, or `smtp://...` with STARTTLS."
        " Without it links come from `rounds sign-in` only.",
    )
    smtp_allow_loopback: bool = Field(
        default=False, description="Send mail in the clear where the server of `ROUNDS_SMTP_URL` is this machine."
    )
    mail_from: str = Field(default="", description="The address that mail comes from.")
    tile_url: str = Field(
        default="",
        description="Pattern of a map's tiles (`https://.../{z}/{x}/{y}.png`). Without it maps draw outlines and routes"
        " only, and no tile host learns where clients live.",
    )
    tile_attribution: str = Field(default="", description="Whom to credit for the tiles, shown on each map.")
    practice: str = Field(default="", description="Whose data commands work on; else the only practice there is.")
    max_body_bytes: int = Field(default=16 * MEBIBYTE, gt=0, description="Largest request body accepted.")
    solve_time_limit: float = Field(default=60.0, gt=0, description="Longest search a caller may ask for, in seconds.")
    places_per_session: int = Field(
        default=60, gt=0, description="Different places that one visitor's session may search slots for in an hour."
    )
    places_per_key: int = Field(
        default=1_000, gt=0, description="Different places that a `booking` key may search slots for in an hour."
    )
    visitor_address: Literal["", "peer", "forwarded"] = Field(
        default="",
        description="Where a visitor of a booking page comes from, so that forgetting who one was wins nothing: `peer`"
        " (the connection's address), or `forwarded` (the last one in `X-Forwarded-For`, which your proxy must set).",
    )
    host: str = Field(default="127.0.0.1", description="Address that `rounds serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `rounds serve` listens on.")
    workers: int = Field(default=2, ge=1, description="Processes that `rounds serve` answers with.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level logged.")
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="`auto` is `console` on a terminal and `json` elsewhere."
    )

    @cached_property
    def store_url(self) -> str:
        """The database, as SQLAlchemy writes it."""
        return self.database_url or f"sqlite:///{self.var / 'rounds.sqlite3'}"

    @cached_property
    def origin(self) -> str:
        """Where links to the pages begin; never taken from a request, which can say what it likes."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @cached_property
    def signing_key(self) -> str:
        """The secret that signs; made at the first use where none is set, readable by its owner only."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        path = self.var / "secret_key"
        if not path.exists():
            _keep(secrets.token_urlsafe(48), path)
        return path.read_text(encoding="ascii")


def read_settings() -> Settings:
    """The settings of the environment.

    Raises
    ------
    InvalidRequest
        When one cannot be used; its pointer is the variable's name.
    """
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            Fault(
                pointer=f"ROUNDS_{'_'.join(str(step) for step in found['loc']).upper()}",
                code="bad_setting",
                detail=f"{found['msg']}.",
                hint="Change the variable, or unset it for the default.",
            )
            # Without the input: it may be a secret.
            for found in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidRequest("A setting cannot be used.", code="bad_setting", faults=faults) from None


def _keep(secret: str, path: Path) -> None:
    """Write a secret that nobody else may read, whole or not at all; a process that was quicker wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secret, encoding="ascii")
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # the other process's secret is as good
    finally:
        draft.unlink()
