/* Braintrust's experiments. A case is a root span; its scores stand in it or in the rows of its scorers' spans, which do not say what was asked: which case
 * that is, is known from the root. What such a row gives is a detail: the row's scores and the case's key and order.
 * Every score is told once: a root that has a score of that name (the server gathers them there) has it, else the case has it from the
 * scorer's span; no span of an experiment has scores of its own. */
#include "import/braintrust_private.h"
#include "store/base/hash.h"

/* ---------------------------------------------------------------- which case a root is */

/* What an id_place holds of a case: `trace` the key ('t' and its text, 'h' and a SHA-256), `span` the rest. */
struct root {
	struct str key;
	int64_t order;
	uint32_t span;    /* hash of the root span's id */
	struct str names; /* hashes of the names of the root's own scores, 4 bytes each */
};
enum { ROOT_NAMES = 10, ROOT_FIXED = 12, KEY_PLAIN = 40 };

static uint32_t short_hash(struct str text)
{
	return (uint32_t)(hash64(text) >> 32);
}

struct str braintrust_key(const struct fields *f, struct str origin, struct val input, struct val expected)
{
	struct buf hex = BUF_INIT;
	struct str key = origin;
	if (origin.len && origin.len <= KEY_PLAIN)
		return origin;
	if (!origin.len)
		key = CASE_KEY(f->arena, case_key_part(f, input), case_key_part(f, expected));
	struct sha256 hash = sha256_of(key);
	hash_hex(&hex, hash.byte, sizeof hash.byte);
	key = arena_str(f->arena, buf_str(&hex));
	buf_done(&hex);
	return key;
}

static struct str own_names(const struct braintrust_row *r)
{
	struct val scores = braintrust_get(r->f, r->v, "scores");
	struct buf names = BUF_INIT;
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m)) {
		uint32_t hash = short_hash(member_key(m, r->f->arena));
		if (names.len < ROOT_NAMES * sizeof hash)
			buf_add(&names, &hash, sizeof hash);
	}
	struct str kept = arena_str(r->f->arena, buf_str(&names));
	buf_done(&names);
	return kept;
}

static void remember(const struct braintrust_row *r, const struct case_result *res)
{
	struct braintrust_state *state = r->f->im->state;
	unsigned char hash[32];
	struct buf key = BUF_INIT, rest = BUF_INIT;
	uint32_t span = short_hash(r->span);
	bool hashed = hash_unhex(res->key, hash, sizeof hash);
	buf_add_char(&key, hashed ? 'h' : 't');
	if (hashed)
		buf_add(&key, hash, sizeof hash);
	else
		buf_add_str(&key, res->key);
	buf_add(&rest, &res->order, sizeof res->order);
	buf_add(&rest, &span, sizeof span);
	buf_add_str(&rest, own_names(r));
	id_map_put(&state->roots, r->trace, (struct id_place){buf_str(&key), buf_str(&rest)});
	buf_done(&key);
	buf_done(&rest);
}

enum known { NOT_KNOWN, NO_CASE, CASE };

static enum known find_root(const struct braintrust_row *r, struct root *root)
{
	struct braintrust_state *state = r->f->im->state;
	struct id_place place;
	struct buf hex = BUF_INIT;
	if (!id_map_get(&state->roots, r->trace, r->f->arena, &place))
		return NOT_KNOWN;
	if (!place.trace.len || place.span.len < ROOT_FIXED)
		return NO_CASE;
	root->key = str_from(place.trace, 1);
	if (place.trace.ptr[0] == 'h') {
		hash_hex(&hex, root->key.ptr, root->key.len);
		root->key = arena_str(r->f->arena, buf_str(&hex));
		buf_done(&hex);
	}
	memcpy(&root->order, place.span.ptr, sizeof root->order);
	memcpy(&root->span, place.span.ptr + sizeof root->order, sizeof root->span);
	root->names = str_from(place.span, ROOT_FIXED);
	return CASE;
}

