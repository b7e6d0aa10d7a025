#include "import/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"

enum { HEADS_MAX = 100, BAD_MAX = 1000, CHUNK = 64 << 10, DEPTH_AROUND = 8, CERTAIN_ENOUGH = 20 };

struct bundle_number {
	uint64_t hash, number;
};

struct bundle_head {
	uint64_t number;
	const char *name;
	struct str bytes;
};

enum stage { STAGE_START, STAGE_ROWS, STAGE_OVER };

struct bundle {
	const struct bundle_plan *plan;
	struct archive_in *in;
	struct archive_member now;
	enum archive_event event;
	bool has_now; /* a member was met and is not dealt with */
	enum stage stage;
	int depth_max;
	struct buf piece, member, heads, late;
	size_t at; /* in the piece */
	uint64_t n_rows;
	struct scan scan;
	bool stopped;
	VEC(struct problem) problems;
	size_t n_told, n_bad;
	struct arena arena; /* of the problems */
};

/* ---------------------------------------------------------------- problems */

static void complain(struct bundle *b, enum severity severity, const char *code, struct str reason, const char *kept)
{
	b->n_bad += severity == SEVERITY_SKIPPED;
	*vec_add(&b->problems) = (struct problem){
	    .entry = severity == SEVERITY_FILE ? NULL : arena_cstr(&b->arena, b->now.name).ptr,
	    .record = b->n_rows + 1,
	    .severity = severity,
	    .code = code,
	    .reason = arena_str(&b->arena, reason),
	    .kept = str_of(kept),
	};
}

bool bundle_problem(struct bundle *b, struct problem *p)
{
	if (b->n_told == b->problems.n)
		return false;
	*p = b->problems.at[b->n_told++];
	return true;
}

/* ---------------------------------------------------------------- one member */

/* All of it into `out`; false with *code (NULL: stopped). */
static bool read_all(struct archive_in *in, struct buf *out, size_t max, const char **code, struct err *err)
{
	int64_t n = 1;
	struct reader *r = archive_in_member(in, err);
	buf_clear(out);
	*code = r ? NULL : reader_code(NULL);
	while (r && n > 0 && out->len <= max) {
		buf_reserve(out, CHUNK);
		n = reader_read(r, out->ptr + out->len, CHUNK, err);
		out->len += n > 0 ? (size_t)n : 0;
	}
	if (r && n < 0)
		*code = reader_code(r);
	bool stopped = r && reader_stopped(r);
	if (r)
		archive_in_gave(in, reader_offset(r));
	reader_close(r);
	if (!r || n < 0 || stopped)
		return false;
	if (out->len <= max)
		return true;
	*code = "limit-record";
	return err_set(err, ERR_INPUT, NULL, "it is too large: more than %zu bytes", max);
}

static bool scans(struct bundle *b, struct str bytes)
{
	const struct scan_opts opts = {
	    .last = true, .lenient = true, .replace_utf8 = true, .depth_max = b->depth_max - DEPTH_AROUND};
	return scan_text(&b->scan, bytes, &opts);
}

/* The member's bytes without a byte order mark. false: it is not taken, and that is said. */
static bool take(struct bundle *b, size_t max, struct str *bytes)
{
	struct err why = ERR_INIT;
	const char *code;
	if (!read_all(b->in, &b->member, max, &code, &why)) {
		b->stopped = code == NULL;
		if (code)
			complain(b, SEVERITY_SKIPPED, code, str_of(why.text), "member skipped");
		return false;
	}
	*bytes = buf_str(&b->member);
	*bytes = str_starts(*bytes, "\xEF\xBB\xBF") ? str_from(*bytes, 3) : *bytes;
	if (scans(b, *bytes))
		return true;
	const char *deep = strstr(b->scan.bad, "nested deeper");
	complain(b, SEVERITY_SKIPPED, deep ? "limit-depth" : "bad-json",
	         arena_printf(&b->arena, "invalid JSON: %s, at byte %zu of it", b->scan.bad, b->scan.bad_at),
	         "member skipped");
	return false;
}

