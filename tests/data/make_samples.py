#!/usr/bin/env python3
"""Writes spoor's own sample data. Nothing in it is real: the bank, its policies, customers and runs are invented.

    make_samples.py [OUTDIR]              write the files (default: this folder)
    make_samples.py --check [OUTDIR]      compare instead; exit 1 if a file differs or is missing
    make_samples.py --summary [OUTDIR]    write, then print what the files hold

The same bytes at each run: fixed seeds, fixed dates. A .gz is compared by its content, as zlib versions pack differently.

traces-agent.jsonl   OTLP/JSON Lines, one export request per line, service dispute-agent, 15 to 20 November 2026. A batch
                     exporter's order: spans as they end, children first, traces cut across lines. Most spans follow the
                     OTel GenAI conventions, retrieval and guardrails OpenInference, tasks OpenLLMetry; some traces are
                     OpenInference or OpenLLMetry throughout. OpenLLMetry model calls carry no cost, as that dialect has none.
traces-eval.jsonl    the same container: one small trace per result of the two eval runs (prompt dispute v12, v13).
                     Trace id: e7a100VV DATE, case number (12 digits), repeat (4 digits).
traces-voice.json.gz one OTLP document, service voice-callback, OpenInference with human and judge annotations.
eval-v12.json        promptfoo export v3, prompt dispute v12, 14 November 09:12 UTC: 80 cases.
eval-v13.json        the same with v13, 20 November 16:40 UTC: the 80 cases and 2 new ones in the middle of the test list.
                     Rows are in order of completion. metadata.traceId of a row leads to traces-eval.jsonl.

evals-claims.tar.gz  three promptfoo exports over 120 insurance claims: claims-one-prompt (59 % right, 15 s), claims-steps (85 %, 6 s),
                     claims-rerank (75 %: the new step rerank-rules has all 14 losses); 20 claims are run three times; people judged 60 results.
traces-claims.jsonl.gz  a trace per result of these three.
evals-weekly.tar.gz  one eval set of 60 questions re-run on twelve Mondays, plain JSON documents; it drifts from 2 November on.
review-support.json  100 answers of a parcel service's assistant, nobody's verdict yet: 11 of outdated terms, 10 that promise, 9 without a case number;
                     the judge score judge_helpful sees next to none of that.

Planted in traces-agent.jsonl, d15b07e0 DATE …:
  d15b07e020261120000000000000b10c  "charged twice for the same hotel night": 31 spans, 12.42 s, pii-check fails on the IBAN
                                    at character 212 of draft-answer (8.61 s); get_balance three times with equal arguments;
                                    similar-cases runs beside the tools and costs no time
  d15b07e020261118000000000000ba1a  balance question, three equal get_balance calls, no error
  d15b07e0202611190000000000001009  loop: 12 tool calls, 13 model calls that re-send everything, about 40 USD
  d15b07e0202611170000000000005101  slow: retrieve-policy 27.34 s
  d15b07e0202611180000000000005102  slow: draft-answer 28.15 s, first token after 21.4 s
  d15b07e0202611200000000000005103  slow: get_transfer 26.72 s
  d15b07e0202611160000000000007e74  list_transactions fails (503), then works
  d15b07e020261119000000000000f1f0  span publish-event without an end
  d15b07e0202611180000000000000a9f  span notify-customer whose parent is in no file
  d15b07e020261117000000000000e4ce  draft-answer times out: exception event with stack trace, root in error
  d15b07e020261116000000000000c07f  answer cut off by the token limit (finish reason length)
From 17 November a third of the refund questions retrieve "Refund policy 2021" (60 days) in place of "Refund policy 2026"
(120 days), answer 60 days, and are judged ungrounded; OUTDATED below lists them. Untouched before that day.

Planted in the eval runs (a case counts by the majority of its repeats; 80 paired cases): v12 passes 56, v13 passes 71; 4 lost,
19 won, 1 new error, 31 changed, 25 the same. Three losses first differ at retrieve-policy (the 2021 policy), the fourth, "foreign
currency fee on a refund", is run three times and unstable: 2 of 3 in v12, 0 of 3 in v13. Mean groundedness 0.812 to 0.867,
relevance 0.904 to 0.897, v13 slower and slightly dearer.
"""

import argparse
import gzip
import io
import json
import struct
import sys
import tarfile
import zlib
from pathlib import Path