static bool has_name(const struct root *root, struct str name)
{
	uint32_t hash = short_hash(name), one;
	for (size_t i = 0; i + sizeof one <= root->names.len; i += sizeof one) {
		memcpy(&one, root->names.ptr + i, sizeof one);
		if (one == hash)
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- cases */

static int64_t row_start(const struct braintrust_row *r)
{
	int64_t start = braintrust_moment(r, "start", "metrics.start");
	return start == TIME_UNKNOWN ? field_time(r->f, val_get(r->v, "created"), "created") : start;
}

/* An experiment's name is not in its rows; it began with its first case. */
static void tell_run(const struct braintrust_row *r, struct str id)
{
	struct braintrust_state *state = r->f->im->state;
	struct eval_run run = run_start("braintrust");
	run.created_ns = row_start(r);
	if (!run_must_be_told(&state->runs, id, run.created_ns))
		return;
	run.scope.project = r->project;
	run.id = id;
	sink_run(r->f->im->sink, &run);
}

static struct case_result case_of(const struct braintrust_row *r)
{
	struct case_result res = case_start("braintrust");
	res.scope.project = r->project;
	res.run_id = field_text(r->f, val_get(r->v, "experiment_id"));
	res.trace_id = r->trace;
	res.part = true;
	return res;
}

static void read_scores(const struct braintrust_row *r, struct case_result *res)
{
	struct score_list list = {.n = 0};
	struct val scores = braintrust_get(r->f, r->v, "scores");
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, r->f->arena);
		*score_add(&list, r->f->arena, name) = braintrust_score(r, m);
	}
	case_take_scores(res, &list);
}

/* Tags stand with the metadata. */
static struct str case_metadata(const struct braintrust_row *r)
{
	struct str metadata = fields_rest(r->f, r->metadata, NULL);
	struct val tags = braintrust_get(r->f, r->v, "tags");
	struct buf json = BUF_INIT;
	if (!val_first(tags).ok || val_get(r->metadata, "tags").scan)
		return metadata;
	buf_add_cstr(&json, "{\"tags\":");
	buf_add_str(&json, val_raw(tags));
	buf_add_char(&json, '}');
	metadata = json_joined(r->f->arena, arena_str(r->f->arena, buf_str(&json)), metadata);
	buf_done(&json);
	return metadata;
}

static void read_figures(const struct braintrust_row *r, struct case_result *res)
{
	struct span usage = span_start("braintrust");
	int64_t start = braintrust_moment(r, "start", "metrics.start"),
	        end = braintrust_moment(r, "end", "metrics.end");
	fields_usage(r->f, &usage, r->metrics, "metrics");
	res->tokens_in = usage.tokens_in;
	res->tokens_out = usage.tokens_out;
	res->cost_usd = usage.cost_usd;
	res->latency_ns = units_between(start, end);
	if (res->latency_ns == TIME_UNKNOWN)
		res->latency_ns = field_duration(r->f, val_get(r->metrics, "duration"), 1000000000, "metrics.duration");
}

static void read_row(const struct braintrust_row *r, struct case_result *res)
{
	res->input = field_text(r->f, braintrust_get(r->f, r->v, "input"));
	res->expected = field_text(r->f, braintrust_get(r->f, r->v, "expected"));
	res->output = field_text(r->f, braintrust_get(r->f, r->v, "output"));
	res->error = braintrust_error(r);
	if (res->error.ptr)
		res->status = CASE_ERROR;
	res->metadata = case_metadata(r);
	read_figures(r, res);
	read_scores(r, res);
}

static struct case_result root_case(const struct braintrust_row *r)
{
	struct case_result res = case_of(r);
	struct val origin = braintrust_get(r->f, r->v, "origin");
	res.key = braintrust_key(r->f, field_text(r->f, FIELD_ANY(origin, "id")), braintrust_get(r->f, r->v, "input"),
	                         braintrust_get(r->f, r->v, "expected"));
	case_trial(&res, row_start(r), r->span);
	read_row(r, &res);
	return res;
}

/* ---------------------------------------------------------------- details */

static void add_member(struct buf *json, struct member m)
{
	if (json->len > 1)
		buf_add_char(json, ',');
	buf_add_str(json, val_raw(m.key));
	buf_add_char(json, ':');
	buf_add_str(json, val_raw(m.val));
}

