"""The station: worker, sandbox, web service, alert screen, command line, deployment."""
