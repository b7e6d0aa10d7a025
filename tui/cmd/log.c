/* spoor log [TARGET]: what people said and took back, every event of it, oldest first.
 *
 * --json: {"events": [{"event", "time", "author", "field", "part", "value", "withdrawn", "withdraws", "target", "target_hash", "io_hash",
 * "input_hash", "output_hash", "proposed", "blind", "because", "shown", "queue"}], "total"}. event, withdraws, because: 32 hex digits; withdraws:
 * of an event that takes another back, value is then null. withdrawn: it was taken back by its author. target: the key it is kept under. Hashes are
 * SHA-256 in hex, input_hash and output_hash 16 hex digits; what is not known is null. total: events that match, before --limit. */
#include <string.h>

#include "store/annotate.h"
#include "store/base/units.h"
#include "store/query/filter.h"
#include "store/study/mask.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/subject_arg.h"

enum { VALUE_COLS = 60 };

/* clang-format off */
static const struct option_row log_options[] = {
	{"author", 0, OPTION_TEXT, "PERSON", "what this person said"},
	{"since", 0, OPTION_TEXT, "TIME", "from then on: 7d, 2026-11-20"},
	{"limit", 'n', OPTION_INT, "N", "the newest N (default: 100; with --json or a TARGET: all)"},
	{.name = NULL},
};
/* clang-format on */

struct log {
	const struct command_line *line;
	struct out out;
	struct arena arena;
	struct db *db;
	struct str key;         /* of the target; absent: all */
	struct sha256 hash, io; /* of what it answered */
	bool has_io;
	const char *author;
	int64_t since_ns;
	struct annotation *events;
	size_t n;
	struct buf text;
	struct jout json;
};

/* ---------------------------------------------------------------- which */

static bool read_since(struct log *l, struct err *err)
{
	const char *text = cmd_option(l->line, "since");
	struct filter_mistake mistake;
	l->since_ns = INT64_MIN;
	return !text || filter_time(str_of(text), cmd_now_ns(), &l->since_ns, &mistake) ||
	       err_set(err, ERR_USAGE, NULL, "--since: expected %s", mistake.expected);
}

/* Under its key whatever it answered, and under another key if it is the same answer. */
static bool find_target(struct log *l, struct err *err)
{
	struct subject_at at;
	struct subject subject;
	if (l->line->n_args == 0)
		return true;
	struct block_cache *blocks = block_cache_new(l->db);
	bool ok = cmd_subject(l->db, str_of(l->line->args[0]), &at, err) &&
	          subject_target(l->db, blocks, &at, &l->arena, &subject, err);
	block_cache_free(blocks);
	if (!ok)
		return false;
	l->key = subject.target.key;
	l->hash = subject.hash;
	l->io = subject.io;
	l->has_io = subject.target.output.len > 0;
	return true;
}

static bool is_wanted(const struct log *l, const struct annotation *a)
{
	bool mine = !l->key.ptr || str_eq(a->hint, l->key) ||
	            (l->has_io && a->has_io && memcmp(&a->io, &l->io, sizeof l->io) == 0);
	return mine && a->time_ns >= l->since_ns && (!l->author || str_is(a->author, l->author));
}

/* What an event takes back; NULL: it is not here. */
static const struct annotation *taken_back(const struct log *l, const struct annotation *by)
{
	for (size_t i = 0; i < l->n; i++)
		if (memcmp(&l->events[i].event, &by->withdraws, sizeof by->withdraws) == 0)
			return &l->events[i];
	return NULL;
}

/* The title of the case of that key; absent: none, or no case. */
static struct str title_of(struct log *l, struct arena *arena, struct str key)
{
	struct err ignored = ERR_INIT;
	struct stmt *s = db_query(l->db,
	                          "SELECT c.title FROM case_key k JOIN run r JOIN case_result c ON c.run = r.id AND"
	                          " c.case_id = k.id WHERE k.text = ? AND c.title IS NOT NULL LIMIT 1",
	                          &ignored);
	struct str title = STR_NONE;
	if (!s)
		return title;
	stmt_str(s, 1, key);
	if (stmt_step(s, &ignored) == STEP_ROW)
		title = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return title;
}

