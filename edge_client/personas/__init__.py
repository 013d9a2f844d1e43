"""Who can speak on this robot, and with which voices."""
