#include "import/fields.h"

#include "import/fields_private.h"
#include "store/base/pyrepr.h"

#include <stdlib.h>
#include <string.h>

enum { OPENED_MAX = 4 };

/* ---------------------------------------------------------------- beginnings */

struct fields fields_of(struct import *im, const struct record *rec)
{
	return (struct fields){.im = im,
	                       .rec = rec,
	                       .arena = im->arena,
	                       .payload = sink_wants(im->sink, SINK_PAYLOAD),
	                       .loose = im->format && im->format->loose_keys};
}

void fields_done(struct fields *f)
{
	for (size_t i = 0; i < f->scans.n; i++) {
		scan_done(f->scans.at[i]);
		free(f->scans.at[i]);
	}
	vec_done(&f->scans);
}

struct span span_start(const char *family)
{
	return (struct span){.scope = {.family = str_of(family)},
	                     .start_ns = TIME_UNKNOWN,
	                     .end_ns = TIME_UNKNOWN,
	                     .first_token_ns = UNKNOWN_INT,
	                     .tokens_in = UNKNOWN_INT,
	                     .tokens_out = UNKNOWN_INT,
	                     .tokens_cached = UNKNOWN_INT,
	                     .tokens_reasoning = UNKNOWN_INT,
	                     .cost_usd = UNKNOWN_DOUBLE};
}

struct trace trace_start(const char *family)
{
	return (struct trace){.scope = {.family = str_of(family)},
	                      .start_ns = TIME_UNKNOWN,
	                      .end_ns = TIME_UNKNOWN,
	                      .cost_usd = UNKNOWN_DOUBLE};
}

struct score score_start(const char *family)
{
	return (struct score){.scope = {.family = str_of(family)},
	                      .value = UNKNOWN_DOUBLE,
	                      .threshold = UNKNOWN_DOUBLE,
	                      .pass = -1,
	                      .time_ns = TIME_UNKNOWN};
}

/* ---------------------------------------------------------------- finding */

struct str field_text(const struct fields *f, struct val v)
{
	struct str text = val_text(v, f->arena);
	return text.len ? text : STR_NONE;
}

bool field_is_there(struct val v)
{
	return val_ok(v) && !val_is(v, SCAN_NAN) && !(val_is(v, SCAN_STRING) && val_raw(v).len <= 2);
}

struct val field_any(struct val object, const char *const *names)
{
	for (; *names; names++) {
		struct val v = val_get(object, *names);
		if (field_is_there(v))
			return v;
	}
	return VAL_NONE;
}

static bool is_named(const struct fields *f, struct member m, const char *name)
{
	return f->loose ? member_is_loose(m, name) : member_is(m, name);
}

/* Tells most names apart by one byte. */
static bool may_be_named(struct member m, const char *name)
{
	char c = val_raw(m.key).ptr[1];
	return c == '_' || c == '\\' || ((c ^ *name) & ~0x20) == 0;
}

void fields_members(const struct fields *f, struct val object, const char *const *names, size_t n, struct val *got)
{
	for (size_t i = 0; i < n; i++)
		got[i] = VAL_NONE;
	if (!val_is(object, SCAN_OBJECT))
		return;
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		for (size_t i = 0; i < n; i++)
			if (may_be_named(m, names[i]) && is_named(f, m, names[i])) {
				got[i] = m.val;
				break;
			}
}