/* ---------------------------------------------------------------- JSON */

static void json_hex(struct jout *j, const char *name, const void *bytes, size_t n, bool known)
{
	struct buf hex = BUF_INIT;
	if (known)
		hash_hex(&hex, bytes, n);
	if (known)
		jout_str(j, name, buf_str(&hex));
	else
		jout_null(j, name);
	buf_done(&hex);
}

static void json_hash(struct jout *j, const char *name, uint64_t hash)
{
	char hex[17];
	snprintf(hex, sizeof hex, "%016llx", (unsigned long long)hash);
	jout_cstr(j, name, hash ? hex : NULL);
}

static void json_event(struct jout *j, const struct annotation *a)
{
	struct buf time = BUF_INIT;
	units_iso_print(&time, a->time_ns);
	jout_object(j, NULL);
	json_hex(j, "event", a->event.byte, sizeof a->event, true);
	jout_str(j, "time", buf_str(&time));
	jout_str(j, "author", a->author);
	jout_cstr(j, "field", annotation_field_name(a->field));
	jout_str(j, "part", a->part.len ? a->part : STR_NONE);
	jout_str(j, "value", a->is_withdrawal ? STR_NONE : a->value);
	jout_bool(j, "withdrawn", a->withdrawn);
	json_hex(j, "withdraws", a->withdraws.byte, sizeof a->withdraws, a->is_withdrawal);
	jout_str(j, "target", a->hint);
	json_hex(j, "target_hash", &a->target, sizeof a->target, true);
	json_hex(j, "io_hash", &a->io, sizeof a->io, a->has_io);
	json_hash(j, "input_hash", a->input_hash);
	json_hash(j, "output_hash", a->output_hash);
	jout_bool(j, "proposed", a->how & HOW_PROPOSED);
	jout_bool(j, "blind", a->how & HOW_BLIND);
	json_hex(j, "because", a->because.byte, sizeof a->because, a->has_because);
	json_hex(j, "shown", &a->shown, sizeof a->shown, a->has_shown);
	jout_str(j, "queue", a->queue);
	jout_end(j);
	buf_done(&time);
}

/* ---------------------------------------------------------------- text */

/* "bad", "note policy 4.2 ended in May", "takes back bad" */
static void print_what(struct log *l, const struct annotation *a, struct buf *to)
{
	const struct annotation *of = a->is_withdrawal ? taken_back(l, a) : a;
	if (a->is_withdrawal)
		buf_add_cstr(to, "takes back ");
	if (!of || of->field != FIELD_VERDICT || !of->value.len)
		buf_printf(to, "%s ", annotation_field_name(a->field));
	if (of && of->field == FIELD_SCORE)
		buf_printf(to, STR_FMT "=", STR_ARG(of->part));
	if (of && !of->value.len)
		buf_add_cstr(to, "none any more");
	else if (of)
		buf_add_str(to, of->value);
}

/* "taken back, blind, proposed, queue friday" */
static void print_how(const struct log *l, const struct annotation *a, struct buf *to)
{
	bool other = l->key.ptr && memcmp(&a->target, &l->hash, sizeof l->hash) != 0 &&
	             (!a->has_io || memcmp(&a->io, &l->io, sizeof l->io) != 0);
	const struct {
		bool is;
		const char *word;
	} words[] = {
	    {a->withdrawn,          "taken back"       },
            {a->how & HOW_PROPOSED, "proposed"         },
            {a->how & HOW_BLIND,    "blind"            },
	    {a->has_because,        "after another"    },
            {other,                 "of another answer"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].is)
			buf_printf(to, "%s%s", to->len ? ", " : "", words[i].word);
	if (a->queue.len)
		buf_printf(to, "%squeue " STR_FMT, to->len ? ", " : "", STR_ARG(a->queue));
}

