#!/usr/bin/env python3
"""The benchmark's own arithmetic: join, quantiles, coverage, truth of printed figures, journal bytes, counters."""
import json
import struct
import unittest

import acceptance_truth
import chunk_join
import compare_calls
import fleet_runs
import flavour_cases
import flavour_figures
import journal_bytes
import printed_figures
import quantiles
import real_engine
import targets


def send_log(*chunks, response="r", read_ns=0):
    lines = [json.dumps({"event": "read", "response_id": response, "unix_ns": read_ns})]
    lines += [json.dumps({"response_id": response, "chunk": i, "send_begin_unix_ns": begin,
                          "send_end_unix_ns": end, "tokens": tokens})
              for i, (begin, end, tokens) in enumerate(chunks)]
    return chunk_join.SendLog(lines)


def export(*chunks, response="r"):
    """Lines of (t_ns, t_early_ns), T0 being at 1,000,000 ns of wall clock."""
    return chunk_join.exported_chunks(
        json.dumps({"response_id": response, "chunk": i, "t_ns": t, "t_early_ns": early,
                    "t_unix_ns": t + 1_000_000}) for i, (t, early) in enumerate(chunks))


class QuantilesTest(unittest.TestCase):
    def test_nearest_rank_never_interpolates(self):
        self.assertEqual(quantiles.quantile([1, 2, 3, 4], 0.5), 2)
        self.assertEqual(quantiles.quantile([1, 2, 3, 4], 0.99), 4)
        self.assertEqual(quantiles.quantile([7], 0.01), 7)
        self.assertIsNone(quantiles.quantile([], 0.5))

    def test_a_line_is_fitted_exactly(self):
        slope, fixed = quantiles.line_fit([1, 2, 4], [5, 7, 11])
        self.assertAlmostEqual(slope, 2)
        self.assertAlmostEqual(fixed, 3)


class ChunkJoinTest(unittest.TestCase):
    def test_an_arrival_within_the_send_has_no_error(self):
        log = send_log((1_010_000, 1_020_000, 1))
        pairs, unmatched = chunk_join.join(log.sent, export((15_000, 15_000)))
        self.assertEqual(unmatched, 0)
        self.assertEqual(chunk_join.distance_ns(pairs[0]), 0)
        self.assertTrue(chunk_join.covered(pairs[0]))

    def test_errors_count_on_both_sides(self):
        log = send_log((1_010_000, 1_020_000, 1), (1_030_000, 1_040_000, 1))
        pairs, _ = chunk_join.join(log.sent, export((4_000, 4_000), (47_000, 47_000)))
        self.assertEqual([chunk_join.distance_ns(pair) for pair in pairs], [6_000, 7_000])
        self.assertFalse(any(map(chunk_join.covered, pairs)))

    def test_an_early_bound_covers_what_came_before_the_stamp(self):
        log = send_log((1_010_000, 1_020_000, 1))
        pairs, _ = chunk_join.join(log.sent, export((50_000, 20_000)))
        self.assertTrue(chunk_join.covered(pairs[0]))
        figures = chunk_join.arrival_errors(pairs)
        self.assertEqual(figures["coverage"], 1)
        self.assertEqual(figures["width_us"]["p50"], 30)
        self.assertEqual(figures["error_us"]["p99"], 30)

    def test_chunks_of_one_side_only_are_counted(self):
        log = send_log((1_010_000, 1_020_000, 1), (1_030_000, 1_040_000, 1))
        _, unmatched = chunk_join.join(log.sent, export((15_000, 15_000)))
        self.assertEqual(unmatched, 1)
        _, unmatched = chunk_join.join(log.sent, export((15_000, 15_000), response="other"))
        self.assertEqual(unmatched, 3)

    def test_a_stream_that_falls_off_its_grid_is_late(self):
        log = send_log((100, 101, 1), (200, 201, 1), (330, 331, 1))
        self.assertEqual(chunk_join.lateness_ns(log.sent, 100), [(100, 0), (200, 0), (330, 30)])


    def test_the_steady_state_begins_where_the_engine_has_caught_up(self):
        late = [(0, 0), (100, 50), (150, 30), (230, 4), (290, 5), (330, 60)]
        self.assertEqual(chunk_join.caught_up_at(late, 100, 100, 5), 200)
        self.assertEqual(chunk_join.caught_up_at(late, 250, 100, 5), None)


