"""The program of a scene: the script that it was told."""

import sys

if __name__ == "__main__":
    script = sys.argv.pop(3)
    exec(compile(script, "scene", "exec"), {"__name__": "__main__"})  # noqa: S102 - a test's
