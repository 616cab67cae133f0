"""Part (g): how the error of arrivals and the CPU per chunk change from 1 to 16 agents."""
import arrival_error
import cpu_per_chunk

STREAMS, CHUNKS_PER_S = 512, 50
AGENTS = (1, 4, 16)


def measure(settings):
    rows = []
    for agents in AGENTS:
        arrival = arrival_error.fair_row(settings, "kernel", STREAMS, CHUNKS_PER_S, agents)
        runs = [cpu_per_chunk.fair_run(settings, "agent", STREAMS, CHUNKS_PER_S, agents)
                for _ in range(min(settings.repetitions, 3))]
        row = {"agents": agents, "arrival": arrival, "cpu": cpu_per_chunk.medians(runs),
               "cpu_void": cpu_per_chunk.void_of("agents", runs)}
        rows.append(row)
        settings.show(f"{arrival_error.line_of(arrival)}\n          all agents together: CPU "
                      f"{row['cpu']['cpu_us']:.2f} us a chunk, {row['cpu']['wakes_per_s']:,.0f} wakes/s"
                      + (f"  VOID: {row['cpu_void']}" if row["cpu_void"] else ""))
    return rows
