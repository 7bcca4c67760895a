"""The printed form of an acceptance: PDF/A-3a and PDF/UA-1, with the record inside as data.

Made of the record's bytes alone: the same record gives the same file, byte for byte. typst sets
it, in a short process of its own that is locked before typst is loaded. typst is an extra
(`requirements/report.txt`): a station has no need of it.
"""
