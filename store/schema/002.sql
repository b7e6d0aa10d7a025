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
-- Spans that lack their parent may find it in a later source: looked through at the end of each.
CREATE INDEX problem_orphan ON problem(path, source) WHERE code = 'orphan';