class PrintedFiguresTest(unittest.TestCase):
    def test_figures_leave_the_first_chunk_out(self):
        log = send_log((0, 1, 1), (20_000_000, 20_000_001, 3), (50_000_000, 50_000_001, 2))
        figures = printed_figures.figures_of(log.sent)
        self.assertEqual(figures["step_latency_ms"], [20, 30])
        self.assertEqual(figures["itl_ms"], [10])
        self.assertEqual(figures["user_tps"], [100])

    def test_one_per_cent_or_100_us(self):
        self.assertTrue(printed_figures.verdict("itl_ms", "p50", 1.09, 1.0)["ok"])
        self.assertTrue(printed_figures.verdict("itl_ms", "p50", 100.9, 100.0)["ok"])
        self.assertFalse(printed_figures.verdict("itl_ms", "p50", 101.1, 100.0)["ok"])
        self.assertFalse(printed_figures.verdict("user_tps", "p50", 1.09, 1.0)["ok"])


class JournalBytesTest(unittest.TestCase):
    def test_every_byte_of_a_batch_is_in_one_part(self):
        batch = b"\x08\x01" + b"\x42\x03abc" + b"\x4a\x02xy" + b"\x11" + bytes(8)
        event = b"\x4a" + bytes([len(batch)]) + batch
        scrape = b"\x52\x01z"
        data = b"".join(struct.pack("<II", len(r), 0) + r for r in (event, scrape))
        parts = journal_bytes.batch_bytes(data)
        self.assertEqual(parts["chunks"], 5)
        self.assertEqual(parts["finished"], 4)
        self.assertEqual(sum(parts.values()), 8 + len(event))


class CountersTest(unittest.TestCase):
    TEXT = """# TYPE vllm:spec_decode_num_drafts_total counter
vllm:spec_decode_num_drafts_total{engine="0",model_name="tiny"} 5.0
vllm:spec_decode_num_drafts_total{engine="1",model_name="tiny"} 1.5e1
vllm:spec_decode_num_drafts_created{engine="0",model_name="tiny"} 1.7959460448949895e+09
vllm:inter_token_latency_seconds_count{engine="0"} 7.0
"""

    def test_series_of_a_counter_are_summed(self):
        sums = real_engine.sums_of(self.TEXT, real_engine.COUNTERS["vllm"])
        self.assertEqual(sums, {"drafts": 20, "steps": 7})
        self.assertEqual(real_engine.sums_of("llamacpp:tokens_predicted_total 40\n",
                                             real_engine.COUNTERS["llama"]), {"generated": 40})

    def test_a_counter_that_appears_later_grew_from_0(self):
        self.assertEqual(real_engine.growth({"steps": 2.0}, {"steps": 7.0, "drafts": 3.0}),
                         {"steps": 5, "drafts": 3})


class AcceptanceTruthTest(unittest.TestCase):
    GROWN = {"steps": 10.0, "generated": 31.0, "first": 1.0, "drafts": 8.0, "accepted": 22.0}
    CONFIGURATION = acceptance_truth.vllm("some", {}, "detailed")

    def row(self, grown=None, requests=None, **acceptance):
        summary = {"verdict": {"state": "valid", "labels": ["a", "b"]}, "acceptance": {"source": "per_request"},
                   "whole_run": {"acceptance": acceptance}}
        requests = requests or [{"outcome": "ok", "output_tokens": 31, "steps": 10}]
        return acceptance_truth.row_of(self.CONFIGURATION, acceptance_truth.Load(8, 31, 1), summary, requests, grown or self.GROWN)

    def test_the_engines_figures_follow_from_its_counters(self):
        self.assertEqual(acceptance_truth.engine_figures(self.GROWN),
                         {"uncut": 3.2, "delivered": 3, "per_draft": 3.75})
        self.assertEqual(acceptance_truth.engine_figures({"generated": 31.0, "drafts": 0.0, "accepted": 0.0}),
                         {"uncut": None, "delivered": None, "per_draft": None})

    def test_a_figure_more_than_1_per_cent_apart_is_missed(self):
        good = self.row(per_step={"value": 3.22, "low": 3.1, "high": 3.3}, per_draft={"value": 3.75})
        self.assertEqual(acceptance_truth.judged(good), ("met", "uncut 0.63%, delivered -, per_draft 0.00%"))
        bad = self.row(per_step={"value": 3.2}, delivered_per_step={"value": 3.04})
        self.assertEqual(acceptance_truth.judged(bad)[0], "missed")
        self.assertEqual(acceptance_truth.judged(self.row())[0], "not measured")

    def test_tokens_must_be_equal(self):
        requests = [{"outcome": "ok", "output_tokens": 30}]
        state, value = acceptance_truth.judged(self.row(requests=requests, per_step={"value": 3.2}))
        self.assertEqual(state, "missed")
        self.assertIn("tokens 30 for 31", value)

    def test_counters_of_more_than_the_ok_requests_judge_nothing(self):
        failed = [{"outcome": "ok", "output_tokens": 31}, {"outcome": "failed"}]
        self.assertEqual(acceptance_truth.judged(self.row(requests=failed))[0], "void")
        self.assertEqual(acceptance_truth.judged(self.row(grown={**self.GROWN, "first": 2.0}))[0], "void")

    def test_several_targets_sources_are_told_apart(self):
        self.assertEqual(acceptance_truth.source_of({"source": "chunks"}), "chunks")
        mixed = [{"target": 0, "source": "per_request", "requests": 30, "share": 1},
                 {"target": 1, "source": "chunks", "requests": 10, "share": 1}]
        self.assertEqual(acceptance_truth.source_of({"sources": mixed}), "per_request 75%, chunks 25%")
        self.assertEqual(acceptance_truth.source_of({"sources": mixed[:1]}), "per_request")

    def test_steps_of_sglang_are_all_drafts_and_their_tokens_have_one_free(self):
        figures = acceptance_truth.engine_figures({"steps": 2305.0, "step_tokens": 5993.0})
        self.assertAlmostEqual(figures["per_draft"], 2.6)
        self.assertEqual(figures["uncut"], figures["per_draft"])

    def test_a_counter_is_of_the_series_with_its_label(self):
        text = 'a_total{mode="x",rank="0"} 3\na_total{mode="y",rank="0"} 5\nb_total 7\n'
        self.assertEqual(real_engine.sums_of(text, {"a": 'a_total{mode="x"}', "b": "b_total"}),
                         {"a": 3.0, "b": 7.0})

    def test_a_line_shows_what_is_there(self):
        row = self.row(per_step={"value": 3.2, "low": 3.1, "high": 3.3}, delivered_per_step={"low": 2.0,
                                                                                           "high": 3.5})
        self.assertEqual(acceptance_truth.line_of(row),
                         "| some | 8 | 31 | 1 | - | 31, 31 | 10, 10 | per_request | 3.2000 (3.1000 .. 3.3000), 3.2000 "
                         "| 2.0000 .. 3.5000, 3.0000 | -, 3.7500 | - | - | valid | a b |")


