"""What runs on the robot: it finds the gateway, speaks through it, and speaks by itself when it must."""
