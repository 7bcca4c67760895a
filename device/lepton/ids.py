"""USB vendor and product id of a Lepton on a PureThermal board."""

USB_IDS = "1e4e:0100"
