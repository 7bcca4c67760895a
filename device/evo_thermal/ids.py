"""USB vendor and product id of an Evo Thermal."""

USB_IDS = "0483:5740"  # ST's own example ids, which many other devices carry too
