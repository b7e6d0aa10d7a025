# Without a terminal: what there is.
$ spoor samples
traces-agent.jsonl        852 kB  OTLP: 59 traces of a bank's dispute agent, one slow, one in a loop, one that leaks an IBAN
traces-voice.json.gz      4.1 kB  OTLP: 6 traces of a voice callback service, with judge and human scores
traces-eval.jsonl         1.2 MB  OTLP: a trace for each result of the two runs below
eval-v12.json             233 kB  promptfoo: 80 cases of the dispute agent, prompt v12
eval-v13.json             252 kB  promptfoo: the same cases a week later, prompt v13
evals-claims.tar.gz      75.4 kB  promptfoo: an insurer's claims triage, three ways to build it
traces-claims.jsonl.gz    141 kB  OTLP: a trace for each result of these three
evals-weekly.tar.gz      14.6 kB  one eval set re-run on twelve Mondays; it drifts from the tenth on
review-support.json      31.2 kB  100 answers of a parcel service's assistant that nobody has judged yet
$ spoor samples --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["folder"], [(s["name"], s["bytes"]) for s in d["samples"]][:2])'
None [('traces-agent.jsonl', 851958), ('traces-voice.json.gz', 4081)]
# Written: the same bytes as in the tree.
$ spoor samples --out $T/s | tail -n 1
written to $T/s
$ for f in $T/s/*; do cmp $f tests/data/${f##*/} || echo differs; done; ls $T/s | wc -l
9
$ spoor samples --out $T/s --json | python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["folder"])'
$T/s
# What somebody has there is left alone.
$ echo mine > $T/s/eval-v12.json; spoor samples --out $T/s 2>&1; cat $T/s/eval-v12.json
spoor: $T/s/eval-v12.json is there already, with other contents
mine
$ spoor samples --out $T/s --keep 2>&1
spoor: --out writes the files, --keep imports them: one of the two
? 2
$ spoor samples --out $T/no/such 2>&1
spoor: cannot make the folder $T/no/such: No such file or directory
? 4
# Kept: in one's own store, once.
$ spoor samples --keep 2>/dev/null | tail -n 1
22 files: 711 traces, 3,921 spans, 3,640 scores, 18 eval runs, 1,466 case results  all new
$ spoor samples --keep 2>/dev/null | tail -n 1
22 files: 711 traces, 3,921 spans, 3,640 scores, 18 eval runs, 1,466 case results  new: nothing
$ ls $HOME/data/spoor/samples | wc -l
9
$ spoor forget $HOME/data/spoor/samples/eval-v12.json --yes 2>&1 | tail -n 1
forgotten: 1 eval run, 82 case results, 1 file; the store went from 3.5 MB to 3.2 MB
# The first page of the manual.
$ spoor help start
spoor shows what LLM applications did, step by step, and how they answered, run
against run. It reads files, on this machine: no server, no account.

  spoor samples           sample data that goes away again, and things to try
  spoor run.json logs/    import what is new in them, open the explorer
  spoor                   the explorer on all that was imported
  spoor compare v12 v13   the same answers without a screen

Files are known by their content, never by their name; the same file again adds
nothing. In the explorer j and k (or the arrows) move, Enter opens what the
cursor is on, q goes back, Tab walks the tabs, e goes to the next error, & keeps
only what matches a filter, / searches, and ? lists all keys of the screen you
are on. The line at the bottom says which matter there.

Every screen has a command that prints the same: as text, and with --json for
programs.

Where files come from
  promptfoo       promptfoo eval -o out.json
  OpenTelemetry   collector:  exporters: {file: {path: ./traces.json}}
  Langfuse        curl -u PUBLIC:SECRET HOST/api/public/traces/ID > trace.json
  MLflow          mlflow traces search --experiment-id 1 --output json > t.json
  Inspect AI      inspect eval task.py --log-dir logs

What is read
  traces          OpenTelemetry, Langfuse, LangSmith, MLflow, Phoenix, Opik,
                  Braintrust, Weave, Logfire, Jaeger, Zipkin, ClickHouse
  agents          Claude Code, Codex, OpenAI Agents, LangGraph, OpenHands, Goose
  evals           promptfoo, DeepEval, Ragas, Inspect, lm-eval, HELM, SWE-bench
  tables          CSV, JSON, JSON Lines with columns like question, answer
  packed          gzip, zstd, xz, zip, tar, folders, a pipe
