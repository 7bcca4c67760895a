"""The only rooms that write: settings, audit trail, counters, records, the admin password."""
