"""How the gateway and the robot's daemon are started at boot; the templates are in deploy/."""
