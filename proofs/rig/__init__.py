"""What every proof stands on: programs that are started, read, waited for and ended for sure."""
