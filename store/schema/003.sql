-- Step 3: what is worked out from whole traces behind the import.

-- Figures over many traces (query/stats.h). Whose cost comes from the price list, for lists that read no trace rows:
CREATE INDEX trace_estimated ON trace(id) WHERE usage = 1;

-- What checks found (store/check/check.h): nothing that a source says, so it can be dropped and made again at any time. span: a span's
-- key, NULL: the whole trace; other: the span that shows it, too; level: 0 note, 1 warning, 2 error.
CREATE TABLE finding(
  trace INTEGER, n INTEGER, name TEXT NOT NULL, span INTEGER, level INTEGER NOT NULL, value REAL, explanation TEXT NOT NULL, other INTEGER,
  PRIMARY KEY(trace, n)) WITHOUT ROWID;
CREATE INDEX finding_name ON finding(name, trace);
CREATE INDEX finding_span ON finding(trace, span, level) WHERE span IS NOT NULL;
-- Which traces were looked at: with their rows at `first` (a trace that changes gets other ones), by these rules (a hash of them).
CREATE TABLE checked(trace INTEGER PRIMARY KEY, first INTEGER NOT NULL, rules INTEGER NOT NULL);
-- Sums over the spans of traces whose rows begin in one stretch of span.pos, good for these ranges of rows (query/stats_roll.c). Made behind
-- the import; what is not there is read from the spans.
CREATE TABLE stats_chunk(chunk INTEGER PRIMARY KEY, ranges INTEGER NOT NULL, data BLOB NOT NULL);

-- What spans of a name and kind take beside time (hist): tokens (what 1), cost in billionths of a USD (what 2). Of those that say it.
CREATE TABLE hist_usage(
  name INTEGER, kind INTEGER, what INTEGER, n INTEGER NOT NULL, counts BLOB NOT NULL, PRIMARY KEY(name, kind, what)) WITHOUT ROWID;
