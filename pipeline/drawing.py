"""pygal, without what it does to everybody's imports.

On being imported it puts a finder of a kind that Python no longer knows behind all others: from then on each
import that finds nothing warns. It serves pygal's plugins, of which none is used here.
"""

import sys

import pygal as pygal  # noqa: PLC0414 - whoever draws takes it from here
from pygal.style import Style as Style  # noqa: PLC0414

sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]
