#include "store/query/sql_views.h"

#include <stdlib.h>

#include "store/query/sql_private.h"

/* clang-format off */
#define WORD(of)   "(SELECT text FROM main.word WHERE id = " of ")"
#define PROMPT(of) "(SELECT w.text FROM main.prompt p JOIN main.word w ON w.id = p.name WHERE p.id = " of ")"
#define VERSION(of) "(SELECT version FROM main.prompt WHERE id = " of ")"
#define SPAN_ID(s) "coalesce(" s ".id, format('%016x', " s ".key))"
#define TIME(name, column, help) \
	{name, SQL_TIME, "iso(" column ")", help}, {name "_ns", SQL_NS, column, help ", in ns"}
#define END {.name = NULL}
/* A span key of another table → the span's id as the source writes it. */
#define SPAN_OF(trace, key) "spoor_span(" trace ", " key ")"
#define TRACE_OF(id) "(SELECT text FROM main.trace WHERE id = " id ")"
#define BASE_OF(path) "substr(" path ", length(rtrim(" path ", replace(" path ", '/', ''))) + 1)"
#define FILE_OF(id)  "(SELECT CAST(path AS TEXT) FROM main.source WHERE id = " id ")"

static const struct sql_column traces[] = {
	{"id", SQL_ID, "t.text", "as the source writes it"},
	TIME("start", "t.start_ns", "when its first span began"),
	{"status", SQL_ID, "spoor_name('status', t.status)", "ok error unset running"},
	{"name", SQL_TEXT, WORD("t.name"), "of its root, or what the source calls it"},
	{"session", SQL_TEXT, WORD("t.session"), "the conversation it belongs to"},
	{"user", SQL_TEXT, WORD("t.user"), ""},
	{"service", SQL_TEXT, WORD("t.service"), ""},
	{"duration_ns", SQL_NS, "t.duration_ns", "from its first span's start to its last one's end"},
	{"spans", SQL_INTEGER, "t.spans", "how many; made-up ones do not count"},
	{"errors", SQL_INTEGER, "t.errors", "spans that failed"},
	{"llm_calls", SQL_INTEGER, "t.llm_calls", ""},
	{"tool_calls", SQL_INTEGER, "t.tool_calls", ""},
	{"repeats", SQL_INTEGER, "t.repeats", "the most calls of one name with the same arguments"},
	{"tokens_in", SQL_INTEGER, "t.tokens_in", "cached ones are among them"},
	{"tokens_out", SQL_INTEGER, "t.tokens_out", ""},
	{"tokens_cached", SQL_INTEGER, "t.tokens_cached", ""},
	{"tokens_reasoning", SQL_INTEGER, "t.tokens_reasoning", ""},
	{"cost_usd", SQL_REAL, "t.cost_usd", ""},
	{"cost_estimated", SQL_BOOLEAN, "CASE WHEN t.cost_usd IS NOT NULL THEN (t.usage & 1) <> 0 END", "some of the cost comes from list prices"},
	{"input_start", SQL_TEXT, "t.input", "the first 200 bytes of what was asked"},
	{"output_start", SQL_TEXT, "t.output", "the first 200 bytes of what was answered"},
	{"verdict", SQL_ID, "(SELECT CASE max(CASE n.value WHEN 'bad' THEN 3 WHEN 'unsure' THEN 2 ELSE 1 END) WHEN 3 THEN 'bad' WHEN 2"
	 " THEN 'unsure' WHEN 1 THEN 'good' END FROM main.annotation_now n WHERE n.trace = t.text AND n.span IS NULL AND n.field = 0 AND"
	 " (n.how & 1) = 0)", "the worst that people said of the whole trace: bad unsure good"},
	{"scores", SQL_INTEGER, "(SELECT count(*) FROM main.score c WHERE c.trace = t.id)", "rows of it in view scores"},
	{"format", SQL_ID, "(SELECT format FROM main.source WHERE id = t.source)", "of the first file that held it"},
	{"file", SQL_TEXT, FILE_OF("t.source"), "the first file that held it"},
	END,
};

