"""The store. Every query of the stages stands here, in managers whose names say the question."""

from pipeline.models.audit import PIPELINE, Audit
from pipeline.models.engines import EngineUsage
from pipeline.models.entries import Alias, Entry, Revision, Segment
from pipeline.models.facts import StoreFact
from pipeline.models.fields import text_hash
from pipeline.models.hosts import Host, RobotsFile
from pipeline.models.memory import HUMAN, IMPORTED, MACHINE, MemoryIntent, MemoryUnit, Term
from pipeline.models.releases import Label, Release
from pipeline.models.sources import Source
from pipeline.models.translations import Finding, Translation, Unit

__all__ = [
    "HUMAN",
    "IMPORTED",
    "MACHINE",
    "PIPELINE",
    "Alias",
    "Audit",
    "EngineUsage",
    "Entry",
    "Finding",
    "Host",
    "Label",
    "MemoryIntent",
    "MemoryUnit",
    "Release",
    "Revision",
    "RobotsFile",
    "Segment",
    "Source",
    "StoreFact",
    "Term",
    "Translation",
    "Unit",
    "text_hash",
]
