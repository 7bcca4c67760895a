"""USB vendor and product id of a Boson."""

USB_IDS = "09cb:4007"
