"""The check code: what a station says of itself, signed, short enough for a QR code."""
