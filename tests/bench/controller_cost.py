"""Part (e): the controller's CPU under load, as a slope over its agents' CPU and a fixed cost."""
from cpu_per_chunk import fair_run
from quantiles import line_fit, median

CHUNKS_PER_S = 50
STREAMS = (64, 256, 512, 1024)
AGENTS = 2


def measure(settings):
    points, slow = [], 0
    for streams in STREAMS:
        runs = [fair_run(settings, "agent", streams, CHUNKS_PER_S, AGENTS)
                for _ in range(min(settings.repetitions, 3))]
        slow += sum(not run["kept_pace"] for run in runs)
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
    void = f"in {slow} runs the engine did not keep its pace" if slow else None
    if void:
        settings.show(f"  VOID: {void}")
    return {"points": points, "slope": slope, "fixed_cost_cores": fixed, "void": void}