sys.dont_write_bytecode = True
import sample_claims  # noqa: E402
import sample_support  # noqa: E402
import sample_evals  # noqa: E402
import sample_spans  # noqa: E402
import sample_traces  # noqa: E402
import sample_voice  # noqa: E402

OUTDATED = [
    "d15b07e0202611170000000000000015",
    "d15b07e0202611170000000000000020",
    "d15b07e0202611170000000000000023",
    "d15b07e0202611180000000000000027",
    "d15b07e0202611180000000000000031",
    "d15b07e0202611190000000000000035",
    "d15b07e0202611190000000000000039",
    "d15b07e0202611200000000000000043",
    "d15b07e0202611200000000000000047",
]


def gz(data):
    """gzip by hand: no name, time 0, so that nothing but zlib itself can change a byte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + body + struct.pack("<II", zlib.crc32(data), len(data) % 2**32)


def tar(files):
    """A tar archive of texts, the same bytes each time."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            data = text.encode()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def build():
    """{file name: bytes}"""
    agent, outdated = sample_traces.agent_traces()
    assert outdated == OUTDATED, outdated
    runs = sample_evals.eval_files()
    evals = [trace for _, traces in runs.values() for trace in traces]
    voice = sample_voice.voice_traces()
    claim_runs, claims = sample_claims.claims()
    for traces in (agent, evals, voice, claims):
        validate(traces)
    entries = [dict(e, resource=t.resource) for t in voice for e in t.spans]
    return {
        "traces-agent.jsonl": sample_spans.export_lines(agent).encode(),
        "traces-eval.jsonl": sample_spans.export_lines(evals).encode(),
        "traces-voice.json.gz": gz((sample_spans.dumps(sample_spans.request(entries)) + "\n").encode()),
        "eval-v12.json": runs["v12"][0].encode(),
        "eval-v13.json": runs["v13"][0].encode(),
        "evals-claims.tar.gz": gz(tar(claim_runs)),
        "traces-claims.jsonl.gz": gz(sample_spans.export_lines(claims).encode()),
        "evals-weekly.tar.gz": gz(tar(sample_claims.weekly())),
        "review-support.json": sample_support.support().encode(),
    }


def validate(traces):
    """Ids are unique; a child lies within its parent; one root, but where the head says otherwise."""
    assert len({t.id for t in traces}) == len(traces)
    span_ids = [e["span"]["spanId"] for t in traces for e in t.spans]
    assert len(set(span_ids)) == len(span_ids)
    for trace in traces:
        by_id = {e["span"]["spanId"]: e["span"] for e in trace.spans}
        for span in by_id.values():
            start, end = int(span["startTimeUnixNano"]), span["endTimeUnixNano"]
            assert end is not None or trace.id == sample_traces.PLANTED["unfinished"], trace.id
            assert end is None or int(end) > start, (trace.id, span["name"])
            parent = by_id.get(span["parentSpanId"])
            assert parent or not span["parentSpanId"] or trace.id == sample_traces.PLANTED["orphan"], trace.id
            if parent:
                assert int(parent["startTimeUnixNano"]) <= start, (trace.id, span["name"])
                assert end is None or int(end) <= int(parent["endTimeUnixNano"]), (trace.id, span["name"])


def content(path):
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def check(files, folder):
    differ = []
    for name, data in files.items():
        path = folder / name
        want = gzip.decompress(data) if path.suffix == ".gz" else data
        if not path.exists() or content(path) != want:
            differ.append(name)
    for name in differ:
        print(f"{folder / name}: differs from what make_samples.py writes", file=sys.stderr)
    return 1 if differ else 0


def spans_of(text):
    for line in text.splitlines():
        for resource_spans in json.loads(line)["resourceSpans"]:
            for scope_spans in resource_spans["scopeSpans"]:
                yield from scope_spans["spans"]