static void print_text(struct log *l, size_t from)
{
	static const struct out_head head[] = {
	    {.title = "time"}, {.title = "author"}, {.title = "what"}, {.title = "of"}, {.title = "how"}};
	struct out_cells cells = {.head = head, .n = 5};
	struct arena arena = ARENA_INIT;
	for (size_t i = from; i < l->n; i++) {
		const struct annotation *a = &l->events[i];
		struct buf what = BUF_INIT, how = BUF_INIT;
		struct buf *cell = out_cells_add(&cells);
		units_time(cell, a->time_ns, l->out.now_ns);
		out_text(&l->out, out_cells_add(&cells), a->author, 20);
		print_what(l, a, &what);
		out_text(&l->out, out_cells_add(&cells), buf_str(&what), VALUE_COLS);
		struct str title = title_of(l, &arena, a->hint);
		out_text(&l->out, out_cells_add(&cells), title.len ? title : out_short(a->hint), 60);
		print_how(l, a, &how);
		out_text(&l->out, out_cells_add(&cells), buf_str(&how), 60);
		buf_done(&what);
		buf_done(&how);
	}
	if (from < l->n)
		out_cells_text(&l->out, &l->text, &cells);
	else
		buf_add_cstr(&l->text, "nobody said anything\n");
	out_cells_done(&cells);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- the command */

static bool read_events(struct log *l, struct err *err)
{
	size_t kept = 0;
	if (!annotate_history(l->db, NULL, SIZE_MAX, &l->arena, &l->events, &l->n, err))
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (is_wanted(l, &l->events[i]))
			l->events[kept++] = l->events[i];
	for (size_t i = 0; cmd_masks(l->line) && i < kept; i++) /* read as it is, it is a part of keys */
		l->events[i].part = mask_str(&l->arena, l->events[i].part);
	l->n = kept;
	return true;
}

static bool print_log(struct log *l, struct err *err)
{
	bool json = l->out.form == OUT_JSON_;
	int64_t limit;
	if (!cmd_int(l->line, "limit", json || l->key.ptr ? -1 : 100, &limit, err))
		return false;
	size_t from = limit >= 0 && (uint64_t)limit < l->n ? l->n - (size_t)limit : 0;
	if (!json) {
		print_text(l, from);
		if (from)
			buf_printf(&l->text, "%zu earlier ones (--limit)\n", from);
		return out_page(&l->text, err);
	}
	jout_init(&l->json, &l->text, false);
	jout_object(&l->json, NULL);
	jout_array(&l->json, "events");
	for (size_t i = from; i < l->n; i++) {
		json_event(&l->json, &l->events[i]);
		if (!out_stream(&l->text, err))
			return false;
	}
	jout_end(&l->json);
	jout_int(&l->json, "total", (int64_t)l->n);
	jout_end(&l->json);
	buf_add_char(&l->text, '\n');
	return out_flush(&l->text, err);
}

static int log_main(const struct command_line *line, struct err *err)
{
	struct log l = {.line = line, .author = cmd_option(line, "author")};
	out_init(&l.out, line);
	bool ok = read_since(&l, err) && (l.db = cmd_store(line, DB_READ, err)) && db_begin_read(l.db, err);
	if (ok) {
		ok = find_target(&l, err) && read_events(&l, err);
		db_end_read(l.db);
	}
	ok = ok && print_log(&l, err);
	db_close(l.db);
	buf_done(&l.text);
	arena_done(&l.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_log = {
    .name = "log",
    .operands = "[TARGET]",
    .help = "who said what of answers, and when",
    .more =
        "TARGET is " SUBJECT_NAMES "; without one: of all. Nothing is ever changed or deleted: who changes his mind "
        "adds an event, who takes\n"
        "something back adds one, too. --json has with each event the hashes of what was judged and shown.",
    .max_args = 1,
    .options = log_options,
    .run = log_main,
};
