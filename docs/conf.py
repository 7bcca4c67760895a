"""How the documentation becomes a web site: `scripts/docs` builds it into `build/docs`."""

project = "Limen"
copyright = "2026, The Limen authors"
extensions = ["myst_parser"]
myst_heading_anchors = 4  # links to headings are checked, too
nitpicky = True
smartquotes = False
# The source is the whole project, so that its pages at the top and in training/ are pages here.
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "training/*.md"]
html_theme = "furo"
html_title = "Limen"
html_copy_source = False
html_show_sphinx = False
html_domain_indices = html_use_index = False
