"""From a face to a temperature: where to measure, what to correct, and how sure it is."""
