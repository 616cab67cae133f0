"""Part (g): how the error of arrivals and the CPU per chunk change from 1 to 16 agents."""
import arrival_error
import cpu_per_chunk
from quantiles import median

STREAMS, CHUNKS_PER_S = 512, 50
AGENTS = (1, 4, 16)


def measure(settings):
    rows = []
    for agents in AGENTS:
        arrival = arrival_error.fair_row(settings, "kernel", STREAMS, CHUNKS_PER_S, agents)
        cpu_us = median([cpu_per_chunk.one_run(settings, "agent", STREAMS, CHUNKS_PER_S, agents)["cpu_us"]
                         for _ in range(min(settings.repetitions, 3))])
        rows.append({"agents": agents, "cpu_us": cpu_us, "arrival": arrival})
        settings.show(f"{arrival_error.line_of(arrival)}  CPU {cpu_us:.2f} us a chunk, all agents together")
    return rows
