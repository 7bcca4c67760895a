"""Is this box fit? Small checks, each with a sentence and, where something is missing, a remedy.

Each room has a module with one function that yields findings; `rooms` names them all. A new one is
one line there. `names` is looked at before anything of another folder is imported.
"""
