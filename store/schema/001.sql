-- Step 1: the model. Integers are ns since the epoch, ns, tokens; money is USD (REAL); NULL is "unknown".
-- Words (names, models, services, …) are interned in `word`. No foreign keys on the bulk tables: ingest owns them.

CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

-- Files read. (bytes, prefix_hash, records) is the resume point, written in the transaction of the rows before it.
CREATE TABLE source(
  id INTEGER PRIMARY KEY, path BLOB NOT NULL, entry TEXT, format TEXT NOT NULL,
  head_len INTEGER NOT NULL, head_hash BLOB NOT NULL, -- XXH3-128 of the first head_len bytes, decompressed
  bytes INTEGER NOT NULL, prefix_hash BLOB NOT NULL, records INTEGER NOT NULL,
  size INTEGER, mtime_ns INTEGER, state INTEGER NOT NULL, -- 0 being read, 1 whole, 2 stopped before its end
  first_ns INTEGER, last_ns INTEGER,
  traces INTEGER, spans INTEGER, scores INTEGER, runs INTEGER, cases INTEGER, problems INTEGER);
CREATE INDEX source_head ON source(head_hash);

CREATE TABLE problem(
  id INTEGER PRIMARY KEY, source INTEGER, file BLOB NOT NULL, entry TEXT, record INTEGER, line INTEGER, path TEXT,
  offset INTEGER, severity INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, kept TEXT);
CREATE INDEX problem_source ON problem(source);

-- Raw entries first … first+n-1 of one source, zstd.
CREATE TABLE block(
  first INTEGER PRIMARY KEY, n INTEGER NOT NULL, source INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,
  data BLOB NOT NULL);
CREATE TABLE frame_tail(frame INTEGER PRIMARY KEY, tail INTEGER NOT NULL);

-- A trace. Only this row knows where its spans lie: span.pos first … first+n-1, in pre-order.
CREATE TABLE trace(
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text TEXT NOT NULL,
  first INTEGER NOT NULL DEFAULT 0, n INTEGER NOT NULL DEFAULT 0, -- rows, synthetic ones with them
  loose INTEGER NOT NULL DEFAULT 0,                               -- > 0: rows in span_loose (or a trace_said) are not settled yet
  name INTEGER, session INTEGER, user INTEGER, service INTEGER,
  start_ns INTEGER, duration_ns INTEGER, status INTEGER NOT NULL DEFAULT 0,
  spans INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0,
  llm_calls INTEGER NOT NULL DEFAULT 0, tool_calls INTEGER NOT NULL DEFAULT 0,
  tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, tokens_reasoning INTEGER, cost_usd REAL,
  repeats INTEGER NOT NULL DEFAULT 0, -- the most calls of one name with the same arguments
  input TEXT, output TEXT,            -- previews: of the record with the smallest rank; ranks only ever fall, so order cannot matter
  input_rank BLOB, output_rank BLOB,  -- store/part.h
  scores INTEGER NOT NULL DEFAULT 0, verdict INTEGER,
  orphans INTEGER NOT NULL DEFAULT 0, cycles INTEGER NOT NULL DEFAULT 0, -- spans without their parent, cycles cut
  said INTEGER,                       -- record of the source's own trace object, if it has one
  source INTEGER NOT NULL, seen INTEGER NOT NULL, -- first and latest source that held it; 0: only scores name it so far
  words BLOB);                                    -- what its spans have: store/trace_words.h
-- All that lists are ordered and filtered by, so that asking for all traces does not read their previews.
CREATE INDEX trace_start ON trace(
  start_ns, id, seen, source, duration_ns, status, spans, errors, llm_calls, tool_calls, tokens_in, tokens_out, cost_usd, repeats,
  name, session, user, service, verdict, scores, first, n, words);
CREATE INDEX trace_unseen ON trace(id) WHERE seen = 0;
CREATE INDEX trace_text ON trace(text);
CREATE INDEX trace_loose ON trace(id) WHERE loose > 0;
CREATE INDEX trace_odd ON trace(seen) WHERE orphans > 0 OR cycles > 0;
CREATE INDEX trace_session ON trace(session, start_ns) WHERE session IS NOT NULL;
CREATE TABLE trace_tag(trace INTEGER, tag INTEGER, PRIMARY KEY(trace, tag)) WITHOUT ROWID;
-- What sources say of a whole trace, each word once (hash: of the facts and the raw record); settle merges them into the trace.
CREATE TABLE trace_said(
  trace INTEGER, hash INTEGER, name INTEGER, session INTEGER, user INTEGER, service INTEGER,
  start_ns INTEGER, end_ns INTEGER, status INTEGER NOT NULL, cost_usd REAL, input TEXT, output TEXT, record INTEGER NOT NULL,
  PRIMARY KEY(trace, hash)) WITHOUT ROWID;