static const struct sql_column spans[] = {
	{"trace", SQL_ID, "t.text", "id of its trace"},
	{"id", SQL_ID, SPAN_ID("s"), "as the source writes it"},
	{"parent", SQL_ID, "CASE WHEN s.up > 0 THEN (SELECT coalesce(p.id, format('%016x', p.key)) FROM main.span p WHERE p.pos = s.pos - s.up) END",
	 "id of the span it hangs under"},
	{"position", SQL_INTEGER, "s.pos - t.first", "in pre-order, from 0"},
	{"depth", SQL_INTEGER, "s.depth", "0: a root"},
	{"name", SQL_TEXT, WORD("s.name"), ""},
	{"kind", SQL_ID, "spoor_name('kind', s.kind)", "agent chain llm tool retriever embedding reranker guardrail evaluator prompt parser task span"},
	{"status", SQL_ID, "spoor_name('status', s.status)", "ok error unset running"},
	{"message", SQL_TEXT, "s.message", "what its status or exception says"},
	TIME("start", "s.start_ns", "when it began"),
	{"duration_ns", SQL_NS, "s.duration_ns", ""},
	{"self_ns", SQL_NS, "s.self_ns", "of that, without its children"},
	{"first_token_ns", SQL_NS, "s.first_token_ns", "after its start"},
	{"model", SQL_TEXT, WORD("s.model"), ""},
	{"provider", SQL_TEXT, WORD("s.provider"), ""},
	{"prompt", SQL_TEXT, PROMPT("s.prompt"), "name of its prompt"},
	{"prompt_version", SQL_TEXT, VERSION("s.prompt"), "the source's label for it"},
	{"session", SQL_TEXT, WORD("t.session"), "of its trace"},
	{"user", SQL_TEXT, WORD("t.user"), "of its trace"},
	{"service", SQL_TEXT, WORD("s.service"), ""},
	{"tokens_in", SQL_INTEGER, "s.tokens_in", "cached ones are among them"},
	{"tokens_out", SQL_INTEGER, "s.tokens_out", ""},
	{"tokens_cached", SQL_INTEGER, "s.tokens_cached", ""},
	{"tokens_reasoning", SQL_INTEGER, "s.tokens_reasoning", ""},
	{"tokens_cache_write", SQL_INTEGER, "s.tokens_cache_write", "written to a cache"},
	{"cost_usd", SQL_REAL, "s.cost_usd", "its own, not its children's"},
	{"cost_estimated", SQL_BOOLEAN, "CASE WHEN s.cost_usd IS NOT NULL THEN (s.flags & 4096) <> 0 END", "the cost comes from list prices"},
	{"usage_repeated", SQL_BOOLEAN, "(s.flags & 512) <> 0", "its tokens and cost are another span's, too: not in the trace's totals"},
	{"critical", SQL_BOOLEAN, "(s.flags & 8) <> 0", "on the critical path"},
	{"synthetic", SQL_BOOLEAN, "(s.flags & 16) <> 0", "made up, in the place of a parent that is missing"},
	END,
};

static const struct sql_column scores[] = {
	{"trace", SQL_ID, TRACE_OF("c.trace"), "id of the trace it was given to"},
	{"span", SQL_ID, SPAN_OF("c.trace", "c.span"), "id of the span; NULL: the whole trace"},
	{"name", SQL_TEXT, WORD("c.name"), ""},
	{"value", SQL_REAL, "c.value", "a number; a boolean is 0 or 1"},
	{"label", SQL_TEXT, "c.label", "a word: C, true, toxic"},
	{"pass", SQL_BOOLEAN, "c.pass", ""},
	{"threshold", SQL_REAL, "c.threshold", ""},
	{"explanation", SQL_TEXT, "c.explanation", "the first 200 bytes"},
	{"source", SQL_ID, "spoor_name('score', c.from_)", "judge human code unknown"},
	{"judge_model", SQL_TEXT, WORD("c.judge"), ""},
	{"author", SQL_TEXT, WORD("c.author"), ""},
	TIME("time", "c.time_ns", "when it was given"),
	END,
};

