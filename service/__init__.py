"""The station: worker, sandbox, web service, alert screen, admin console, command line, deployment files."""
