"""[stories]: when the news of several sources count as one story."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.tables import Table


class Stories(Table):
    similarity: Literal["words", "vectors", "off"] = "words"
    days: Annotated[float, Field(gt=0, le=30)] = 4.0  # between the first and the last voice of a story
