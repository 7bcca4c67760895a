"""The register of vetted hardware: dossiers, exclusion lists, rules, what the host sees, signatures."""
