"""Without a station: recordings and scenarios headless, ground truth, clinical data, the bench."""
