#include "store/query/reviews.h"

#include <string.h>

#include "store/base/json.h"
#include "store/model.h"
#include "store/study/mask.h"

uint64_t reviews_target(const struct sha256 *target)
{
	uint64_t first;
	memcpy(&first, target->byte, sizeof first);
	return first ? first : 1; /* a set holds no 0 */
}

struct writing {
	const struct reviews_opts *opts;
	struct buf *out;
	reviews_more *more;
	void *context;
	int64_t n;
};

static bool is_wanted(const struct reviews_opts *o, const struct annotation *a)
{
	return (!o->author.ptr || str_eq(o->author, a->author)) && (!o->queue.ptr || str_eq(o->queue, a->queue)) &&
	       (o->since_ns == TIME_UNKNOWN || a->time_ns >= o->since_ns) &&
	       (!o->targets || hash_set_has(o->targets, reviews_target(&a->target)));
}

/* ---------------------------------------------------------------- a line */

static void put_hex(struct jout *j, const char *key, const void *bytes, size_t n)
{
	struct buf hex = BUF_INIT;
	hash_hex(&hex, bytes, n);
	jout_str(j, key, buf_str(&hex));
	buf_done(&hex);
}

static void put_hash(struct jout *j, const char *key, uint64_t hash)
{
	unsigned char bytes[8];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(hash >> (56 - 8 * i));
	if (hash)
		put_hex(j, key, bytes, sizeof bytes);
}

static void put_text(struct jout *j, const char *key, struct str text)
{
	if (text.len)
		jout_str(j, key, text);
}

/* What a person has typed; a verdict's word is the program's. */
static bool is_free(enum annotation_field field)
{
	return field != FIELD_VERDICT && field != FIELD_PREFERENCE;
}

/* A part is a tag or the name of a score: a withdrawal has it too. */
static void put_said(struct jout *j, const struct annotation *a, bool masked)
{
	struct buf part = BUF_INIT, value = BUF_INIT;
	size_t n_part = masked ? mask_text(&part, a->part) : 0;
	size_t n_value = masked && is_free(a->field) && !a->is_withdrawal ? mask_text(&value, a->value) : 0;
	put_text(j, "part", n_part ? buf_str(&part) : a->part);
	if (!a->is_withdrawal)
		jout_str(j, "value", n_value ? buf_str(&value) : a->value.ptr ? a->value : STR_LIT(""));
	if (n_part || n_value)
		jout_bool(j, "masked", true);
	buf_done(&value);
	buf_done(&part);
}

static void put_how(struct jout *j, unsigned how)
{
	if (!how)
		return;
	jout_array(j, "how");
	if (how & HOW_PROPOSED)
		jout_cstr(j, NULL, "proposed");
	if (how & HOW_BLIND)
		jout_cstr(j, NULL, "blind");
	jout_end(j);
}

static void put_event(struct buf *out, const struct annotation *a, bool masked)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	put_hex(&j, "event", a->event.byte, sizeof a->event.byte);
	put_hex(&j, "target", a->target.byte, sizeof a->target.byte);
	if (a->has_io)
		put_hex(&j, "io", a->io.byte, sizeof a->io.byte);
	put_hash(&j, "input_hash", a->input_hash);
	put_hash(&j, "output_hash", a->output_hash);
	if (!masked || !mask_any(a->hint)) /* the hashes find it without */
		put_text(&j, "hint", a->hint);
	jout_str(&j, "author", a->author);
	jout_cstr(&j, "field", annotation_field_name(a->field));
	put_said(&j, a, masked);
	jout_time(&j, "time", a->time_ns);
	if (a->is_withdrawal)
		put_hex(&j, "withdraws", a->withdraws.byte, sizeof a->withdraws.byte);
	put_how(&j, a->how);
	if (a->has_because)
		put_hex(&j, "because", a->because.byte, sizeof a->because.byte);
	if (a->has_shown)
		put_hex(&j, "shown", a->shown.byte, sizeof a->shown.byte);
	if (!masked || !mask_any(a->queue))
		put_text(&j, "queue", a->queue);
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- all of them */

static bool count_one(void *context, const struct annotation *a, struct err *err)
{
	struct writing *w = context;
	(void)err;
	w->n += is_wanted(w->opts, a);
	return true;
}

static bool write_one(void *context, const struct annotation *a, struct err *err)
{
	struct writing *w = context;
	if (!is_wanted(w->opts, a))
		return true;
	put_event(w->out, a, w->opts->masked);
	return w->more(w->context, w->out, err);
}

/* The header says how many follow, so that a file that was cut is known. */
static void put_header(struct writing *w)
{
	struct jout j;
	jout_init(&j, w->out, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "format", "spoor-reviews");
	jout_int(&j, "version", 1);
	jout_int(&j, "events", w->n);
	if (w->opts->masked)
		jout_bool(&j, "masked", true);
	jout_end(&j);
	buf_add_char(w->out, '\n');
}

bool reviews_write(struct db *db, const struct reviews_opts *opts, struct buf *out, reviews_more *more, void *context,
                   int64_t *n, struct err *err)
{
	struct writing w = {.opts = opts, .out = out, .more = more, .context = context};
	*n = 0;
	if (!db_begin_read(db, err))
		return false;
	bool ok = annotate_each(db, count_one, &w, err);
	if (ok && w.n) {
		put_header(&w);
		ok = annotate_each(db, write_one, &w, err);
	}
	db_end_read(db);
	*n = w.n;
	return ok;
}
