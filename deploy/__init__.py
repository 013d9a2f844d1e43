"""How the gateway and the robot's daemon are started at boot: templates, and what puts them in place."""
