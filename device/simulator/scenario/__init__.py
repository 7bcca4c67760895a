"""What happens: the scenario files, where everybody is when, and what is true."""
