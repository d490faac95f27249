"""All settings, in one frozen class: from the environment or `.env`, prefix `COACH_`, secrets also as `…_FILE`."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from pydantic import AnyUrl, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "COACH_"
SECRETS = ("telegram_token", "secret_key", "webhook_secret", "smtp_url", "database_url", "heartbeat_url")


class SettingsRefused(ValueError):
    """The program cannot start with these settings; carries a line per variable."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("; ".join(lines))


class Settings(BaseSettings):
    """What an installation sets. Empty `telegram_token` means that only the studio and the tools can run."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    database_url: SecretStr = SecretStr("sqlite:///coach.sqlite3")
    secret_key: SecretStr = SecretStr("")
    protocol: str = "stamp"
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    staff_chat: int | None = None
    smtp_url: SecretStr = SecretStr("")
    bot_username: str = ""
    alert_mail_to: str = ""
    alert_mail_from: str = ""
    emergency_number: str = ""
    crisis_number: str = ""
    page_url: str = ""
    heartbeat_url: SecretStr = SecretStr("")
    heartbeat_minutes: float = Field(default=5, gt=0, le=60)
    messages_a_second: float = Field(default=25, gt=0, le=100)
    chat_messages_a_second: float = Field(default=1, gt=0, le=30)
    pacing: bool = True
    in_flight: int = Field(default=16, ge=1, le=64)
    backup_dir: str = ""
    log_level: str = "INFO"

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in SECRETS:
            path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
            if path and not values.get(name):
                values[name] = _secret(f"{PREFIX}{name.upper()}_FILE", Path(path))
        return values

    @field_validator("telegram_api_url", "webhook_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value:
            AnyUrl(value)
        return value.rstrip("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _is_called_over_the_web(cls, value: SecretStr) -> SecretStr:
        # what is wrong with it is not said in words that hold it
        if value.get_secret_value() and not value.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("begins with https://")
        return value

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, value: str) -> str:
        if value.upper() not in logging.getLevelNamesMapping():
            raise ValueError(f"one of {', '.join(logging.getLevelNamesMapping())}")
        return value

    @property
    def bot_id(self) -> str:
        """The number before the colon of the token: what inbox and outbox rows belong to."""
        return self.telegram_token.get_secret_value().split(":")[0] or "none"


def load(**given: Any) -> Settings:
    """The settings; `SettingsRefused` names every variable that cannot be used."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsRefused([_line(e["loc"], e["msg"]) for e in error.errors()]) from error


def _line(place: tuple[int | str, ...], reason: str) -> str:
    said = reason.removeprefix("Value error, ")
    return f"{PREFIX}{'_'.join(map(str, place)).upper()}: {said}" if place else said


def _secret(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}: cannot be read ({getattr(error, 'strerror', None) or 'not a text'})") from error