class FleetRunsTest(unittest.TestCase):
    @staticmethod
    def lines(*runs):
        return "\n".join(json.dumps({"to_t0_ms": to_t0, "lead_ms": 100, "load_ms": 1, "end_ms": end,
                                     "rows": fleet_runs.ROWS, "ok": ok}) for to_t0, end, ok in runs)

    def test_the_worst_run_is_judged(self):
        told = []
        figures = fleet_runs.figures_of(self.lines((130, 9, 1000), (501, 20, 1000), (120, 8, 1000)), told.append)
        self.assertEqual((figures["to_t0_ms"]["median"], figures["to_t0_ms"]["max"]), (130, 501))
        self.assertEqual([row["state"] for row in targets.judged({"fleet": figures})], ["missed", "met"])
        self.assertEqual(len(told), 3)

    def test_a_run_without_all_its_answers_is_no_measurement(self):
        with self.assertRaises(RuntimeError):
            fleet_runs.figures_of(self.lines((130, 9, 999)), print)
        with self.assertRaises(RuntimeError):
            fleet_runs.figures_of("", print)


class TargetsTest(unittest.TestCase):
    def test_only_figures_that_can_be_exact_are_required(self):
        rows = [{"configuration": name, "statistics": name == "told", "osl": 16, "void": "stopped"}
                for name in ("told", "untold")]
        found = targets.judged({"acceptance": rows})
        self.assertEqual([(row["state"], row["required"]) for row in found], [("void", True), ("void", False)])

    def test_a_void_row_meets_nothing(self):
        row = {"client": "kernel", "streams": 512, "chunks_per_s": 50, "agents": 1, "void": "late"}
        states = {found["state"] for found in targets.judged({"arrival": [row]})}
        self.assertEqual(states, {"void", "not measured"})

    def test_an_error_below_the_resolution_counts_as_the_resolution(self):
        kernel, asyncio = ({"void": None, "steady": {"error_us": {"p99": p99}}} for p99 in (0.0, 900))
        first, second = targets.error_targets(kernel, asyncio)
        self.assertEqual((first["state"], first["value"]), ("met", "1 us"))
        self.assertEqual((second["state"], second["value"]), ("missed", "900 times"))

    def test_a_void_load_meets_no_target_of_cpu(self):
        rows = [{"load": load, "ratio": 1.0, "void": void, "agent": {"cpu_us": 5.0}}
                for load, void in (("512", None), ("1024", "slow"), ("4096", None))]
        states = [found["state"] for found in targets.judged({"cpu": rows})]
        self.assertEqual(states, ["met", "void", "met"])


