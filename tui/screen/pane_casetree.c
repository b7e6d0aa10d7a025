/* Two JSON texts as one tree: what differs stands in it with both values, equal neighbours fold to one row. */
#include "store/base/scan.h"
#include "tui/keyed.h"
#include "tui/screen/pane_casediff.h"

enum {
	STEP = 2,           /* columns of a level */
	DEEPEST = 20,       /* levels that are indented */
	SHORT = 60,         /* bytes of an equal member that shows as it is */
	WORDS_MOST = 65536, /* bytes of strings that are compared by words */
	INSIDE_MOST = 20000
};

static int indent_of(const struct sheet *s, uint32_t depth)
{
	int levels = depth < DEEPEST ? (int)depth : DEEPEST, indent = levels * STEP;
	return indent < s->cols / 2 ? indent : s->cols / 2;
}

static void add_key(struct flow *f, const struct json_diff_op *op, enum role role)
{
	struct buf text = BUF_INIT;
	if (op->key.ptr)
		buf_add_str(&text, op->key.len ? op->key : STR_LIT("\"\""));
	else if (op->at_a >= 0 && op->at_b >= 0 && op->at_a != op->at_b)
		buf_printf(&text, "[%lld > %lld]", (long long)op->at_a, (long long)op->at_b);
	else if (op->at_a >= 0 || op->at_b >= 0)
		buf_printf(&text, "[%lld]", (long long)(op->at_a >= 0 ? op->at_a : op->at_b));
	if (text.len) {
		flow_add(f, role, buf_str(&text));
		flow_addc(f, role, " ");
	}
	buf_done(&text);
}

/* The text of a string, other values as written. */
static struct str value_text(struct str raw, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	struct str text = raw;
	if (raw.len && raw.ptr[0] == '"' &&
	    scan_text(&scan, raw, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true}))
		text = arena_str(arena, val_str(scan_root(&scan), arena));
	scan_done(&scan);
	return text;
}

/* Pretty-printed if it is an object or array that needs rows. */
static void add_value(struct flow *f, enum diff_kind kind, struct str raw, const struct case_show *show)
{
	struct scan scan = SCAN_INIT;
	struct buf text = BUF_INIT;
	bool container = raw.len > SHORT && (raw.ptr[0] == '{' || raw.ptr[0] == '[');
	if (container &&
	    scan_text(&scan, raw, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true}))
		scan_pretty(&text, scan_root(&scan));
	else
		buf_add_str(&text, raw);
	casediff_add(f, kind, buf_str(&text), show->brackets);
	buf_done(&text);
	scan_done(&scan);
}

/* Two strings by their words, others one after the other. */
static void add_changed(struct flow *f, const struct json_diff_op *op, const struct case_show *show)
{
	bool strings = op->a.len > 1 && op->b.len > 1 && op->a.ptr[0] == '"' && op->b.ptr[0] == '"' &&
	               op->a.len + op->b.len <= WORDS_MOST && str_find_char(op->a, ' ') != SIZE_MAX &&
	               str_find_char(op->b, ' ') != SIZE_MAX;
	struct arena arena = ARENA_INIT;
	if (strings) {
		struct str a = value_text(op->a, &arena), b = value_text(op->b, &arena);
		struct diff d = diff_text(&arena, a, b, DIFF_WORDS);
		flow_addc(f, ROLE_DIM, "\"");
		casediff_inline(f, &d, a, b, show);
		flow_addc(f, ROLE_DIM, "\"");
	} else {
		add_value(f, DIFF_ONLY_A, op->a, show);
		flow_addc(f, ROLE_DIM, show->ascii ? " -> " : " → ");
		add_value(f, DIFF_ONLY_B, op->b, show);
	}
	arena_done(&arena);
}

/* Equal members as they are, one a row, or folded. */
static void add_same(struct flow *f, const struct json_diff_op *op, const struct case_show *show)
{
	if (!show->unfold && (op->n > 1 || op->a.len > SHORT)) {
		struct buf text = BUF_INIT;
		buf_printf(&text, "%s %lld unchanged", show->ascii ? "..." : "…", (long long)op->n);
		if (op->n == 1 && op->key.ptr)
			buf_printf(&text, ": " STR_FMT, STR_ARG(str_cut(op->key, 0, 200)));
		flow_add(f, ROLE_DIM, buf_str(&text));
		buf_done(&text);
		return;
	}
	struct buf json = BUF_INIT, pretty = BUF_INIT;
	struct scan scan = SCAN_INIT;
	buf_add_char(&json, op->key.ptr ? '{' : '[');
	buf_add_str(&json, op->a);
	buf_add_char(&json, op->key.ptr ? '}' : ']');
	bool ok =
	    scan_text(&scan, buf_str(&json), &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
	if (ok && op->n == 1) { /* as what differs is written */
		add_key(f, op, ROLE_DIM);
		flow_add(f, ROLE_DIM, val_raw(val_first(scan_root(&scan)).val));
	} else if (ok) {
		scan_pretty(&pretty, scan_root(&scan));
	}
	struct str rest = buf_str(&pretty), line;
	bool first = true;
	while (str_split(&rest, '\n', &line)) { /* without the braces and the level they make */
		if (!rest.ptr || line.ptr == pretty.ptr)
			continue;
		flow_addc(f, ROLE_DIM, first ? "" : "\n");
		flow_add(f, ROLE_DIM, str_from(line, 2));
		first = false;
	}
	scan_done(&scan);
	buf_done(&json);
	buf_done(&pretty);
}

static void add_op(struct flow *f, const struct json_diff_op *op, const struct case_show *show)
{
	switch (op->kind) {
	case JSON_DIFF_INSIDE:
		add_key(f, op, ROLE_JSON_KEY);
		flow_addc(f, ROLE_DIM, op->a.ptr[0] == '{' ? "{" : "[");
		break;
	case JSON_DIFF_SAME: add_same(f, op, show); break;
	case JSON_DIFF_CHANGED:
		add_key(f, op, ROLE_JSON_KEY);
		add_changed(f, op, show);
		break;
	case JSON_DIFF_ONLY_A:
		flow_addc(f, ROLE_DELETED, "- ");
		add_key(f, op, ROLE_DELETED);
		add_value(f, DIFF_ONLY_A, op->a, show);
		break;
	case JSON_DIFF_ONLY_B:
		flow_addc(f, ROLE_INSERTED, "+ ");
		add_key(f, op, ROLE_INSERTED);
		add_value(f, DIFF_ONLY_B, op->b, show);
		break;
	}
}

void casetree_lay(struct sheet *s, const struct json_diff *d, const struct case_show *show)
{
	struct flow f = {.ascii = show->ascii};
	size_t first = d->n && d->ops[0].kind == JSON_DIFF_INSIDE; /* the whole needs no row */
	for (size_t i = first; i < d->n && i < INSIDE_MOST && !sheet_is_full(s); i++) {
		const struct json_diff_op *op = &d->ops[i];
		if (i > first)
			sheet_row(s);
		f.col = indent_of(s, op->depth - (uint32_t)first);
		f.cols = s->cols - f.col > 8 ? s->cols - f.col : 8;
		add_op(&f, op, show);
		flow_lay_one(s, &f, 0);
	}
	if (d->cut || d->n > INSIDE_MOST) {
		sheet_row(s);
		sheet_addc(s, ROLE_WARNING, keyed("and more differences than are shown: {v} shows both texts"));
	}
	if (d->approximate) {
		sheet_row(s);
		sheet_addc(s, ROLE_DIM, "(long lists: elements may meet otherwise than they would best)");
	}
	flow_done(&f);
}
