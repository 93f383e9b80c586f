"""What the environment may change; the only place in coxa that reads it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, each read from an environment variable of the same name with the prefix ``COXA_``.

    Import this module inside the function that needs it: pydantic takes longer to load than ``coxa --help`` may.

    Examples
    --------
    >>> Settings(pose_model="other.task").pose_model.name
    'other.task'
    """

    model_config = SettingsConfigDict(env_prefix="COXA_", env_ignore_empty=True, extra="ignore", frozen=True)

    pose_model: Path | None = Field(
        default=None, description="Pose model file (.task) to use for clips, in place of the full model that set-up builds."
    )
    exercises_folder: Path | None = Field(
        default=None, description="Folder with a clinic's own exercises, one TOML file each, read beside coxa's catalogue."
    )
    language: str = Field(default="en", description="Language of what coxa says, such as `de`; English where a translation is missing.")
    clinic_overrides: Path | None = Field(
        default=None, description="File with a clinic's own numbers for the thresholds that `coxa evidence` lists (TOML)."
    )
    data: Path | None = Field(
        default=None, description="Folder in which coxa keeps what it is told; the user's own data folder where it is not set."
    )
    database: str | None = Field(
        default=None, description="Address of the database, such as `postgresql://coxa@db/coxa`; a file in the data folder if not set."
    )
    hosts: str = Field(
        default="",
        description="Host names under which `coxa up` answers besides this computer's own, such as `coxa.example.org`; by commas.",
    )
    proxy: str = Field(
        default="", description="Addresses of the proxy in front of `coxa up`, such as `127.0.0.1`; by commas. Everybody signs in then."
    )
    real_data: Path = Field(
        default=Path("../shared/real"),
        description="Folder with real recordings to measure against; tests and benchmarks that need it skip where it is absent.",
    )
    renderer: Path = Field(
        default=Path("../shared/renderer"),
        description="Folder with the renderer of realistic people that benchmarks use; they skip where it is absent.",
    )


@cache
def settings() -> Settings:
    """Read the settings once for the life of the process."""
    return Settings()


def data_folder() -> Path:
    """The folder in which coxa keeps what it is told: `COXA_DATA`, else the user's own for data on this system."""
    from platformdirs import user_data_path

    return settings().data or user_data_path("coxa", appauthor=False)
