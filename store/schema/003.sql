-- Step 3: what is worked out from whole traces behind the import.

-- Figures over many traces (query/stats.h). Whose cost comes from the price list, for lists that read no trace rows:
CREATE INDEX trace_estimated ON trace(id) WHERE usage = 1;
