"""What the machine sees: USB devices and their descriptors, network interfaces."""