static const struct sql_column runs[] = {
	{"id", SQL_ID, "r.text", "as the source writes it"},
	TIME("created", "r.created_ns", "when it was made"),
	{"name", SQL_TEXT, "coalesce(nullif(r.name, ''), (SELECT nullif(" BASE_OF("CAST(path AS TEXT)") ", '') FROM main.source WHERE id = r.source))",
	 "its file's, if its source gives none"},
	{"dataset", SQL_TEXT, WORD("r.dataset"), ""},
	{"model", SQL_TEXT, WORD("r.model"), ""},
	{"provider", SQL_TEXT, WORD("r.provider"), ""},
	{"prompt", SQL_TEXT, PROMPT("r.prompt"), ""},
	{"prompt_version", SQL_TEXT, VERSION("r.prompt"), ""},
	{"cases", SQL_INTEGER, "r.cases", "case results, repeats counted"},
	{"passed", SQL_INTEGER, "r.passed", ""},
	{"failed", SQL_INTEGER, "r.failed", ""},
	{"errored", SQL_INTEGER, "r.errored", ""},
	{"unscored", SQL_INTEGER, "r.unscored", ""},
	{"pass_rate", SQL_REAL, "CASE WHEN r.scored_keys > 0 THEN r.pass_shares / r.scored_keys END", "with repeats the mean of the cases' shares"},
	{"pass_low", SQL_REAL, "wilson_low(r.pass_shares, r.scored_keys)", "Wilson interval, 95 %"},
	{"pass_high", SQL_REAL, "wilson_high(r.pass_shares, r.scored_keys)", ""},
	{"p50_ns", SQL_NS, "r.p50_ns", "latency of a case"},
	{"p95_ns", SQL_NS, "r.p95_ns", ""},
	{"cost_usd", SQL_REAL, "r.cost_usd", ""},
	{"cost_per_case_usd", SQL_REAL, "CASE WHEN r.costed > 0 THEN r.cost_usd / r.costed END", "of the case results with a known cost"},
	{"distinct_cases", SQL_INTEGER, "r.keys", ""},
	{"repeats", SQL_INTEGER, "r.repeats", "the most of one case"},
	{"tokens_in", SQL_INTEGER, "r.tokens_in", ""},
	{"tokens_out", SQL_INTEGER, "r.tokens_out", ""},
	{"config", SQL_TEXT, "r.config", "JSON"},
	{"file", SQL_TEXT, FILE_OF("r.source"), "the first file that held it"},
	END,
};

#define RUN_OF(id) "(SELECT text FROM main.run WHERE id = " id ")"
#define KEY_OF(id) "(SELECT text FROM main.case_key WHERE id = " id ")"
static const struct sql_column cases[] = {
	{"run", SQL_ID, RUN_OF("c.run"), "id of its run"},
	{"key", SQL_ID, KEY_OF("c.case_id"), "of the case: the same in all runs of a dataset"},
	{"repeat", SQL_INTEGER, "c.repeat", "from 0"},
	{"position", SQL_INTEGER, "c.ord", "in its dataset"},
	{"status", SQL_ID, "spoor_name('case', c.status)", "passed failed error unscored"},
	{"title", SQL_TEXT, "c.title", "a short readable name"},
	{"latency_ns", SQL_NS, "c.latency_ns", ""},
	{"cost_usd", SQL_REAL, "c.cost_usd", ""},
	{"tokens_in", SQL_INTEGER, "c.tokens_in", ""},
	{"tokens_out", SQL_INTEGER, "c.tokens_out", ""},
	{"trace", SQL_ID, "CASE WHEN c.trace IS NOT NULL THEN (SELECT text FROM main.trace WHERE key = c.trace) END", "id of its trace, if that is in the store"},
	END,
};

