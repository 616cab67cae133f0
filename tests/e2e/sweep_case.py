"""What the end-to-end tests of sweeps share: two targets, and what a sweep left."""
import csv
import json

from harness import Case

QUICK = ("--osl", "8", "--cool-down", "0", "--no-server-metrics")


class SweepCase(Case):
    def pair_of_engines(self, *flags):
        off = self.engine("--step-ms", "4", "--draft-length", "0", *flags)
        dl3 = self.engine("--step-ms", "4", "--draft-length", "3", *flags)
        return ("--target", f"off={off.url},gpus=2", "--target", f"dl3={dl3.url},gpus=2")

    def sweep(self, folder):
        return json.loads((folder / "sweep.json").read_text())

    def rows_of_pareto(self, folder):
        with (folder / "pareto.csv").open() as file:
            return list(csv.DictReader(file))
