"""The register of vetted hardware: dossiers, exclusion lists, rules, host view, signatures."""