static void add_text(struct buf *json, const char *name, struct str text)
{
	if (json->len > 1)
		buf_add_char(json, ',');
	buf_printf(json, "\"%s\":", name);
	scan_quote(json, text);
}

/* What of a scorer's row its scores need. */
static const char *const score_members[] = {"experiment_id", "project_id", "created",       "span_attributes", "output",
                                            "metadata",      "error",      "_audit_source", "_audit_metadata", NULL};

/* The scores of the row, those the root has itself left out. */
static bool add_scores(struct buf *json, const struct braintrust_row *r, const struct root *root)
{
	struct buf scores = BUF_INIT;
	struct val given = braintrust_get(r->f, r->v, "scores");
	buf_add_char(&scores, '{');
	for (struct member m = val_first(given); m.ok && val_is(given, SCAN_OBJECT); m = val_next(m))
		if (!root || !has_name(root, member_key(m, r->f->arena)))
			add_member(&scores, m);
	bool any = scores.len > 1;
	buf_add_cstr(json, json->len > 1 ? ",\"scores\":" : "\"scores\":");
	buf_add_str(json, buf_str(&scores));
	buf_add_char(json, '}');
	buf_done(&scores);
	return any;
}

static bool is_one_of(struct member m, const char *const *names)
{
	for (; *names; names++)
		if (member_is(m, *names))
			return true;
	return false;
}

/* The row made short enough to keep; root: the case it belongs to, NULL: not known, or none. false: nothing is left to say. */
static bool shorten(const struct braintrust_row *r, int slot, const struct root *root, struct buf *json)
{
	bool all = slot == BRAINTRUST_CASE_ROW, any = all;
	buf_add_char(json, '{');
	if (root) {
		add_text(json, "case_key", root->key);
		add_text(json, "case_order", arena_printf(r->f->arena, "%lld", (long long)root->order));
	}
	add_text(json, "root_span_id", r->trace);
	add_text(json, "span_id", r->span);
	for (struct member m = val_first(r->v); m.ok; m = val_next(m)) {
		static const char *const own[] = {"case_key", "case_order", "root_span_id", "span_id", NULL};
		if (all ? !is_one_of(m, own) : is_one_of(m, score_members))
			add_member(json, m);
	}
	if (!all)
		any = add_scores(json, r, root);
	buf_add_char(json, '}');
	return any;
}

void braintrust_case_detail(struct fields *f, int slot, struct val detail)
{
	const struct braintrust_row r = braintrust_row(f, detail);
	struct case_result res = case_of(&r);
	res.key = field_text(f, val_get(detail, "case_key"));
	if (!res.key.len) {
		braintrust_span_scores(&r);
		return;
	}
	case_trial(&res, TIME_UNKNOWN, r.span);
	if (!val_int64(val_get(detail, "case_order"), &res.order))
		res.order = UNKNOWN_INT;
	if (slot == BRAINTRUST_CASE_ROW)
		read_row(&r, &res);
	else
		read_scores(&r, &res);
	sink_case(f->im->sink, &res);
}

static void tell_detail(const struct braintrust_row *r, int slot, const struct root *root)
{
	struct buf json = BUF_INIT;
	if (shorten(r, slot, root, &json)) {
		struct str text = arena_str(r->f->arena, buf_str(&json));
		import_detail(r->f->im, r->f->rec, slot, text);
		braintrust_case_detail(r->f, slot, fields_scan(r->f, text));
	}
	buf_done(&json);
}

/* ---------------------------------------------------------------- rows that need their root */

static void tell_without(const struct braintrust_row *r, int slot)
{
	if (slot == BRAINTRUST_CASE_SCORES)
		tell_detail(r, slot, NULL);
}

/* A row that has waited: its root is known now, or never will be. */
static bool waited(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	const struct braintrust_row r = braintrust_row(&f, rec->root);
	struct root root;
	(void)err;
	if (find_root(&r, &root) == CASE)
		tell_detail(&r, rec->slot, &root);
	else
		tell_without(&r, rec->slot);
	fields_done(&f);
	return true;
}

