"""The lamp of the station: one small interface, and the relays that it may hang on."""
