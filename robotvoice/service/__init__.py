"""How the gateway and the robot's daemon start at boot, and whether they must do so again; see deploy/."""
