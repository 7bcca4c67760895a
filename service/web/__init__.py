"""The web process: shows what the supervisor says on loopback, and carries requests back."""
