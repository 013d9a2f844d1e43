"""Why nothing is heard, or not all of it: what is looked at, and a count that an ear judges."""
