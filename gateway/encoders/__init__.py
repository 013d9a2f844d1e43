"""The rate and the formats that sound leaves in."""
