"""Whether this machine has a network at all."""

import ipaddress

NO_NETWORK = "this machine has no network: connect it to the one that the gateway is in"


def has_network() -> bool:
    """Whether it has an address that others could reach; its own loopback is none."""
    import ifaddr  # comes with zeroconf, and is needed only to explain a failure

    addresses = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips)
    hosts = (address if isinstance(address, str) else address[0] for address in addresses)
    return any(not ipaddress.ip_address(host).is_loopback for host in hosts)
