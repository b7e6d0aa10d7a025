/* What answers are beside their words: how long, JSON with which fields and values, refused, empty; which tools, which documents; how slow. */
#include <math.h>
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/study/ruleprop_private.h"

enum {
	CUTS_MOST = 40,
	FIELDS_MOST = 200,
	VALUES_MOST = 1000,
	NAMES_MOST = 500,
	JSON_DEPTH = 3,
	VALUE_BYTES = 60,
	PATH_BYTES = 120,
	JSON_BYTES = 1 << 20
};

const char rp_refusal[] =
    "(?i)(i('m| am) (sorry|afraid|unable|not able)|i (can ?not|can't|won't)|as an ai|unable to (help|assist))";

/* A set of answers. */
struct set {
	uint64_t sig;
	uint32_t bad, good;
};

static void set_add(const struct rp *r, struct set *s, uint32_t doc)
{
	s->sig ^= rp_sign(doc);
	s->bad += doc < r->n_bad;
	s->good += doc >= r->n_bad;
}

static struct set without(struct set all, struct set part)
{
	return (struct set){all.sig ^ part.sig, all.bad - part.bad, all.good - part.good};
}

/* Of two that have no answer in common. */
static struct set both(struct set a, struct set b)
{
	return (struct set){a.sig ^ b.sig, a.bad + b.bad, a.good + b.good};
}

static void offer(struct rp *r, const char *kind, double cost, struct set broken, const struct demand *d,
                  struct str pattern)
{
	/* What approved answers break more often than flagged ones is nobody's rule. */
	if ((uint64_t)broken.bad * r->n_good <= (uint64_t)broken.good * r->n_bad ||
	    !rp_can_tell(r, broken.bad + broken.good))
		return;
	struct demand *kept = arena_alloc(r->arena, sizeof *kept);
	*kept = *d;
	rp_add(r, &(struct rp_cand){.kind = kind,
	                            .sig = broken.sig,
	                            .bad = broken.bad,
	                            .good = broken.good,
	                            .cost = cost,
	                            .demand = kept,
	                            .pattern = pattern});
}

/* ---------------------------------------------------------------- bounds */

struct figure {
	double v;
	uint32_t doc;
};
enum bound { BOUND_LENGTH, BOUND_TIME, BOUND_TOKENS, BOUND_COST, BOUND_VALUE };

static int by_value(const void *pa, const void *pb)
{
	const struct figure *a = pa, *b = pb;
	if (a->v < b->v || a->v > b->v)
		return a->v < b->v ? -1 : 1;
	return (a->doc > b->doc) - (a->doc < b->doc);
}

/* The roundest number that is at least low and less than high. */
static double round_between(double low, double high)
{
	double step = pow(10, ceil(log10(fmax(fmax(fabs(low), fabs(high)), 1e-12))));
	for (int i = 0; i < 40; i++) { /* 100, 50, 10, 5, 1 … */
		double v = ceil(low / step) * step;
		if (v >= low && v < high)
			return v;
		step = i % 2 ? step / 5 : step / 2;
	}
	return low;
}

static void offer_bound(struct rp *r, enum bound what, struct str path, double low, double high, struct set above,
                        struct set below, struct set missing)
{
	struct demand most = DEMAND_NONE, least = DEMAND_NONE;
	bool whole = what != BOUND_VALUE && what != BOUND_COST;
	double at = round_between(low, high), from = whole ? at + 1 : at;
	if (!whole && from <= low)
		from = high; /* at least so much: low itself is too little */
	switch (what) {
	case BOUND_LENGTH:
		most.max_length = (int64_t)at;
		least.min_length = (int64_t)from;
		offer(r, "length", 1.2, above, &most, STR_NONE);
		offer(r, "length", 1.2, below, &least, STR_NONE);
		return;
	case BOUND_TIME:
		most.max_duration = (int64_t)at;
		offer(r, "time", 1.6, above, &most, STR_NONE);
		return;
	case BOUND_TOKENS:
		most.max_tokens = (int64_t)at;
		offer(r, "tokens", 1.6, above, &most, STR_NONE);
		return;
	case BOUND_COST:
		most.max_cost = at;
		offer(r, "cost", 1.6, above, &most, STR_NONE);
		return;
	case BOUND_VALUE:
		most.json_field = least.json_field = path;
		most.max_value = at;
		least.min_value = from;
		offer(r, "value", 1, both(above, missing), &most, STR_NONE);
		offer(r, "value", 1, both(below, missing), &least, STR_NONE);
		return;
	}
}

