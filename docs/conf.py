"""How the site is built: ``make docs``, or ``python -m sphinx docs docs/_build/html``.

Nothing here asks the network for anything, neither while it builds nor when it is read.
"""

import os
import sys
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]
# The examples run while the page is made, and are not to fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import langalign_sk

project = "langalign_sk"
author = copyright = "The langalign_sk developers"
version = release = langalign_sk.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "material",
    "mathml",
    "outside",
    "rooms",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "_templates", "_extra", "gallery", "pictures", "api/backreferences"]
templates_path = ["_templates"]
default_role = "py:obj"
nitpicky = False
suppress_warnings = ["config.cache", "ref.footnote"]

autosummary_generate = True
autosummary_imported_members = True
autodoc_typehints = "none"  # the docstrings say types in words; signatures stay readable
autodoc_member_order = "groupwise"
autodoc_default_options = {"members": True, "inherited-members": True, "show-inheritance": False}
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_preprocess_types = False
strip_signature_backslash = True  # keeps the underscore of coef_

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

sphinx_gallery_conf = {
    "examples_dirs": ["gallery"],
    "gallery_dirs": ["auto_gallery"],
    "filename_pattern": r"plot_",
    "backreferences_dir": "api/backreferences",
    "doc_module": ("langalign_sk",),
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e9,  # how long an example took on some machine is noise
    "write_computation_times": False,
    "plot_gallery": "True",
    "within_subsection_order": "FileNameSortKey",
    "thumbnail_size": (480, 336),
    "matplotlib_animations": False,
}
warnings.filterwarnings("ignore", category=UserWarning, message=".*non-interactive.*")

html_theme = "pydata_sphinx_theme"
html_title = "langalign_sk"
html_static_path = ["_static"]
html_extra_path = ["_extra"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "_static/mark.svg"
html_logo = "_static/mark.svg"
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_context = {"default_mode": "auto"}
html_math_renderer = "mathml"
html_theme_options = {
    "logo": {"text": "langalign_sk"},
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "collapse_navigation": True,
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
}
html_sidebars = {"index": [], "start": [], "choose": [], "faq": []}
