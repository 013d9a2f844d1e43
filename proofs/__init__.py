"""What proves the promises: faults, networks, hours, figures. Nothing of it is installed."""