static void add_head(struct buf *out, const char *name, struct str bytes)
{
	if (out->len)
		buf_add_cstr(out, ",\n");
	scan_quote(out, str_of(name));
	buf_add_char(out, ':');
	buf_add_str(out, bytes);
}

/* ---------------------------------------------------------------- which one counts */

static uint64_t name_hash(const char *name)
{
	return hash64(str_of(name));
}

static int by_hash(const void *pa, const void *pb)
{
	const struct bundle_number *a = pa, *b = pb;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

/* A later member has the same name. */
static bool is_replaced(const struct bundle_plan *plan, const char *name, uint64_t number)
{
	uint64_t hash = name_hash(name);
	size_t low = 0, high = plan->n_last;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (plan->last[mid].hash < hash || (plan->last[mid].hash == hash && plan->last[mid].number <= number))
			low = mid + 1;
		else
			high = mid;
	}
	return low < plan->n_last && plan->last[low].hash == hash;
}

static bool is_head_known(const struct bundle *b)
{
	for (size_t i = 0; i < b->plan->n_heads; i++)
		if (b->plan->heads[i].number == b->now.number)
			return true;
	return false;
}

static enum bundle_part part_of(const struct bundle *b)
{
	enum bundle_part part = b->plan->format->bundle(str_of(b->now.name));
	return part == BUNDLE_HEAD && is_head_known(b) ? BUNDLE_SKIP : part;
}

/* ---------------------------------------------------------------- rows */

/* The next member. false: there is none, or no more are wanted. */
static bool next_member(struct bundle *b)
{
	struct err why = ERR_INIT;
	const char *code = NULL;
	if (!b->has_now)
		b->event = archive_in_next(b->in, &b->now, &code, &why);
	b->has_now = false;
	if (b->event == ARCHIVE_IN_STOPPED)
		b->stopped = true;
	if (b->event == ARCHIVE_IN_END && code)
		complain(b, SEVERITY_FILE, code, str_of(why.text), "what was read is kept");
	if (b->n_bad > BAD_MAX)
		complain(b, SEVERITY_FILE, "limit-members",
		         STR_LIT("more than 1,000 members cannot be read; the rest is not looked at"),
		         "what was read is kept");
	return b->event != ARCHIVE_IN_END && b->event != ARCHIVE_IN_STOPPED && b->n_bad <= BAD_MAX;
}

/* Whether the member at hand is one to be read; if not, that is said. */
static bool is_readable(struct bundle *b)
{
	if (b->event == ARCHIVE_IN_PASSED)
		complain(b, SEVERITY_WARNING, "unknown-format", str_of(b->now.why), "member passed over");
	else if (b->event == ARCHIVE_IN_BAD)
		complain(b, SEVERITY_SKIPPED, b->now.code, str_of(b->now.why), "member skipped");
	else if (is_replaced(b->plan, b->now.name, b->now.number))
		complain(b, SEVERITY_WARNING, "duplicate-entry", STR_LIT("another member of this name comes later"),
		         "that one is read");
	else if (!b->plan->whole && b->now.again)
		complain(b, SEVERITY_WARNING, "duplicate-entry", STR_LIT("another member of this name came before"),
		         "that one was read");
	else
		return true;
	return false;
}

static void add_row(struct bundle *b, struct str bytes)
{
	buf_add_cstr(&b->piece, b->n_rows++ ? ",\n{\"entry\":" : "\n{\"entry\":");
	scan_quote(&b->piece, str_of(b->now.name));
	buf_add_cstr(&b->piece, ",\"member\":");
	buf_add_str(&b->piece, bytes);
	buf_add_char(&b->piece, '}');
}