static const struct sql_column case_scores[] = {
	{"run", SQL_ID, RUN_OF("c.run"), "id of the run"},
	{"key", SQL_ID, KEY_OF("c.case_id"), "of the case"},
	{"repeat", SQL_INTEGER, "c.repeat", ""},
	{"name", SQL_TEXT, WORD("c.name"), ""},
	{"value", SQL_REAL, "c.value", ""},
	{"label", SQL_TEXT, "c.label", ""},
	{"pass", SQL_BOOLEAN, "c.pass", ""},
	{"threshold", SQL_REAL, "c.threshold", ""},
	{"source", SQL_ID, "spoor_name('score', c.from_)", "judge human code unknown"},
	{"judge_model", SQL_TEXT, WORD("c.judge"), ""},
	END,
};

static const struct sql_column run_metrics[] = {
	{"run", SQL_ID, RUN_OF("m.run"), "id of the run"},
	{"name", SQL_TEXT, WORD("m.name"), ""},
	{"value", SQL_REAL, "m.value", ""},
	END,
};

static const struct sql_column prompts[] = {
	{"name", SQL_TEXT, WORD("p.name"), ""},
	{"version", SQL_TEXT, "p.version", "the source's label for it"},
	{"hash", SQL_ID, "CASE WHEN length(p.hash) > 0 THEN lower(hex(p.hash)) END", "SHA-256 of the template"},
	{"text", SQL_TEXT, "p.text", "the template"},
	TIME("first_seen", "p.first_ns", "when it was used first"),
	END,
};

static const struct sql_column tags[] = {
	{"trace", SQL_ID, TRACE_OF("g.trace"), "id of the trace"},
	{"tag", SQL_TEXT, WORD("g.tag"), ""},
	END,
};

static const struct sql_column findings[] = {
	{"trace", SQL_ID, TRACE_OF("f.trace"), "id of the trace"},
	{"span", SQL_ID, SPAN_OF("f.trace", "f.span"), "id of the span; NULL: the whole trace"},
	{"name", SQL_TEXT, "f.name", "the check or rule"},
	{"level", SQL_ID, "CASE f.level WHEN 0 THEN 'note' WHEN 1 THEN 'warning' ELSE 'error' END", "note warning error"},
	{"value", SQL_REAL, "f.value", ""},
	{"explanation", SQL_TEXT, "f.explanation", ""},
	END,
};

static const struct sql_column annotations[] = {
	{"target", SQL_ID, "lower(hex(n.target))", "SHA-256 that names what was judged"},
	{"hint", SQL_TEXT, "n.hint", "the same for people: trace:ID, trace:ID/span:ID, RUN/CASE"},
	{"trace", SQL_ID, "n.trace", "id, if it is a trace or span"},
	{"span", SQL_ID, "n.span", "id, if it is a span"},
	{"author", SQL_TEXT, "n.author", ""},
	{"field", SQL_ID, "spoor_name('field', n.field)", "verdict note correction reason tag score preference"},
	{"part", SQL_TEXT, "n.part", "of scores their name, of tags the tag"},
	{"value", SQL_TEXT, "n.value", ""},
	TIME("time", "n.time_ns", "when it was said"),
	{"proposed", SQL_BOOLEAN, "(n.how & 1) <> 0", "nobody has looked at this answer yet"},
	{"blind", SQL_BOOLEAN, "(n.how & 2) <> 0", "without seeing scores or run"},
	END,
};

static const struct sql_column events[] = {
	{"event", SQL_ID, "lower(hex(a.event))", ""},
	{"target", SQL_ID, "lower(hex(a.target))", "SHA-256 that names what was judged"},
	{"hint", SQL_TEXT, "a.hint", "the same for people"},
	{"author", SQL_TEXT, "a.author", ""},
	{"field", SQL_ID, "spoor_name('field', a.field)", "verdict note correction reason tag score preference"},
	{"part", SQL_TEXT, "a.part", ""},
	{"value", SQL_TEXT, "a.value", ""},
	TIME("time", "a.time_ns", "when it was said"),
	{"withdraws", SQL_ID, "CASE WHEN a.withdraws IS NOT NULL THEN lower(hex(a.withdraws)) END", "the event it takes back"},
	{"queue", SQL_TEXT, "a.queue", "name of the review queue"},
	END,
};

