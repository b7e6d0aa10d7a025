-- Step 2: costs that were worked out from a price list, tokens written to a cache, and how a trace's totals came about.
-- usage: bit 0: some of cost_usd is estimated; bit 1: cost_usd is what the source says of the whole trace.
-- usage_repeats: spans whose tokens or cost are not in the totals, since a span around or below them has the same.
ALTER TABLE trace ADD COLUMN usage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE trace ADD COLUMN usage_repeats INTEGER NOT NULL DEFAULT 0;
ALTER TABLE span ADD COLUMN tokens_cache_write INTEGER;
ALTER TABLE span_loose ADD COLUMN tokens_cache_write INTEGER;
ALTER TABLE span_other ADD COLUMN tokens_cache_write INTEGER;
-- What all cases of a run say (verdict, output), as one number: the same evaluation exported in two formats is two runs of one content.
ALTER TABLE run ADD COLUMN content INTEGER;
CREATE INDEX run_content ON run(content) WHERE content IS NOT NULL;
-- What the user said the columns of a table of results are (import --map); NULL: nothing.
ALTER TABLE source ADD COLUMN map TEXT;
-- Which sources told of which runs (run.source and run.seen are the first and the latest).
CREATE TABLE run_source(source INTEGER, run INTEGER, PRIMARY KEY(source, run)) WITHOUT ROWID;
INSERT INTO run_source SELECT source, id FROM run UNION SELECT seen, id FROM run;
-- Spans that lack their parent may find it in a later source: looked through at the end of each.
CREATE INDEX problem_orphan ON problem(path, source) WHERE code = 'orphan';
-- Cases told by several records (struct case_result, part). parts of a case_result: NULL: told once; 1: a part, alone so far; else the row
-- is joined (store/case_part.h) from so many rows of case_part, which lie at its place. part 0: not told as one, but of the same place.
ALTER TABLE case_result ADD COLUMN parts INTEGER;
ALTER TABLE case_result ADD COLUMN weight INTEGER; -- of a part: struct case_result; NULL: 0
-- The key's columns come first: SQLite 3.40's integrity_check takes the others for NULL otherwise.
CREATE TABLE case_part(
  run INTEGER, case_id INTEGER, repeat INTEGER, hash INTEGER NOT NULL, source INTEGER NOT NULL,
  part INTEGER NOT NULL, status INTEGER NOT NULL, title TEXT, ord INTEGER,
  input_hash INTEGER, expected_hash INTEGER, output_hash INTEGER, variant INTEGER,
  latency_ns INTEGER, cost_usd REAL, tokens_in INTEGER, tokens_out INTEGER, trace BLOB,
  record INTEGER NOT NULL, weight INTEGER,
  PRIMARY KEY(run, case_id, repeat, hash, source)) WITHOUT ROWID;
CREATE TABLE case_part_score(
  run INTEGER, case_id INTEGER, repeat INTEGER, hash INTEGER, source INTEGER, name INTEGER, n INTEGER,
  value REAL, label TEXT, pass INTEGER, threshold REAL, from_ INTEGER NOT NULL, judge INTEGER,
  PRIMARY KEY(run, case_id, repeat, hash, source, name, n)) WITHOUT ROWID;