static void take_member(struct bundle *b)
{
	struct str bytes;
	enum bundle_part part = part_of(b);
	if (part == BUNDLE_SKIP)
		return;
	if (part == BUNDLE_STRANGER) {
		complain(b, SEVERITY_WARNING, "unknown-format", STR_LIT("no part of such an archive"),
		         "member passed over");
		return;
	}
	size_t heads = b->heads.len + b->late.len, head_max = heads < BUNDLE_HEAD_MAX ? BUNDLE_HEAD_MAX - heads : 0;
	if (!is_readable(b) || !take(b, part == BUNDLE_HEAD ? head_max : BUNDLE_ROW_MAX, &bytes))
		return;
	if (part == BUNDLE_HEAD)
		add_head(b->stage == STAGE_START ? &b->heads : &b->late, b->now.name, bytes);
	else
		add_row(b, bytes);
}

/* ---------------------------------------------------------------- the document */

/* Heads are written anew at an eval's end: the last that is whole counts. */
static bool comes_again(const struct bundle_plan *plan, size_t head)
{
	for (size_t i = head + 1; i < plan->n_heads; i++)
		if (strcmp(plan->heads[i].name, plan->heads[head].name) == 0)
			return true;
	return false;
}

/* Of a pipe the heads that come before the first row are read first. */
static void start(struct bundle *b)
{
	while (!b->plan->whole && !b->stopped && next_member(b)) {
		b->has_now = b->plan->format->bundle(str_of(b->now.name)) == BUNDLE_ROW;
		if (b->has_now)
			break;
		take_member(b);
	}
	for (size_t i = 0; i < b->plan->n_heads; i++)
		if (!comes_again(b->plan, i))
			add_head(&b->heads, b->plan->heads[i].name, b->plan->heads[i].bytes);
	buf_add_cstr(&b->piece, "{\"bundle\":{");
	buf_add_str(&b->piece, buf_str(&b->heads));
	buf_add_cstr(&b->piece, "},\n\"members\":[");
	b->stage = STAGE_ROWS;
}

static void end(struct bundle *b)
{
	b->stage = STAGE_OVER;
	if (!b->late.len) {
		buf_add_cstr(&b->piece, BUNDLE_CLOSING);
		return;
	}
	buf_add_cstr(&b->piece, "\n],\n\"late\":{");
	buf_add_str(&b->piece, buf_str(&b->late));
	buf_add_cstr(&b->piece, "}}\n");
}

/* More of the document into the piece, if there is more. */
static void next_piece(struct bundle *b)
{
	b->at = 0;
	buf_clear(&b->piece);
	if (b->stage == STAGE_START)
		start(b);
	else if (b->stage == STAGE_ROWS && next_member(b))
		take_member(b);
	else if (b->stage == STAGE_ROWS && !b->stopped)
		end(b);
}

static int64_t feed(void *context, void *into, size_t cap, const char **code, struct err *err)
{
	struct bundle *b = context;
	(void)err;
	while (b->at == b->piece.len && b->stage != STAGE_OVER && !b->stopped)
		next_piece(b);
	if (b->stopped) {
		*code = NULL;
		return -1;
	}
	struct str part = str_cut(str_from(buf_str(&b->piece), b->at), 0, cap);
	if (part.len)
		memcpy(into, part.ptr, part.len);
	b->at += part.len;
	return (int64_t)part.len;
}

struct bundle *bundle_open(const struct bundle_plan *plan, struct archive_in *in, const struct archive_member *first,
                           enum archive_event event, int depth_max)
{
	struct bundle *b = xcalloc(1, sizeof *b);
	b->plan = plan;
	b->in = in;
	b->has_now = first != NULL;
	if (first)
		b->now = *first;
	b->event = event;
	b->depth_max = depth_max > 0 ? depth_max : SCAN_DEPTH_MAX;
	return b;
}

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	buf_done(&b->piece);
	buf_done(&b->member);
	buf_done(&b->heads);
	buf_done(&b->late);
	scan_done(&b->scan);
	vec_done(&b->problems);
	arena_done(&b->arena);
	free(b);
}

struct reader *bundle_reader(struct bundle *b, const char *path, struct err *err)
{
	return reader_fed(path, feed, b, NULL, err);
}

/* ---------------------------------------------------------------- the plan */