static const struct sql_column sources[] = {
	{"file", SQL_TEXT, "CAST(o.path AS TEXT)", "as it was given"},
	{"entry", SQL_TEXT, "o.entry", "member of an archive"},
	{"format", SQL_ID, "o.format", ""},
	{"state", SQL_ID, "CASE o.state WHEN 0 THEN 'being read' WHEN 1 THEN 'whole' ELSE 'stopped' END", "being read, whole, stopped"},
	{"bytes", SQL_INTEGER, "o.bytes", "read of it, decompressed"},
	{"records", SQL_INTEGER, "o.records", ""},
	{"traces", SQL_INTEGER, "o.traces", ""},
	{"spans", SQL_INTEGER, "o.spans", ""},
	{"scores", SQL_INTEGER, "o.scores", ""},
	{"runs", SQL_INTEGER, "o.runs", ""},
	{"cases", SQL_INTEGER, "o.cases", ""},
	{"problems", SQL_INTEGER, "o.problems", ""},
	END,
};

static const struct sql_column problems[] = {
	{"file", SQL_TEXT, "CAST(p.file AS TEXT)", "as it was given"},
	{"entry", SQL_TEXT, "p.entry", "member of an archive"},
	{"record", SQL_INTEGER, "nullif(p.record, 0)", "from 1"},
	{"line", SQL_INTEGER, "nullif(p.line, 0)", "from 1"},
	{"path", SQL_TEXT, "p.path", ""},
	{"offset", SQL_INTEGER, "p.offset", "bytes from 0"},
	{"severity", SQL_ID, "spoor_name('severity', p.severity)", "warning skipped file"},
	{"code", SQL_ID, "p.code", ""},
	{"reason", SQL_TEXT, "p.reason", ""},
	{"kept", SQL_TEXT, "p.kept", "what was done"},
	END,
};

static const struct sql_column queue_items[] = {
	{"queue", SQL_TEXT, "(SELECT name FROM main.queue WHERE id = i.queue)", "name of the review queue"},
	{"position", SQL_INTEGER, "i.seq", "from 0: the order in which it is shown"},
	{"run", SQL_ID, RUN_OF("i.run"), "of a case: id of its run"},
	{"key", SQL_ID, KEY_OF("i.case_id"), "of a case"},
	{"repeat", SQL_INTEGER, "CASE WHEN i.run IS NOT NULL THEN i.repeat END", "of a case"},
	{"other_run", SQL_ID, RUN_OF("i.run_b"), "of a pair of answers: the other one's run"},
	{"trace", SQL_ID, TRACE_OF("i.trace"), "of a trace or span: id of the trace"},
	{"span", SQL_ID, SPAN_OF("i.trace", "i.span"), "of a span: its id"},
	{"done_by", SQL_INTEGER, "(SELECT count(*) FROM main.queue_mark m WHERE m.queue = i.queue AND m.seq = i.seq AND m.state = 1)", "people who judged it"},
	{"skipped_by", SQL_INTEGER, "(SELECT count(*) FROM main.queue_mark m WHERE m.queue = i.queue AND m.seq = i.seq AND m.state = 2)", "people who left it out"},
	END,
};

static const struct sql_column queues[] = {
	{"name", SQL_TEXT, "q.name", ""},
	TIME("made", "q.made_ns", "when it was made"),
	{"author", SQL_TEXT, "q.author", ""},
	{"made_from", SQL_TEXT, "q.made_from", "what it was asked to hold"},
	{"items", SQL_INTEGER, "(SELECT count(*) FROM main.queue_item i WHERE i.queue = q.id)", ""},
	{"done", SQL_INTEGER, "(SELECT count(DISTINCT m.seq) FROM main.queue_mark m WHERE m.queue = q.id AND m.state = 1)", "items that somebody judged"},
	{"blind", SQL_BOOLEAN, "(q.mode & 1) <> 0", ""},
	{"pairwise", SQL_BOOLEAN, "(q.mode & 2) <> 0", ""},
	TIME("closed", "q.closed_ns", "when it was closed"),
	END,
};

