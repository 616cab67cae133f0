"""Part (e): the controller's CPU under load, as a slope over its agents' CPU and a fixed cost."""
from cpu_per_chunk import one_run
from quantiles import line_fit, median

CHUNKS_PER_S = 50
STREAMS = (64, 256, 512, 1024)
AGENTS = 2


def measure(settings):
    points = []
    for streams in STREAMS:
        runs = [one_run(settings, "agent", streams, CHUNKS_PER_S, AGENTS)
                for _ in range(min(settings.repetitions, 3))]
        point = {"streams": streams, "agents_cpu": median([run["cpu_share"] for run in runs]),
                 "controller_cpu": median([run["parent_share"] for run in runs])}
        points.append(point)
        settings.show(f"  {streams:>5} streams x {CHUNKS_PER_S}/s over {AGENTS} agents: agents "
                      f"{point['agents_cpu']:.1%} of a core, controller "
                      f"{point['controller_cpu']:.2%}")
    slope, fixed = line_fit([point["agents_cpu"] for point in points],
                            [point["controller_cpu"] for point in points])
    settings.show(f"  the controller's CPU grows by {slope:.2%} of what its agents' grows by; "
                  f"fixed cost {fixed:.2%} of a core")
    return {"points": points, "slope": slope, "fixed_cost_cores": fixed}
