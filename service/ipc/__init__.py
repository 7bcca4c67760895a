"""What crosses a process border: typed messages, the channel, the preview memory, settings."""