const struct sql_view sql_views[] = {
	{"annotations", "what people say now: of each target, author and field the newest that was not taken back", "main.annotation_now n", annotations},
	{"case_scores", "scores of case results", "main.case_score c", case_scores},
	{"cases", "case results of eval runs, one row for each repeat", "main.case_result c WHERE c.repeat >= 0", cases},
	{"events", "all that people ever said, also what was taken back", "main.annotation a", events},
	{"findings", "what the checks and rules found", "main.finding f", findings},
	{"problems", "what could not be read as it was", "main.problem p", problems},
	{"prompts", "prompts and their versions", "main.prompt p", prompts},
	{"queue_items", "what the review queues hold", "main.queue_item i", queue_items},
	{"queues", "review queues", "main.queue q", queues},
	{"run_metrics", "figures of a run as its source states them", "main.run_metric m", run_metrics},
	{"runs", "eval runs", "main.run r", runs},
	{"scores", "scores of traces and spans (what MLflow calls assessments, LangSmith feedback)", "main.score c", scores},
	{"sources", "files that were read", "main.source o", sources},
	/* The trace decides where its spans lie: rows that no trace owns any more are swept later. */
	{"spans", "the steps of all traces", "main.trace t CROSS JOIN main.span s WHERE t.seen > 0 AND s.pos >= t.first AND s.pos < t.first + t.n", spans},
	{"tags", "tags of traces", "main.trace_tag g", tags},
	{"traces", "one row for each trace", "main.trace t WHERE t.seen > 0", traces},
	{.name = NULL},
};

const struct sql_function sql_functions[] = {
	{"payload(TRACE, SPAN, WHAT)", "in full what a span says: input, output, messages, documents, attributes, resource, events or raw; lists and attributes as JSON"},
	{"payload(RUN, KEY, REPEAT, WHAT)", "in full what a case result says: input, expected, output, error, metadata or raw"},
	{"iso(NS)", "ns since the epoch as 2026-11-20T09:12:00.123456789Z"},
	{"ns(TIME)", "the other way round; a time without a zone is UTC"},
	{"TEXT regexp PATTERN", "an extended regular expression of POSIX, (?i) for both cases; also regexp(PATTERN, TEXT)"},
	{"percentile(X, P)", "aggregate: the P-th percentile, 0 to 100, as in R and NumPy (type 7)"},
	{"median(X)", "aggregate: percentile(X, 50)"},
	{"wilson_low(PASSED, N)", "lower end of the Wilson interval of a rate, 95 %"},
	{"wilson_high(PASSED, N)", "its upper end"},
	{.call = NULL},
};
/* clang-format on */

const char *sql_type_name(enum sql_type type)
{
	switch (type) {
	case SQL_TEXT: return "text";
	case SQL_ID: return "id";
	case SQL_INTEGER: return "integer";
	case SQL_REAL: return "real";
	case SQL_BOOLEAN: return "boolean";
	case SQL_TIME: return "time";
	case SQL_NS: break;
	}
	return "ns";
}

const char *sql_view_text(struct arena *arena, const struct sql_view *v, bool masked)
{
	struct buf sql = BUF_INIT;
	for (const struct sql_column *c = v->columns; c->name; c++) {
		bool hides = masked && c->type == SQL_TEXT;
		buf_printf(&sql, "%s %s%s%s AS \"%s\"", c == v->columns ? "SELECT" : ",", hides ? "spoor_shown(" : "",
		           c->sql, hides ? ")" : "", c->name);
	}
	buf_printf(&sql, " FROM %s", v->from);
	const char *text = arena_str(arena, buf_str(&sql)).ptr;
	buf_done(&sql);
	return text;
}
