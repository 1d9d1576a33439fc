"""The store. Every query of the stages stands here, in managers whose names say the question."""

from pipeline.models.audit import PIPELINE, Audit
from pipeline.models.desk import Correction, Dismissal, Draft, Report, SavedFilter
from pipeline.models.editors import Editor, Grant, Role
from pipeline.models.engines import EnginePause, EngineSpending, EngineUsage
from pipeline.models.entries import Alias, Entry, Listed, Resemblance, Revision
from pipeline.models.facts import StoreFact
from pipeline.models.fields import text_hash
from pipeline.models.findings import Finding
from pipeline.models.hosts import Host, RobotsFile
from pipeline.models.jobs import EngineJob
from pipeline.models.learning import learn
from pipeline.models.memory import HUMAN, IMPORTED, MACHINE, MemoryIntent, MemoryUnit
from pipeline.models.pictures import Picture, PictureState
from pipeline.models.places import Arrival, Place, Seat, Shelf
from pipeline.models.releases import Label, Release
from pipeline.models.runs import RunRecord
from pipeline.models.segments import Segment
from pipeline.models.sessions import DeskSession, SignInLink
from pipeline.models.sources import LastAnswer, Source
from pipeline.models.stories import Lead, Story, Voice
from pipeline.models.storytexts import StoryTexts, TextForStory
from pipeline.models.subscriptions import HubPing, Subscription
from pipeline.models.terms import Term
from pipeline.models.translations import Translation, Unit

__all__ = [
    "HUMAN",
    "IMPORTED",
    "MACHINE",
    "PIPELINE",
    "Alias",
    "Arrival",
    "Audit",
    "Correction",
    "DeskSession",
    "Dismissal",
    "Draft",
    "Editor",
    "EngineJob",
    "EnginePause",
    "EngineSpending",
    "EngineUsage",
    "Entry",
    "Finding",
    "Grant",
    "Host",
    "HubPing",
    "Label",
    "LastAnswer",
    "Lead",
    "Listed",
    "MemoryIntent",
    "MemoryUnit",
    "Picture",
    "PictureState",
    "Place",
    "Release",
    "Report",
    "Resemblance",
    "Revision",
    "RobotsFile",
    "Role",
    "RunRecord",
    "SavedFilter",
    "Seat",
    "Segment",
    "Shelf",
    "SignInLink",
    "Source",
    "StoreFact",
    "Story",
    "StoryTexts",
    "Subscription",
    "Term",
    "TextForStory",
    "Translation",
    "Unit",
    "Voice",
    "learn",
    "text_hash",
]