def summary_traces(folder, name):
    text = content(folder / name).decode()
    spans = list(spans_of(text))
    ids = {s["spanId"] for s in spans}
    events = [e["name"] for s in spans for e in s.get("events", [])]
    annotations = sum(1 for s in spans for a in s["attributes"] if a["key"].endswith("annotation.name"))
    print(f"{name}: {len(text.splitlines())} lines, {len({s['traceId'] for s in spans})} traces, {len(spans)} spans, "
          f"{sum(1 for s in spans if not s.get('parentSpanId'))} roots, "
          f"{sum(1 for s in spans if s.get('parentSpanId') and s['parentSpanId'] not in ids)} orphans, "
          f"{sum(1 for s in spans if 'endTimeUnixNano' not in s)} unfinished, "
          f"{sum(1 for s in spans if s.get('status', {}).get('code') == 2)} spans in error, "
          f"{events.count('gen_ai.evaluation.result')} evaluation events, {annotations} annotations, {events.count('exception')} exceptions")


def quantile(values, p):
    values = sorted(values)
    h = (len(values) - 1) * p
    low = int(h)
    return values[low] + (h - low) * (values[min(low + 1, len(values) - 1)] - values[low])


def cases_of(rows):
    out = {}
    for r in rows:
        out.setdefault((r["testCase"]["description"], r["vars"]["question"]), []).append(r)
    return out


def verdict(rows):
    count = [sum(1 for r in rows if r["failureReason"] == f) for f in (0, 1, 2)]
    return "pass" if 2 * count[0] > len(rows) else "error" if 2 * count[2] > len(rows) else "fail"


def mean(values):
    return sum(values) / len(values)


def summary_evals(folder):
    runs = [cases_of(json.loads(content(folder / f"eval-{v}.json"))["results"]["results"]) for v in ("v12", "v13")]
    for version, cases in zip(("v12", "v13"), runs):
        rows = [r for group in cases.values() for r in group]
        graded = [r for r in rows if r["gradingResult"]]
        named = sum(len(set(r["namedScores"]) - {p["assertion"].get("metric") for p in r["gradingResult"]["componentResults"]}) for r in graded)
        scores = sum(len(r["gradingResult"]["componentResults"]) for r in graded) + named
        count = [sum(1 for r in rows if r["failureReason"] == f) for f in (0, 1, 2)]
        print(f"eval-{version}.json: 1 run, {len(rows)} results of {len(cases)} cases, {count[0]} passed, {count[1]} failed, "
              f"{count[2]} errored, {scores} scores; cases by majority: "
              f"{[verdict(g) for g in cases.values()].count('pass')} pass")
    summary_compare(*runs)


def summary_compare(a, b):
    paired = [k for k in a if k in b]
    classes = {}
    for key in paired:
        va, vb = verdict(a[key]), verdict(b[key])
        shown = [[(r.get("response", {}).get("output"), r["namedScores"]) for r in run[key]] for run in (a, b)]
        kind = ("lost" if (va, vb) == ("pass", "fail") else "won" if va != "pass" and vb == "pass" else
                "new error" if vb == "error" else "same" if shown[0] == shown[1] and va == vb else "changed")
        classes[kind] = classes.get(kind, 0) + 1
    print(f"compare: {len(paired)} paired, {len(a) - len(paired)} only in v12, {len(b) - len(paired)} only in v13; {classes}")
    for name in ("groundedness", "relevance"):
        both = [k for k in paired if all(name in r["namedScores"] for r in a[k] + b[k])]
        print(f"  {name}: {mean([mean([r['namedScores'][name] for r in a[k]]) for k in both]):.4f} -> "
              f"{mean([mean([r['namedScores'][name] for r in b[k]]) for k in both]):.4f} over {len(both)}")
    rows = [[r for k in paired for r in run[k] if r["failureReason"] != 2] for run in (a, b)]
    for p in (0.5, 0.95):
        print(f"  latency P{100 * p:.0f}: {quantile([r['latencyMs'] for r in rows[0]], p):.0f} -> {quantile([r['latencyMs'] for r in rows[1]], p):.0f} ms")
    print(f"  cost per result: {mean([r['cost'] for r in rows[0]]):.4f} -> {mean([r['cost'] for r in rows[1]]):.4f} USD")


def main():
    parser = argparse.ArgumentParser(description="Writes spoor's sample data.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--check", action="store_true", help="compare with what is there; exit 1 on a difference")
    parser.add_argument("--summary", action="store_true", help="print what the files hold")
    args = parser.parse_args()
    files = build()
    if args.check:
        return check(files, args.folder)
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (args.folder / name).write_bytes(data)
    if args.summary:
        for name in ("traces-agent.jsonl", "traces-eval.jsonl", "traces-voice.json.gz"):
            summary_traces(args.folder, name)
        summary_evals(args.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
