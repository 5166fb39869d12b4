"""Sphinx settings. The pages under reference/ are generated at every build."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generate import write_pages  # noqa: E402  (this folder is on the path only now)

write_pages(HERE / "reference")

project = "fulfill"
author = "The fulfill authors"
copyright = "2026, the fulfill authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "reference"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {
    "description": "Location of overseas warehouses",
    "page_width": "1080px",
    "sidebar_width": "240px",
}
html_copy_source = False