-- key: the 16-hex id as an integer, else a hash, with the id in `id`. up: rows back to the parent (0: a root).
-- flags: see store/span_row.h. rep_n, rep_len: on the first of rep_n siblings in a row with one name: rows they take together.
CREATE TABLE span(
  pos INTEGER PRIMARY KEY, trace INTEGER NOT NULL, key INTEGER NOT NULL, id TEXT, parent INTEGER,
  up INTEGER NOT NULL, depth INTEGER NOT NULL, size INTEGER NOT NULL, flags INTEGER NOT NULL,
  name INTEGER, kind INTEGER NOT NULL, status INTEGER NOT NULL,
  start_ns INTEGER, duration_ns INTEGER, self_ns INTEGER, first_token_ns INTEGER,
  model INTEGER, provider INTEGER, prompt INTEGER, session INTEGER, user INTEGER, service INTEGER, trace_name INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, tokens_reasoning INTEGER, cost_usd REAL,
  sub_tokens INTEGER, sub_cost REAL, sub_errors INTEGER NOT NULL DEFAULT 0,
  rep_n INTEGER, rep_len INTEGER,
  input_hash INTEGER, output_hash INTEGER, message TEXT,
  record INTEGER NOT NULL, hash INTEGER NOT NULL, source INTEGER NOT NULL); -- hash: of the record and its facts; of a merged span: all of its parts', combined by exclusive or
CREATE INDEX span_group ON span(trace, pos, rep_n, rep_len) WHERE rep_n > 1;
-- One record's word on one span (store/part.h), not yet settled. Ids are never used again: sweeping goes by them.
CREATE TABLE span_loose(
  loose INTEGER PRIMARY KEY AUTOINCREMENT, trace INTEGER NOT NULL, key INTEGER NOT NULL, hash INTEGER NOT NULL, id TEXT, parent INTEGER, flags INTEGER NOT NULL,
  name INTEGER, kind INTEGER NOT NULL, status INTEGER NOT NULL, start_ns INTEGER, end_ns INTEGER, first_token_ns INTEGER,
  model INTEGER, provider INTEGER, prompt INTEGER, session INTEGER, user INTEGER, service INTEGER, trace_name INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, tokens_reasoning INTEGER, cost_usd REAL,
  input_hash INTEGER, output_hash INTEGER, message TEXT, record INTEGER NOT NULL, source INTEGER NOT NULL);
CREATE INDEX span_loose_trace ON span_loose(trace);
-- All records of a span of which there are several different ones (at most 16): the span row is merged from them. The raw records stay.
CREATE TABLE span_other(
  trace INTEGER NOT NULL, key INTEGER NOT NULL, hash INTEGER NOT NULL, id TEXT, parent INTEGER, flags INTEGER NOT NULL,
  name INTEGER, kind INTEGER NOT NULL, status INTEGER NOT NULL, start_ns INTEGER, end_ns INTEGER, first_token_ns INTEGER,
  model INTEGER, provider INTEGER, prompt INTEGER, session INTEGER, user INTEGER, service INTEGER, trace_name INTEGER,
  tokens_in INTEGER, tokens_out INTEGER, tokens_cached INTEGER, tokens_reasoning INTEGER, cost_usd REAL,
  input_hash INTEGER, output_hash INTEGER, message TEXT, record INTEGER NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY(trace, key, hash)) WITHOUT ROWID;
-- Ranges of span.pos written but not (or no longer) owned by a trace; swept when idle.
CREATE TABLE garbage(first INTEGER PRIMARY KEY, n INTEGER NOT NULL);

-- How long spans of a name and kind take: n of them, counts by bucket (store/hist.h).
CREATE TABLE hist(name INTEGER, kind INTEGER, n INTEGER NOT NULL, counts BLOB NOT NULL, PRIMARY KEY(name, kind)) WITHOUT ROWID;

-- Scores on traces (span NULL) and spans. ident: hash of target, name, source's id, time, value: the same score once.
CREATE TABLE score(
  id INTEGER PRIMARY KEY, ident INTEGER NOT NULL UNIQUE, trace INTEGER NOT NULL, span INTEGER, name INTEGER NOT NULL,
  value REAL, label TEXT, pass INTEGER, threshold REAL, explanation TEXT, -- preview
  from_ INTEGER NOT NULL, judge INTEGER, author INTEGER, time_ns INTEGER, record INTEGER NOT NULL, source INTEGER NOT NULL);
