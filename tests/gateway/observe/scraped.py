"""What a gateway's `/metrics` says, as a monitor reads it."""

from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.in_process import RunningGateway


async def scraped(gateway: RunningGateway) -> "Scraped":
    answer = await gateway.ask("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Scraped(answer.body.decode())


class Scraped:
    """Read as Prometheus reads it, or the test fails."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def value(self, name: str, **labels: str) -> float:
        """Of all series with these labels together; 0.0 if there are none."""
        found = [
            sample.value
            for sample in self.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found)

    def labels(self, name: str) -> list[Mapping[str, str]]:
        """Of each series of this name."""
        return [sample.labels for sample in self.samples if sample.name == name]