static bool keep_waiting(const struct braintrust_row *r, int slot)
{
	struct braintrust_state *state = r->f->im->state;
	struct buf json = BUF_INIT;
	struct record rec = *r->f->rec;
	shorten(r, slot, NULL, &json);
	rec.root = fields_scan(r->f, arena_str(r->f->arena, buf_str(&json)));
	rec.slot = slot;
	buf_done(&json);
	return waiting_put(&state->early_parts, r->trace, &rec);
}

static void tell_part(const struct braintrust_row *r, int slot)
{
	struct root root;
	enum known known = find_root(r, &root);
	if (known == CASE)
		tell_detail(r, slot, &root);
	else if (known == NO_CASE)
		tell_without(r, slot);
	else if (!keep_waiting(r, slot)) {
		import_problem(r->f->im, r->f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("root_span_id"),
		               "its scores are its span's", "the root of too many scores before this one has not come");
		tell_without(r, slot);
	}
}

/* ---------------------------------------------------------------- what a row is */

static bool has_scores(const struct braintrust_row *r)
{
	struct val scores = braintrust_get(r->f, r->v, "scores");
	return val_is(scores, SCAN_OBJECT) && val_first(scores).ok;
}

/* Rows of logs say so. Rows of a download may say neither; there the types tell. */
static bool is_case_root(const struct braintrust_row *r)
{
	struct val about = braintrust_get(r->f, r->v, "span_attributes");
	return val_ok(FIELD_ANY(r->v, "experiment_id")) || val_str_is(val_get(about, "type"), "eval");
}

static bool is_scorers(const struct braintrust_row *r)
{
	struct val about = braintrust_get(r->f, r->v, "span_attributes");
	return val_ok(FIELD_ANY(r->v, "experiment_id")) || val_str_is(val_get(about, "type"), "score") ||
	       val_str_is(val_get(about, "purpose"), "scorer");
}

static bool is_log(const struct braintrust_row *r)
{
	return val_ok(FIELD_ANY(r->v, "log_id", "prompt_session_id")) && !val_ok(FIELD_ANY(r->v, "experiment_id"));
}

static bool tell_root(const struct braintrust_row *r, struct err *err)
{
	struct braintrust_state *state = r->f->im->state;
	struct case_result res = root_case(r);
	tell_run(r, res.run_id);
	sink_case(r->f->im->sink, &res);
	if (r->f->im->decoding)
		return true;
	remember(r, &res);
	return waiting_come(&state->early_parts, r->trace, r->f->im, waited, err);
}

bool braintrust_case_row(const struct braintrust_row *r, bool *ok, struct err *err)
{
	struct braintrust_state *state = r->f->im->state;
	bool root = braintrust_is_root(r), more = val_is(val_get(r->v, "_is_merge"), SCAN_TRUE);
	if (is_log(r))
		return false;
	if (root && !more && is_case_root(r)) {
		*ok = tell_root(r, err);
		return true;
	}
	if (root && !more) {
		id_map_put(&state->roots, r->trace, (struct id_place){STR_NONE, STR_NONE});
		*ok = waiting_come(&state->early_parts, r->trace, r->f->im, waited, err);
		return false;
	}
	if (root ? !val_ok(FIELD_ANY(r->v, "experiment_id")) : !is_scorers(r) || !has_scores(r))
		return false;
	if (!r->f->im->decoding)
		tell_part(r, root ? BRAINTRUST_CASE_ROW : BRAINTRUST_CASE_SCORES);
	return true;
}

bool braintrust_case_feedback(const struct braintrust_row *r)
{
	struct root root;
	if (r->f->im->decoding || !val_ok(FIELD_ANY(r->v, "experiment_id")))
		return false;
	if (find_root(r, &root) != CASE || root.span != short_hash(r->span))
		return false;
	root.names = STR_NONE; /* a person's score is not the scorer's */
	if (has_scores(r))
		tell_detail(r, BRAINTRUST_CASE_SCORES, &root);
	return true;
}

bool braintrust_cases_finish(struct import *im, struct err *err)
{
	struct braintrust_state *state = im->state;
	return waiting_end(&state->early_parts, im, waited, err);
}
