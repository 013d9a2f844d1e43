"""How the gateway and the robot's daemon start at boot, and whether they must start again; see also deploy/."""
