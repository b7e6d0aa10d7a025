-- Step 4: what people say. Nothing wrote annotations before this step.

-- input_hash, output_hash: of the judged answer, as rows of spans and case results have them: rows find their annotations without reading records,
-- also after the run was imported again, or from another format. part: which one, of fields that an author may fill several times
-- (a score's name, a tag). how: enum annotation_how, bits. because: the event that a proposal repeats. shown: SHA-256 of what the author
-- had before the eyes. queue: name of the review queue.
ALTER TABLE annotation ADD COLUMN part TEXT NOT NULL DEFAULT '';
ALTER TABLE annotation ADD COLUMN input_hash INTEGER;
ALTER TABLE annotation ADD COLUMN output_hash INTEGER;
ALTER TABLE annotation ADD COLUMN how INTEGER NOT NULL DEFAULT 0;
ALTER TABLE annotation ADD COLUMN because BLOB;
ALTER TABLE annotation ADD COLUMN shown BLOB;
ALTER TABLE annotation ADD COLUMN queue TEXT;
CREATE INDEX annotation_withdraws ON annotation(withdraws) WHERE withdraws IS NOT NULL;
CREATE INDEX annotation_time ON annotation(time_ns);
-- To find the newest of a place of the state at once, however many there are.
CREATE INDEX annotation_place ON annotation(target, author, field, part, time_ns, event);

-- The state: of each target, author, field and part the newest event that its author has not taken back. Made again with
-- every event by annotate_put alone, so that adding, undoing, importing and merging cannot differ. trace, span: ids out of the hint "trace:ID" or "trace:ID/span:ID".
CREATE TABLE annotation_now(
  target BLOB, author TEXT, field INTEGER, part TEXT, value TEXT, time_ns INTEGER NOT NULL, event BLOB NOT NULL, how INTEGER NOT NULL,
  io BLOB, input_hash INTEGER, output_hash INTEGER, hint TEXT, trace TEXT, span TEXT,
  PRIMARY KEY(target, author, field, part)) WITHOUT ROWID;
CREATE INDEX annotation_now_texts ON annotation_now(output_hash, input_hash, field);
CREATE INDEX annotation_now_trace ON annotation_now(trace, span, field) WHERE trace IS NOT NULL;

-- Review queues. mode: bits, enum queue_mode; copies: how many people judge each item (0: everyone all of them); reasons: words,
-- comma-separated; made_from: what it was asked to hold, in words for people; seed: of sample and orders; closed_ns: no more to be done.
CREATE TABLE queue(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, made_ns INTEGER NOT NULL, author TEXT NOT NULL, made_from TEXT NOT NULL,
  mode INTEGER NOT NULL, copies INTEGER NOT NULL, seed INTEGER NOT NULL, reasons TEXT, rubric TEXT, closed_ns INTEGER);
-- What is to be judged, in order (seq from 0). kind: enum subject_kind, with the rows it named when the queue was made; input_hash, output_hash find
-- the answer again if those rows are gone; content: the item itself (store/query/subject.h), in a bundle that travels without its runs.
CREATE TABLE queue_item(
  queue INTEGER, seq INTEGER, kind INTEGER NOT NULL, run INTEGER, case_id INTEGER, repeat INTEGER, run_b INTEGER, repeat_b INTEGER,
  trace INTEGER, span INTEGER, input_hash INTEGER, output_hash INTEGER, content BLOB, PRIMARY KEY(queue, seq)) WITHOUT ROWID;
-- How far each person is: state 1 done, 2 skipped; event: the verdict; spent_ns: from when the item was shown, breaks taken out.
CREATE TABLE queue_mark(
  queue INTEGER, seq INTEGER, author TEXT, state INTEGER NOT NULL, event BLOB, time_ns INTEGER NOT NULL, spent_ns INTEGER,
  PRIMARY KEY(queue, seq, author)) WITHOUT ROWID;
-- Who has an item before the eyes now, where items are shared out; good for a while (store/queue.h).
CREATE TABLE queue_claim(
  queue INTEGER, seq INTEGER, author TEXT, time_ns INTEGER NOT NULL, PRIMARY KEY(queue, seq, author)) WITHOUT ROWID;