/* Whose names these are. */
static const struct format *format_of(const struct bundle_plan *plan)
{
	const struct sample sample = {.entries = plan->names, .n_entries = plan->n_names};
	const struct format *best = NULL;
	int best_score = CERTAIN_ENOUGH - 1;
	for (size_t i = 0; formats[i]; i++) {
		const char *why;
		int score = formats[i]->bundle ? formats[i]->probe(&sample, &why) : 0;
		if (score > best_score) {
			best_score = score;
			best = formats[i];
		}
	}
	return best;
}

static struct archive_in *open_again(const struct reader *outer, const char *path, enum archive_kind kind,
                                     struct reader **again)
{
	const char *code;
	*again = reader_fd(outer) >= 0 ? reader_again(outer) : NULL;
	return *again ? archive_in_open(*again, path, kind, NULL, &code, NULL) : NULL;
}

/* Whether some format takes names like this for a head: others are not looked at twice. */
static bool may_be_head(const char *name)
{
	for (size_t i = 0; formats[i]; i++)
		if (formats[i]->bundle && formats[i]->bundle(str_of(name)) == BUNDLE_HEAD)
			return true;
	return false;
}

/* What is learnt while the archive is looked through. */
struct scout {
	struct bundle_plan *plan;
	struct bundle b; /* for its members: what is wrong with them is told when they are met again */
	VEC(struct str) names;
	VEC(struct bundle_number) numbers;
	VEC(struct bundle_head) heads;
	size_t size; /* of the heads */
};

static void note_member(struct scout *s)
{
	const struct archive_member *m = &s->b.now;
	struct arena *arena = &s->plan->arena;
	struct str name = arena_cstr(arena, m->name), bytes;
	*vec_add(&s->names) = name;
	*vec_add(&s->numbers) = (struct bundle_number){name_hash(m->name), m->number};
	if (s->b.event == ARCHIVE_IN_MEMBER && s->heads.n < HEADS_MAX && may_be_head(m->name) &&
	    take(&s->b, BUNDLE_HEAD_MAX - s->size, &bytes)) {
		*vec_add(&s->heads) = (struct bundle_head){m->number, name.ptr, arena_str(arena, bytes)};
		s->size += bytes.len;
	}
}

static void keep_plan(struct scout *s)
{
	struct bundle_plan *plan = s->plan;
	if (s->numbers.n)
		qsort(s->numbers.at, s->numbers.n, sizeof *s->numbers.at, by_hash);
	plan->names = s->names.at;
	plan->n_names = s->names.n;
	plan->last = s->numbers.at;
	plan->n_last = s->numbers.n;
	plan->heads = s->heads.at;
	plan->n_heads = s->heads.n;
	plan->whole = true;
}

static void look_through(struct bundle_plan *plan, struct archive_in *in)
{
	struct scout s = {
	    .plan = plan, .b = {.plan = plan, .in = in, .depth_max = SCAN_DEPTH_MAX}
        };
	while (next_member(&s.b))
		note_member(&s);
	keep_plan(&s);
	buf_done(&s.b.member);
	scan_done(&s.b.scan);
	vec_done(&s.b.problems);
	arena_done(&s.b.arena);
}

void bundle_plan_init(struct bundle_plan *plan, const struct reader *outer, const char *path, enum archive_kind kind,
                      const char *first)
{
	struct reader *again;
	*plan = (struct bundle_plan){.arena = ARENA_INIT};
	struct archive_in *in = open_again(outer, path, kind, &again);
	if (in) {
		look_through(plan, in);
	} else if (first) {
		plan->names = xcalloc(1, sizeof *plan->names);
		plan->names[0] = arena_cstr(&plan->arena, first);
		plan->n_names = 1;
	}
	archive_in_close(in);
	reader_close(again);
	plan->format = format_of(plan);
}

void bundle_plan_done(struct bundle_plan *plan)
{
	free(plan->names);
	free(plan->last);
	free(plan->heads);
	arena_done(&plan->arena);
}