class CompareCallsTest(unittest.TestCase):
    ROW = {"pairs": 0, "refused": 0, "pairs_with_false_call": 0, "false_calls": {}, "outside": {}, "lines": {}}

    @staticmethod
    def comparison(low, finding, comparable=True):
        number = {"difference": {"value": low + 1, "low": low, "high": low + 2}, "finding": finding}
        hidden = {**number, "finding": "none"}
        figures = {"output_tps": number,
                   "user_tps_mean": hidden,
                   "ttft_ms": {"finding": finding,
                               "statistics": {"p50": number, "p75": hidden,
                                              "p99": {"difference": {"value": 1}, "finding": "none"}}},
                   "user_tps": {"finding": finding, "statistics": {"p10": number, "p90": hidden}}}
        return {"comparable": comparable, "refusals": [], "figures": figures}

    def test_lines_are_those_of_the_table_that_have_an_interval(self):
        lines = [name for name, _ in compare_calls.lines_of(self.comparison(-1, "no_difference"))]
        self.assertEqual(lines, ["output_tps", "ttft_ms p50", "user_tps p10"])

    def test_a_pair_counts_once_and_a_refused_one_not(self):
        row = json.loads(json.dumps(self.ROW))
        compare_calls.add_pair(row, self.comparison(-1, "no_difference"))
        compare_calls.add_pair(row, self.comparison(1, "better"))
        compare_calls.add_pair(row, self.comparison(1, "none", comparable=False))
        compare_calls.add_pair(row, self.comparison(1, "unclear"))
        self.assertEqual((row["pairs"], row["refused"], row["pairs_with_false_call"]), (3, 1, 1))
        self.assertEqual(row["outside"], {"output_tps": 2, "ttft_ms p50": 2, "user_tps p10": 2})
        self.assertEqual(row["lines"]["output_tps"], 3)


class FlavourFiguresTest(unittest.TestCase):
    """Two drafts of 2 tokens with 2 and 1 accepted, after the prompt's token; the last step is cut by one."""
    TRUTH = {"requests": 1, "aborted": 0, "generation_tokens": 5, "tokens_beyond_stop": 0, "cached_tokens": 0,
             "decode_steps": 2, "drafts": 2, "draft_tokens": 4, "accepted_tokens": 3, "drafted_by_position": [2, 2],
             "accepted_by_position": [2, 1]}
    ROW = {"outcome": "ok", "output_tokens": 5, "start_ns": 0, "first_token_ns": 9_000_000}
    RIGHT = {"per_step": {"value": 2.5}, "per_draft": {"value": 2.5}, "accept_rate": {"value": 0.75},
             "delivered_per_step": {"value": 2.0}, "joint": [1.0, 0.5], "conditional": [1.0, 0.5]}
    FLAVOUR = flavour_cases.Flavour("f", "vllm", sources=("counters", "chunks"))

    def complaints(self, counters, chunks, case=flavour_cases.PLAIN):
        summary = {"whole_run": {}, "acceptance_of_counters": counters, "acceptance_from_chunks": chunks}
        figures = flavour_figures.all_figures(summary, [self.ROW], self.TRUTH, step_ms=2, engine="vllm")
        return flavour_figures.complaints(self.FLAVOUR, case, figures)

    def test_what_counts_must_be_equal_and_what_estimates_near(self):
        chunks = {"per_step": {"value": 2.4, "low": 2.2, "high": 2.6}, "delivered_per_step": {"value": 2.0}}
        self.assertEqual(self.complaints(self.RIGHT, chunks), [])
        wrong = {**self.RIGHT, "accept_rate": {"value": 0.7500001}, "conditional": [1.0, 0.49]}
        self.assertEqual(self.complaints(wrong, chunks),
                         ["counters accept_rate 0.75 for 0.75", "counters conditional_2 0.49 for 0.5"])
        far = {**chunks, "per_step": {"value": 2.7, "low": 2.6, "high": 2.8}}
        self.assertEqual(self.complaints(self.RIGHT, far), ["chunks per_step 2.7 for 2.5"])

    def test_a_source_may_be_marked_or_absent_only_where_that_is_expected(self):
        marked = {"per_step": {"value": 9.0}, "delivered_per_step": {"value": 8.0}, "approximate": True}
        self.assertEqual(self.complaints(self.RIGHT, marked), ["chunks not exact, as they say themselves"])
        self.assertEqual(self.complaints(self.RIGHT, None), ["nothing from chunks"])
        self.assertEqual(self.complaints(self.RIGHT, marked, flavour_cases.Case("c", marked=("chunks",))), [])
        self.assertEqual(self.complaints(self.RIGHT, None, flavour_cases.Case("c", without=("chunks",))), [])

    def test_no_length_may_be_missing_and_no_reply_left_out(self):
        chunks = {"per_step": {"value": 2.5}, "delivered_per_step": {"value": 2.0}}
        less = {key: value for key, value in self.RIGHT.items() if key != "per_draft"}
        self.assertEqual(self.complaints(less, chunks), ["counters without per_draft"])
        self.assertEqual(self.complaints(self.RIGHT, {**chunks, "source_share": 0.97}),
                         ["chunks of some of the requests only"])


if __name__ == "__main__":
    unittest.main()