static bool may_open(struct str text)
{
	return text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[' || text.ptr[0] == '"');
}

struct val fields_scan(struct fields *f, struct str json)
{
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan *scan = xcalloc(1, sizeof *scan);
	*vec_add(&f->scans) = scan;
	return scan_text(scan, json, &opts) ? scan_root(scan) : VAL_NONE;
}

/* By its first byte as written: a long text that is no JSON is not unescaped to find that out. */
static bool body_may_open(struct val string)
{
	struct str raw = val_raw(string);
	unsigned char c = raw.len > 3 ? (unsigned char)raw.ptr[1] : 'x';
	return c == '{' || c == '[' || c == '\\' || c <= ' ';
}

struct val field_open(struct fields *f, struct val v)
{
	for (int i = 0; i < OPENED_MAX && val_is(v, SCAN_STRING) && body_may_open(v); i++) {
		struct str text = str_trim(val_str(v, f->arena));
		struct val opened = may_open(text) ? fields_scan(f, text) : VAL_NONE;
		if (!opened.scan)
			return v;
		v = opened;
	}
	return v;
}

struct val field_open_cell(struct fields *f, struct val v)
{
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct val inner = field_open(f, v);
	if (!val_is(inner, SCAN_STRING))
		return inner;
	struct str text = str_trim(val_str(inner, f->arena));
	if (!text.len)
		return VAL_NONE;
	if (text.ptr[0] != '{' && text.ptr[0] != '[')
		return inner;
	struct buf json = BUF_INIT;
	if (pyrepr_json(&json, text)) {
		struct scan *scan = xcalloc(1, sizeof *scan);
		*vec_add(&f->scans) = scan;
		if (scan_text(scan, arena_str(f->arena, buf_str(&json)), &opts))
			inner = scan_root(scan);
	}
	buf_done(&json);
	return inner;
}

struct val field_path(struct fields *f, struct val v, const char *path)
{
	struct str rest = str_of(path);
	while (rest.len && val_ok(v)) {
		size_t dot = str_find_char(rest, '.');
		v = val_find(field_open(f, v), str_cut(rest, 0, dot));
		rest = dot == SIZE_MAX ? STR_NONE : str_from(rest, dot + 1);
	}
	return v;
}

/* ---------------------------------------------------------------- times and numbers */

static void bad(const struct fields *f, const char *code, const char *path, const char *kept, const char *what)
{
	import_problem(f->im, f->rec, SEVERITY_WARNING, code, str_of(path), kept, "%s", what);
}

bool field_is_nothing(struct str text)
{
	static const char *const words[] = {"none", "null", "nat", "nan", "undefined"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(text, words[i]))
			return true;
	return text.len == 0;
}

/* Of a time: 0 is none, too. */
static bool says_nothing(struct str text)
{
	return field_is_nothing(text) || str_is(text, "0") || str_is(text, "0.0");
}

/* A decimal count of units → ns, exact: the point is moved, the rest is seconds' business. */
static bool scaled(struct str literal, int64_t unit_ns, int64_t *ns)
{
	int64_t whole;
	if (scan_int64(literal, &whole))
		return !__builtin_mul_overflow(whole, unit_ns, ns);
	if (unit_ns == 1000000000)
		return units_seconds(literal, ns);
	double d;
	if (!scan_double(literal, &d) || d > 9e18 / (double)unit_ns || d < -9e18 / (double)unit_ns)
		return false;
	*ns = (int64_t)(d * (double)unit_ns + (d < 0 ? -0.5 : 0.5));
	return true;
}

static int64_t time_of(const struct fields *f, struct val v, int64_t unit_ns, const char *path)
{
	bool zoneless;
	int64_t ns;
	struct str text = str_trim(val_text(v, f->arena));
	if (!val_ok(v) || says_nothing(text))
		return TIME_UNKNOWN;
	if (val_is(v, SCAN_STRING) && units_iso(text, &ns, &zoneless))
		return ns;
	if (unit_ns ? scaled(text, unit_ns, &ns) : units_epoch(text, &ns))
		return ns;
	bad(f, "bad-time", path, "kept, time unknown", "not a time");
	return TIME_UNKNOWN;
}

int64_t field_time(const struct fields *f, struct val v, const char *path)
{
	return time_of(f, v, 0, path);
}

int64_t field_time_in(const struct fields *f, struct val v, int64_t unit_ns, const char *path)
{
	return time_of(f, v, unit_ns, path);
}

int64_t field_duration(const struct fields *f, struct val v, int64_t unit_ns, const char *path)
{
	int64_t ns;
	struct str text = str_trim(val_text(v, f->arena));
	if (!val_ok(v) || (val_is(v, SCAN_STRING) && !str_is(text, "0") && says_nothing(text)))
		return UNKNOWN_INT;
	if (scaled(text, unit_ns, &ns))
		return ns >= 0 ? ns : UNKNOWN_INT;
	bad(f, "bad-value", path, "kept, duration unknown", "not a length of time");
	return UNKNOWN_INT;
}

int64_t field_count(const struct fields *f, struct val v, const char *path)
{
	double d;
	int64_t n;
	if (!field_is_there(v))
		return UNKNOWN_INT;
	if (val_int64(v, &n) && n >= 0)
		return n;
	if (val_double(v, &d) && d >= 0 && d < 9e15)
		return (int64_t)(d + 0.5);
	if (!field_is_nothing(str_trim(val_text(v, f->arena))))
		bad(f, "bad-value", path, "kept, count unknown", "not a count");
	return UNKNOWN_INT;
}

double field_number(const struct fields *f, struct val v, const char *path)
{
	double d;
	if (!field_is_there(v))
		return UNKNOWN_DOUBLE;
	if (val_double(v, &d))
		return d;
	if (!field_is_nothing(str_trim(val_text(v, f->arena))))
		bad(f, "bad-value", path, "kept, number unknown", "not a number");
	return UNKNOWN_DOUBLE;
}

bool field_bool(const struct fields *f, struct val v, bool *truth)
{
	struct str word = str_trim(val_text(v, f->arena));
	bool yes = str_ieq(word, "true") || str_is(word, "1");
	if (!yes && !str_ieq(word, "false") && !str_is(word, "0"))
		return false;
	*truth = yes;
	return true;
}

const struct str *field_tags(const struct fields *f, struct val v, size_t *n)
{
	struct str *tags = arena_zalloc(f->arena, (size_t)val_count(v) + 1, sizeof *tags);
	*n = 0;
	if (val_is(v, SCAN_STRING) && field_is_there(v))
		tags[(*n)++] = val_str(v, f->arena);
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_ARRAY); m = val_next(m))
		if (field_is_there(m.val))
			tags[(*n)++] = val_text(m.val, f->arena);
	return tags;
}

