"""This machine's networks."""

from robotvoice.ground.interfaces import Interface, interfaces_of

NO_NETWORK = "this machine has no network: connect it to the one that the gateway is in"


def own_interfaces() -> tuple[Interface, ...]:
    """Those that are up. Raises OSError."""
    import ifaddr  # comes with zeroconf, and a robot that knows its gateway needs neither

    return interfaces_of(ifaddr.get_adapters())


def has_network() -> bool:
    """Whether it has an address that others could reach; its own loopback is none."""
    try:
        return any(not each.is_loopback for each in own_interfaces())
    except OSError:  # a machine that is full may well have one
        return True
