"""What pytest leaves alone here: the site's scripts are run by the build, its output by nobody."""

collect_ignore_glob = [
    "*.py",
    "_build/*",
    "_ext/*",
    "_extra/*",
    "_static/*",
    "pictures/*",
    "gallery/*",
    "auto_gallery/*",
    "api/*",
]
