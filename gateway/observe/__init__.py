"""What became of every text: for the log, for counters, for `status`."""
