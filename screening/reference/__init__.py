"""The external temperature reference source: found, watched, and turned into an offset."""