/* ---------------------------------------------------------------- types */

static bool fits(struct fields *f, struct val v, enum field_type type)
{
	bool truth;
	if (type == FIELD_WORD)
		return val_is(v, SCAN_STRING);
	if (type == FIELD_BOOL)
		return field_bool(f, v, &truth) || (val_is(v, SCAN_STRING) && field_is_nothing(val_text(v, f->arena)));
	if (val_is(v, SCAN_STRING))
		v = type == FIELD_TAGS ? v : field_open_cell(f, v);
	if (!val_ok(v) || (val_is(v, SCAN_STRING) && (type == FIELD_TAGS || field_is_nothing(val_text(v, f->arena)))))
		return true;
	return val_is(v, SCAN_OBJECT) ? type == FIELD_OBJECT || type == FIELD_EITHER
	                              : val_is(v, SCAN_ARRAY) && type != FIELD_OBJECT;
}

static const char *const type_words[] = {
    [FIELD_OBJECT] = "an object", [FIELD_LIST] = "a list",           [FIELD_EITHER] = "an object or a list",
    [FIELD_WORD] = "a text",      [FIELD_TAGS] = "a list or a text", [FIELD_BOOL] = "true or false"};

void fields_expect(struct fields *f, struct val object, const struct field_rule *rules, const char *prefix)
{
	if (!val_is(object, SCAN_OBJECT))
		return;
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		const struct field_rule *rule = rules;
		while (rule->name && !(may_be_named(m, rule->name) && is_named(f, m, rule->name)))
			rule++;
		if (!rule->name || !field_is_there(m.val) || fits(f, m.val, rule->type))
			continue;
		import_problem(f->im, f->rec, SEVERITY_WARNING, "wrong-type",
		               arena_printf(f->arena, "%s%s", prefix, rule->name), "kept in the record, not read",
		               "not %s", type_words[rule->type]);
	}
}

void fields_expect_objects(const struct fields *f, struct val list, bool ids, const char *path)
{
	size_t i = 0;
	if (!val_is(list, SCAN_ARRAY))
		return;
	for (struct member m = val_first(list); m.ok; m = val_next(m), i++)
		if (val_ok(m.val) && !val_is(m.val, SCAN_OBJECT) && !(ids && val_is(m.val, SCAN_STRING)))
			import_problem(f->im, f->rec, SEVERITY_SKIPPED, "wrong-type",
			               arena_printf(f->arena, "%s[%zu]", path, i), "kept in the record, not read",
			               "not an object");
}

/* ---------------------------------------------------------------- what went in and came out */

void fields_input(struct fields *f, struct span *span, struct val v)
{
	v = field_open(f, v);
	span->input = val_ok(v) ? val_text(v, f->arena) : STR_NONE;
	span->input_hash = model_text_hash(span->input);
}

void fields_output(struct fields *f, struct span *span, struct val v)
{
	v = field_open(f, v);
	span->output = val_ok(v) ? val_text(v, f->arena) : STR_NONE;
	span->output_hash = model_text_hash(span->output);
}

/* JSON that is no conversation comes back as one unknown part. */
static void read_side(struct fields *f, struct message_list *list, struct val v, bool output)
{
	if (!field_is_there(v))
		return;
	message_read(list, field_open(f, v), output, f->arena);
	if (list->n == 1 && list->at[0].n_parts == 1 && list->at[0].parts[0].type == PART_OTHER)
		list->n = 0;
}