/* Between neighbouring values, at so many places of equal distance that time stays bounded. missing: answers that have none and break it. */
static void bounds(struct rp *r, enum bound what, struct str path, struct figure *f, size_t n, struct set missing)
{
	struct set below = {0}, all = {0};
	size_t steps = 0, step = 0, taken = 0;
	if (n < 2)
		return;
	qsort(f, n, sizeof *f, by_value);
	for (size_t i = 0; i < n; i++) {
		set_add(r, &all, f[i].doc);
		steps += i && f[i].v > f[i - 1].v;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		set_add(r, &below, f[i].doc);
		if (!(f[i + 1].v > f[i].v))
			continue;
		if (++step * CUTS_MOST < (taken + 1) * steps && steps > CUTS_MOST)
			continue;
		taken++;
		offer_bound(r, what, path, f[i].v, f[i + 1].v, without(all, below), below, missing);
	}
}

static void figures(struct rp *r)
{
	struct figure *f = xcalloc(r->n, sizeof *f);
	for (int what = BOUND_LENGTH; what <= BOUND_COST; what++) {
		size_t n = 0;
		for (uint32_t d = 0; d < r->n; d++) {
			const struct answer *a = r->docs[d].answer;
			double v = what == BOUND_COST ? a->cost_usd : UNKNOWN_DOUBLE;
			if (what == BOUND_LENGTH && a->output.ptr)
				v = (double)text_n_codes(a->output);
			if (what == BOUND_TIME && a->duration_ns != UNKNOWN_INT)
				v = (double)a->duration_ns;
			if (what == BOUND_TOKENS && a->tokens != UNKNOWN_INT)
				v = (double)a->tokens;
			if (!IS_UNKNOWN(v))
				f[n++] = (struct figure){v, d};
		}
		bounds(r, (enum bound)what, STR_NONE, f, n, (struct set){0});
	}
	free(f);
}

/* ---------------------------------------------------------------- names: tools, documents */

struct named {
	uint64_t key;
	struct str name, value;
	struct set in;
	uint32_t last; /* answer + 1 */
};
struct named_list {
	VEC(struct named) at;
	size_t most;
};

/* Few: looked for one after the other from the newest would be slow, so by a small table of its own. */
struct named_index {
	struct named_list list;
	uint32_t *slots;
	size_t cap;
};

static struct named *named_of(struct named_index *x, struct arena *arena, struct str name, struct str value)
{
	uint64_t key = rp_mix(hash64(name) * 3 + (value.ptr ? hash64(value) + 1 : 0)) | 1;
	if (!x->slots) {
		for (x->cap = 64; x->cap < 3 * x->list.most;)
			x->cap *= 2;
		x->slots = xcalloc(x->cap, sizeof *x->slots);
	}
	size_t at = key & (x->cap - 1);
	while (x->slots[at] && x->list.at.at[x->slots[at] - 1].key != key)
		at = (at + 1) & (x->cap - 1);
	if (x->slots[at])
		return &x->list.at.at[x->slots[at] - 1];
	if (x->list.at.n == x->list.most)
		return NULL;
	struct named *n = vec_add(&x->list.at);
	*n = (struct named){.key = key, .name = arena_str(arena, name), .value = arena_str(arena, value)};
	x->slots[at] = (uint32_t)x->list.at.n;
	return n;
}

static void named_add(struct rp *r, struct named_index *x, struct str name, struct str value, uint32_t doc)
{
	struct named *n = named_of(x, r->arena, name, value);
	if (!n || n->last == doc + 1)
		return;
	n->last = doc + 1;
	set_add(r, &n->in, doc);
}

static void named_done(struct named_index *x)
{
	vec_done(&x->list.at);
	free(x->slots);
}

static void calls(struct rp *r, struct str tool)
{
	struct figure *f = xcalloc(r->n, sizeof *f);
	size_t n = 0;
	for (uint32_t d = 0; d < r->n; d++) {
		const struct answer *a = r->docs[d].answer;
		double k = 0;
		for (size_t i = 0; a->has_tools && i < a->n_tools; i++)
			k += str_eq(a->tools[i], tool);
		if (a->has_tools)
			f[n++] = (struct figure){k, d};
	}
	if (n > 1)
		qsort(f, n, sizeof *f, by_value);
	struct set above = {0};
	for (size_t i = n; i-- > 1;) {
		set_add(r, &above, f[i].doc);
		if (!(f[i].v > f[i - 1].v) || f[i - 1].v < 1)
			continue;
		struct demand d = DEMAND_NONE;
		d.tool = tool;
		d.max_calls = (int64_t)f[i - 1].v;
		offer(r, "tool", 1, above, &d, STR_NONE);
	}
	free(f);
}

