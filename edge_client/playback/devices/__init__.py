"""Cards, devices and mixers of this machine."""
