"""python -m tests.addresses.announcer NAME ID ADDRESS...: announces a gateway, as other programs would."""

import sys
import threading

from zeroconf import ServiceInfo, Zeroconf

from robotvoice.wire.wire import DEFAULT_PORT, PROTOCOL_VERSION, SERVICE_TYPE


def main() -> None:
    name, identity, *addresses = sys.argv[1:]
    service = ServiceInfo(
        SERVICE_TYPE,
        f"{name}.{SERVICE_TYPE}",
        port=DEFAULT_PORT,
        properties={
            "v": str(PROTOCOL_VERSION),
            "id": identity,
            "tls": str(DEFAULT_PORT + 1),
            "personas": "spark",
        },
        server=f"{name}.local.",
        parsed_addresses=addresses,
    )
    Zeroconf().register_service(service)
    print("announced", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