static void names(struct rp *r, bool documents)
{
	struct named_index x = {.list = {.most = NAMES_MOST}};
	struct set known = {0};
	for (uint32_t d = 0; d < r->n; d++) {
		const struct answer *a = r->docs[d].answer;
		if (!(documents ? a->has_documents : a->has_tools))
			continue;
		set_add(r, &known, d);
		for (size_t i = 0; i < (documents ? a->n_documents : a->n_tools); i++) {
			struct str name = documents ? a->documents[i] : a->tools[i];
			if (name.len && name.len <= 200)
				named_add(r, &x, name, STR_NONE, d);
		}
	}
	for (size_t i = 0; i < x.list.at.n; i++) {
		const struct named *n = &x.list.at.at[i];
		struct demand with = DEMAND_NONE, lacking = DEMAND_NONE;
		*(documents ? &with.must_not_retrieve : &with.must_not_call) = n->name;
		*(documents ? &lacking.must_retrieve : &lacking.must_call) = n->name;
		offer(r, documents ? "document" : "tool", 0.7, n->in, &with, STR_NONE);
		offer(r, documents ? "document" : "tool", 0.7, without(known, n->in), &lacking, STR_NONE);
		if (!documents && i < 50)
			calls(r, n->name);
	}
	named_done(&x);
}

/* ---------------------------------------------------------------- JSON */

struct fields {
	struct rp *r;
	struct named_index paths, values, shapes; /* shapes: values as patterns, numbers left open */
	struct set texts, objects, json;
	VEC(struct figure) numbers;
	struct arena arena;
};

static bool is_plain(struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] < ' ')
			return false;
	return value.len > 0 && value.len <= VALUE_BYTES;
}

static void walk(struct fields *f, struct val object, struct str prefix, int depth, uint32_t doc)
{
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		struct str key = member_key(m, &f->arena);
		if (!key.len || !is_plain(key) || prefix.len + key.len > PATH_BYTES)
			continue;
		struct str path =
		    prefix.len ? arena_printf(&f->arena, STR_FMT "." STR_FMT, STR_ARG(prefix), STR_ARG(key)) : key;
		named_add(f->r, &f->paths, path, STR_NONE, doc);
		if (val_is(m.val, SCAN_OBJECT) && depth + 1 < JSON_DEPTH)
			walk(f, m.val, path, depth + 1, doc);
		if (val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY))
			continue;
		struct str value = val_is(m.val, SCAN_NULL) ? STR_LIT("null") : val_text(m.val, &f->arena);
		if (!is_plain(value))
			continue;
		named_add(f->r, &f->values, path, value, doc);
		/* "liability-2" and "liability-3" are one kind of value; a bare number is a matter of bounds. */
		struct buf shape = BUF_INIT;
		if (rp_generalise(&shape, value))
			named_add(f->r, &f->shapes, path, buf_str(&shape), doc);
		buf_done(&shape);
	}
}

static void read_json(struct fields *f, uint32_t doc)
{
	struct str text = f->r->docs[doc].answer->output;
	struct scan scan = SCAN_INIT;
	struct str shown = str_trim(text);
	if (!text.ptr)
		return;
	set_add(f->r, &f->texts, doc);
	if (!shown.len || text.len > JSON_BYTES || (shown.ptr[0] != '{' && shown.ptr[0] != '['))
		return;
	if (scan_text(&scan, text, &(struct scan_opts){.last = true, .replace_utf8 = true})) {
		set_add(f->r, &f->json, doc);
		if (val_is(scan_root(&scan), SCAN_OBJECT)) {
			set_add(f->r, &f->objects, doc);
			walk(f, scan_root(&scan), STR_NONE, 0, doc);
		}
	}
	scan_done(&scan);
	arena_reset(&f->arena);
}

/* One pass over the answers for each field that many of them have as a number. */
static void number_bounds(struct fields *f, struct str path)
{
	struct set has = {0};
	vec_clear(&f->numbers);
	for (uint32_t d = 0; d < f->r->n; d++) {
		struct str text = f->r->docs[d].answer->output;
		bool json;
		double v;
		if (!text.ptr || text.len > JSON_BYTES)
			continue;
		struct str value = demand_json_field(text, path, &f->arena, &json);
		if (value.ptr && scan_double(str_trim(value), &v)) {
			set_add(f->r, &has, d);
			*vec_add(&f->numbers) = (struct figure){v, d};
		}
		arena_reset(&f->arena);
	}
	if (f->numbers.n * 2 >= f->r->n)
		bounds(f->r, BOUND_VALUE, path, f->numbers.at, f->numbers.n, without(f->texts, has));
}