CREATE INDEX score_trace ON score(trace, span);

-- A prompt version is (name, hash of the template); version is the source's label for it.
CREATE TABLE prompt(
  id INTEGER PRIMARY KEY, name INTEGER NOT NULL, version TEXT NOT NULL, hash BLOB NOT NULL, text TEXT, first_ns INTEGER,
  UNIQUE(name, version, hash));

CREATE TABLE run(
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, text TEXT NOT NULL,
  name TEXT, dataset INTEGER, model INTEGER, provider INTEGER, prompt INTEGER, created_ns INTEGER, config TEXT,
  cases INTEGER NOT NULL DEFAULT 0, passed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
  errored INTEGER NOT NULL DEFAULT 0, unscored INTEGER NOT NULL DEFAULT 0, -- case results (repeats counted)
  keys INTEGER NOT NULL DEFAULT 0, repeats INTEGER NOT NULL DEFAULT 0,     -- distinct cases; most repeats of one
  pass_shares REAL, scored_keys INTEGER, -- sum over cases of the share passed; cases with a verdict
  p50_ns INTEGER, p95_ns INTEGER, tokens_in INTEGER, tokens_out INTEGER, cost_usd REAL, costed INTEGER,
  dirty INTEGER NOT NULL DEFAULT 0, -- 1: cases came, the figures above are not yet made
  source INTEGER NOT NULL, seen INTEGER NOT NULL);
CREATE INDEX run_created ON run(created_ns, id);
CREATE INDEX run_dirty ON run(dirty) WHERE dirty > 0;
CREATE TABLE run_metric(run INTEGER, name INTEGER, value REAL, PRIMARY KEY(run, name)) WITHOUT ROWID; -- as the source states
CREATE TABLE run_score(run INTEGER, name INTEGER, n INTEGER NOT NULL, mean REAL, PRIMARY KEY(run, name)) WITHOUT ROWID; -- computed

CREATE TABLE case_key(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE); -- the format's key, or its SHA-256 in hex if long
-- base: of several rows of one key without a repeat, the first (by ord) keeps the key, the others are KEY#1, KEY#2, … and have the
-- id of KEY here; those of an equal variant are its repeats. repeat < 0: such a row that has not got its place yet (only while its source is being read).
CREATE TABLE case_result(
  run INTEGER, case_id INTEGER, repeat INTEGER, base INTEGER, status INTEGER NOT NULL, title TEXT, ord INTEGER, variant INTEGER,
  input_hash INTEGER, expected_hash INTEGER, output_hash INTEGER,
  latency_ns INTEGER, cost_usd REAL, tokens_in INTEGER, tokens_out INTEGER, trace BLOB, -- trace.key
  record INTEGER NOT NULL, hash INTEGER NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY(run, case_id, repeat)) WITHOUT ROWID;
CREATE INDEX case_order ON case_result(run, ord, case_id, repeat, status);
CREATE INDEX case_verdict ON case_result(run, case_id, repeat, status);
CREATE INDEX case_base ON case_result(run, base) WHERE base IS NOT NULL;
CREATE INDEX case_loose ON case_result(run, base) WHERE repeat < 0;
CREATE INDEX case_trace ON case_result(trace) WHERE trace IS NOT NULL;
CREATE TABLE case_score(
  run INTEGER, case_id INTEGER, repeat INTEGER, name INTEGER, n INTEGER, -- n: 0, 1, … for several of one name
  value REAL, label TEXT, pass INTEGER, threshold REAL, from_ INTEGER NOT NULL, judge INTEGER,
  PRIMARY KEY(run, case_id, repeat, name, n)) WITHOUT ROWID;

-- What people said: append-only. State = newest per target, author and field (store/annotate.h).
CREATE TABLE annotation(
  id INTEGER PRIMARY KEY, event BLOB NOT NULL UNIQUE, target BLOB NOT NULL, io BLOB, hint TEXT,
  author TEXT NOT NULL, field INTEGER NOT NULL, value TEXT, time_ns INTEGER NOT NULL, withdraws BLOB);
CREATE INDEX annotation_target ON annotation(target);
CREATE INDEX annotation_io ON annotation(io);

-- Full text: which words stand in which blocks, for runs of up to 64 blocks (store/search_segment.h). Filled behind the import, newest first;
-- blocks that no run has are searched by reading. id of a page: run << 32 | its first key.
CREATE TABLE search(id INTEGER PRIMARY KEY, first INTEGER NOT NULL UNIQUE, last INTEGER NOT NULL, blocks BLOB NOT NULL);
CREATE TABLE search_page(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
