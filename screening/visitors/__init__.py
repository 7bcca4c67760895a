"""Who is who: faces followed, visitors with their measurements, and their verdicts."""
