"""The store. Every query of the stages stands here, in managers whose names say the question."""

from pipeline.models.audit import PIPELINE, Audit
from pipeline.models.desk import Draft, Report, SavedFilter
from pipeline.models.editors import Editor, Grant, Role
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
    "Draft",
    "Editor",
    "EngineUsage",
    "Entry",
    "Finding",
    "Grant",
    "Host",
    "Label",
    "MemoryIntent",
    "MemoryUnit",
    "Release",
    "Report",
    "Revision",
    "RobotsFile",
    "Role",
    "SavedFilter",
    "Segment",
    "Source",
    "StoreFact",
    "Term",
    "Translation",
    "Unit",
    "text_hash",
]
