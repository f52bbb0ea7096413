# The site. Build it with
#     python -m sphinx -W --keep-going -n -b html docs build/docs
# and open build/docs/index.html; nothing on it needs a network.

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "mechsynth"
author = "the mechsynth authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "formulas", "questions"]
exclude_patterns = ["examples", "_build", "_ext"]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = "mechsynth"
html_show_copyright = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}

# Dashes alone: quotation marks stand as they are written. (Options such as --ask are code, where nothing is changed.)
smartquotes_action = "D"
# Headings can be linked to as on GitHub: page.md#heading.
myst_heading_anchors = 4

# Docstrings write names between single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_param = False
napoleon_use_rtype = False
# A reference that does not resolve is an error, but for types that other projects document, and those of rooms behind the public names.
nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(numpy|np|collections|os|fractions|typing|cvxpy|pathlib)\..*"),
    (r"py:.*", r"(?!mechsynth\.[A-Za-z_]*$).*"),
]


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", without_module_docstring)


def without_module_docstring(app: Any, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    # The package's docstring is written for a terminal; the page has its own introduction.
    if what == "module":
        lines.clear()