void fields_messages(struct fields *f, struct span *span, struct val in, struct val out)
{
	struct message_list ins = {0}, outs = {0};
	read_side(f, &ins, in, false);
	read_side(f, &outs, out, true);
	if (ins.n)
		span->input_preview = message_preview(&ins, false, f->arena);
	if (outs.n)
		span->output_preview = message_preview(&outs, true, f->arena);
	if (!f->payload)
		return;
	struct message *at = arena_alloc(f->arena, (ins.n + outs.n + 1) * sizeof *at);
	if (ins.n)
		memcpy(at, ins.at, ins.n * sizeof *at);
	if (outs.n)
		memcpy(at + ins.n, outs.at, outs.n * sizeof *at);
	span->messages = at;
	span->n_messages = ins.n + outs.n;
}

static bool is_message(struct val v)
{
	return val_is(val_get(v, "role"), SCAN_STRING) || val_is(val_get(v, "message.role"), SCAN_STRING) ||
	       (val_is(val_get(v, "kwargs"), SCAN_OBJECT) && val_is(val_get(v, "id"), SCAN_ARRAY)) ||
	       (val_is(val_get(v, "type"), SCAN_STRING) &&
	        (val_ok(val_get(v, "content")) || val_ok(val_get(v, "arguments"))));
}

bool field_is_chat(struct fields *f, struct val v)
{
	v = field_open(f, v);
	for (int i = 0; i < 3 && val_is(v, SCAN_ARRAY); i++)
		v = val_at(v, 0);
	if (!val_is(v, SCAN_OBJECT))
		return false;
	return is_message(v) || val_is(field_open(f, val_get(v, "messages")), SCAN_ARRAY) ||
	       val_is(val_get(v, "choices"), SCAN_ARRAY) || val_is(val_get(v, "contents"), SCAN_ARRAY) ||
	       val_is(val_get(v, "candidates"), SCAN_ARRAY) || is_message(val_get(v, "message"));
}

static struct document document_of(const struct fields *f, struct val v)
{
	struct document doc = {.score = UNKNOWN_DOUBLE};
	struct val score = FIELD_ANY(v, "score", "similarity", "relevance_score", "_score");
	if (val_is(val_get(v, "node"), SCAN_OBJECT)) /* LlamaIndex: {node, score} */
		v = val_get(v, "node");
	if (val_is(val_get(v, "kwargs"), SCAN_OBJECT)) /* LangChain's constructor */
		v = val_get(v, "kwargs");
	if (!val_is(v, SCAN_OBJECT)) {
		doc.content = val_text(v, f->arena);
		return doc;
	}
	struct val meta = val_get(v, "metadata");
	doc.id = field_text(f, FIELD_ANY(v, "id", "doc_id", "document_id", "id_"));
	doc.content =
	    field_text(f, FIELD_ANY(v, "page_content", "pageContent", "content", "text", "document", "snippet"));
	doc.metadata = field_text(f, meta);
	if (!val_ok(score))
		score = FIELD_ANY(v, "score", "similarity", "relevance_score");
	if (!val_ok(score))
		score = FIELD_ANY(meta, "score", "relevance_score");
	if (!val_double(score, &doc.score))
		doc.score = UNKNOWN_DOUBLE;
	if (!doc.content.ptr)
		doc.content = val_text(v, f->arena);
	return doc;
}

void fields_documents(struct fields *f, struct span *span, struct val v)
{
	if (!f->payload)
		return;
	v = field_open(f, v);
	if (val_is(v, SCAN_OBJECT))
		v = field_open(f, FIELD_ANY(v, "documents", "docs", "results", "matches", "nodes", "output"));
	if (!val_is(v, SCAN_ARRAY))
		return;
	struct document *docs = arena_zalloc(f->arena, (size_t)val_count(v) + 1, sizeof *docs);
	span->n_documents = 0;
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		if (val_ok(m.val))
			docs[span->n_documents++] = document_of(f, m.val);
	span->documents = docs;
}

/* ---------------------------------------------------------------- the rest */

static bool is_mapped(const struct fields *f, struct member m, const char *const *mapped)
{
	for (; mapped && *mapped; mapped++)
		if (may_be_named(m, *mapped) && is_named(f, m, *mapped))
			return true;
	return false;
}

