"""Hours of faults in seconds: the chain, breakers, canaries and the worker's line on a clock that leaps.

Everything that decides is real; what makes sound is played by fakes that break by a schedule. The same seed
gives the same log on every machine.
"""
