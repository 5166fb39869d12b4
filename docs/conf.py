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
extensions = ["myst_nb"]
source_suffix = {".md": "myst-nb"}
exclude_patterns = ["_build", "reference"]
# Tutorials are run at every build, each in an empty folder, so that their outputs are those of the
# program as it is; an error in one fails the build.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_theme_options = {
    "description": "Location of overseas warehouses",
    "page_width": "1080px",
    "sidebar_width": "240px",
}
html_copy_source = False