static void offer_value(struct fields *f, const struct named *v, const struct set *present, bool shape)
{
	struct demand d = DEMAND_NONE;
	struct pattern_mistake mistake;
	struct buf text = BUF_INIT;
	buf_add_char(&text, '^');
	if (shape)
		buf_add_str(&text, v->value);
	else
		rp_escape(&text, v->value);
	buf_add_char(&text, '$');
	struct str pattern = arena_str(f->r->arena, buf_str(&text));
	buf_done(&text);
	d.json_field = v->name;
	d.not_match = pattern_parse(f->r->arena, pattern, &mistake);
	if (d.not_match)
		offer(f->r, "value", shape ? 0.8 : 0.6, both(v->in, without(f->texts, *present)), &d, pattern);
	d.match = d.not_match;
	d.not_match = NULL;
	if (d.match)
		offer(f->r, "value", shape ? 0.9 : 0.7, without(f->texts, v->in), &d, pattern);
}

static void offer_values(struct fields *f, const struct named_index *values, bool shapes)
{
	for (size_t i = 0; i < values->list.at.n; i++) {
		const struct named *v = &values->list.at.at[i];
		for (size_t k = 0; k < f->paths.list.at.n; k++)
			if (str_eq(f->paths.list.at.at[k].name, v->name)) {
				offer_value(f, v, &f->paths.list.at.at[k].in, shapes);
				break;
			}
	}
}

static void json_facts(struct rp *r)
{
	struct fields f = {.r = r,
	                   .paths = {.list = {.most = FIELDS_MOST}},
	                   .values = {.list = {.most = VALUES_MOST}},
	                   .shapes = {.list = {.most = VALUES_MOST}},
	                   .arena = ARENA_INIT};
	for (uint32_t d = 0; d < r->n; d++)
		read_json(&f, d);
	if (f.json.bad + f.json.good) {
		struct demand d = DEMAND_NONE;
		d.json = true;
		offer(r, "json", 0.3, without(f.texts, f.json), &d, STR_NONE);
	}
	for (size_t i = 0; i < f.paths.list.at.n; i++) {
		const struct named *p = &f.paths.list.at.at[i];
		struct demand d = DEMAND_NONE;
		d.json_field = p->name;
		offer(r, "field", 0.5, without(f.texts, p->in), &d, STR_NONE);
		if ((p->in.bad + p->in.good) * 2 >= r->n && i < 50 && !rp_cancelled(r))
			number_bounds(&f, p->name);
	}
	offer_values(&f, &f.values, false);
	offer_values(&f, &f.shapes, true);
	named_done(&f.paths);
	named_done(&f.values);
	named_done(&f.shapes);
	vec_done(&f.numbers);
	arena_done(&f.arena);
}

/* ---------------------------------------------------------------- refusals, empty answers, errors */

static void pattern_fact(struct rp *r, const char *kind, const char *text, enum demand_field field, bool must,
                         double cost)
{
	struct demand d = DEMAND_NONE;
	struct pattern_mistake mistake;
	struct set broken = {0};
	const struct pattern *p = pattern_parse(r->arena, str_of(text), &mistake);
	BUG_ON(!p);
	d.field = field;
	*(must ? &d.match : &d.not_match) = p;
	for (uint32_t i = 0; i < r->n; i++) {
		struct answer a = *r->docs[i].answer;
		a.output = str_cut(a.output, 0, r->doc_bytes);
		if (demand_broken(&d, &a, NULL, NULL))
			set_add(r, &broken, i);
	}
	offer(r, kind, cost, broken, &d, str_of(text));
}

bool rp_facts(struct rp *r)
{
	pattern_fact(r, "refusal", rp_refusal, FIELD_OUTPUT, false, 0.2);
	pattern_fact(r, "empty", "\\S", FIELD_OUTPUT, true, 0.1);
	pattern_fact(r, "error", "\\S", FIELD_ERROR_TEXT, false, 0.1);
	figures(r);
	names(r, false);
	names(r, true);
	if (!rp_cancelled(r))
		json_facts(r);
	return !rp_cancelled(r);
}
