"""The base of every table of config.toml."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of config.toml: unknown keys are mistakes, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, hide_input_in_errors=False)
