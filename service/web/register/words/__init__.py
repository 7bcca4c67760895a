"""The words of the register page in four languages: one TOML catalogue each, with the same keys."""