/* Cells of a table are all texts, and an empty one is no value. */
static bool is_table_row(const struct fields *f, struct val object)
{
	if (object.scan != f->rec->root.scan || object.i != f->rec->root.i)
		return false;
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		if (!val_is(m.val, SCAN_STRING))
			return false;
	return true;
}

void fields_attributes(struct fields *f, struct span *span, struct val object, const char *prefix,
                       const char *const *mapped)
{
	if (!f->payload || !val_is(object, SCAN_OBJECT))
		return;
	size_t had = span->n_attributes;
	bool cells = is_table_row(f, object);
	struct attribute *at = arena_alloc(f->arena, (had + val_count(object) + 1) * sizeof *at);
	if (had)
		memcpy(at, span->attributes, had * sizeof *at);
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		if (is_mapped(f, m, mapped) || !val_ok(m.val) || (cells && !field_is_there(m.val)))
			continue;
		struct str key = member_key(m, f->arena);
		if (prefix && *prefix)
			key = arena_printf(f->arena, "%s" STR_FMT, prefix, STR_ARG(key));
		at[had++] = (struct attribute){.key = key, .json = val_raw(m.val)};
	}
	span->attributes = at;
	span->n_attributes = had;
}

void fields_attribute(struct fields *f, struct span *span, const char *name, struct val v)
{
	if (!f->payload || !val_ok(v))
		return;
	struct attribute *at = arena_alloc(f->arena, (span->n_attributes + 1) * sizeof *at);
	if (span->n_attributes)
		memcpy(at, span->attributes, span->n_attributes * sizeof *at);
	at[span->n_attributes++] = (struct attribute){.key = str_of(name), .json = val_raw(v)};
	span->attributes = at;
}

enum span_kind field_kind(struct str word)
{
	static const struct {
		const char *word;
		enum span_kind kind;
	} words[] = {
	    {"generation",    KIND_LLM      },
            {"chat_model",    KIND_LLM      },
            {"completion",    KIND_LLM      },
	    {"workflow",      KIND_CHAIN    },
            {"function",      KIND_TOOL     },
            {"embeddings",    KIND_EMBEDDING},
	    {"rerank",        KIND_RERANKER },
            {"retrieval",     KIND_RETRIEVER},
            {"scorer",        KIND_EVALUATOR},
	    {"evaluation",    KIND_EVALUATOR},
            {"output_parser", KIND_PARSER   },
	};
	enum span_kind kind = KIND_SPAN;
	if (kind_named(word, &kind))
		return kind;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(word, words[i].word))
			return words[i].kind;
	return KIND_SPAN;
}

enum span_status field_status(struct str word)
{
	static const struct {
		const char *word;
		enum span_status status;
	} words[] = {
	    {"ok",                STATUS_OK     },
	    {"success",           STATUS_OK     },
	    {"successful",        STATUS_OK     },
	    {"succeeded",         STATUS_OK     },
	    {"completed",         STATUS_OK     },
	    {"finished",          STATUS_OK     },
	    {"done",              STATUS_OK     },
	    {"status_code_ok",    STATUS_OK     },
	    {"error",             STATUS_ERROR  },
	    {"errored",           STATUS_ERROR  },
	    {"failed",            STATUS_ERROR  },
	    {"failure",           STATUS_ERROR  },
	    {"status_code_error", STATUS_ERROR  },
	    {"cancelled",         STATUS_ERROR  },
	    {"running",           STATUS_RUNNING},
	    {"pending",           STATUS_RUNNING},
	    {"in_progress",       STATUS_RUNNING},
	    {"started",           STATUS_RUNNING},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(word, words[i].word))
			return words[i].status;
	return STATUS_UNSET;
}

static struct str compact(const struct fields *f, struct val v)
{
	struct buf out = BUF_INIT;
	scan_compact(&out, v);
	struct str text = arena_str(f->arena, buf_str(&out));
	buf_done(&out);
	return text;
}

void field_score_value(const struct fields *f, struct score *score, struct val v)
{
	bool truth;
	if (!val_ok(v))
		return;
	if (!val_double(v, &score->value) && field_bool(f, v, &truth)) {
		score->value = truth;
		score->label = val_text(v, f->arena);
		return;
	}
	if (!val_double(v, &score->value))
		score->value = UNKNOWN_DOUBLE;
	if (!val_is(v, SCAN_NUMBER) && IS_UNKNOWN(score->value))
		score->label = val_is(v, SCAN_STRING) ? val_str(v, f->arena) : compact(f, v);
}
