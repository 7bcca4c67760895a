"""What is known of hardware, and who signed it: dossiers, exclusion lists, policy, trust."""
