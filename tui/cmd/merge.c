/* spoor merge: what people said in another store, brought into this one. Shape of --json, stable:
 *
 *   {"store": FILE, "dry_run": BOOL, "events": N, "new": N, "known": N, "refused": N, "conflicts": N,
 *    "answers": N, "answers_here": N, "by_text": N,
 *    "disagreements": {"total": N, "items": [{"target": HEX, "item": KEY, "title": TEXT, "field": "verdict"|"preference",
 *      "said": [{"author": …, "value": …, "note": …, "time": ISO}, …]}, …]}}
 *
 * answers: distinct ones that the other store speaks of; answers_here: those whose run or trace is in this store; by_text: found under another
 * key or id, by their input and output alone. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "store/merge.h"
#include "store/queue.h"
#include "store/query/disagree.h"
#include "store/query/places.h"
#include "store/query/reviews.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/stop.h"

enum { LISTED = 20, LISTED_JSON = 10000, TITLE_BYTES = 200 };

/* clang-format off */
static const struct option_row merge_options[] = {
	{"dry-run", 0, OPTION_FLAG, NULL, "only say what would come"},
	{.name = NULL},
};
/* clang-format on */

struct job {
	const struct command_line *line;
	struct out out;
	struct arena arena;
	struct db *db, *from, *scratch;
	struct buf scratch_path;
	struct hash_set targets;   /* of the other store */
	VEC(struct place) answers; /* where they are here */
	struct merge_counts counts;
	int64_t here, by_text, n_disagree;
	struct disagreement *disagree;
	struct str *titles; /* of those */
	size_t n_listed;
	bool dry;
};

/* ---------------------------------------------------------------- stores */

/* The other one is never made, never raised, never written. */
static bool open_other(struct job *j, const char *file, struct err *err)
{
	struct stat mine, other;
	if (stat(file, &other) == 0 && stat(db_path(j->db), &mine) == 0 && mine.st_dev == other.st_dev &&
	    mine.st_ino == other.st_ino)
		return err_set(err, ERR_USAGE, NULL, "%s is this store itself", file);
	j->from = db_open(file, DB_READ, err);
	return j->from != NULL;
}

static void note_answer(void *context, const struct annotation *a, bool is_new)
{
	struct job *j = context;
	(void)is_new;
	uint64_t key = reviews_target(&a->target);
	if (hash_set_has(&j->targets, key))
		return;
	hash_set_add(&j->targets, key);
	*vec_add(&j->answers) = (struct place){
	    .hint = arena_str(&j->arena, a->hint), .input_hash = a->input_hash, .output_hash = a->output_hash};
}

/* A dry run is a merge all the same, into a copy of what this store says that is thrown away. */
static bool make_scratch(struct job *j, const _Atomic bool *cancel, struct err *err)
{
	struct merge_counts mine;
	const char *folder = getenv("TMPDIR");
	buf_printf(&j->scratch_path, "%s/spoor-merge-XXXXXX", folder && *folder ? folder : "/tmp");
	if (!mkdtemp(j->scratch_path.ptr)) {
		buf_done(&j->scratch_path);
		return err_set(err, ERR_SYSTEM, NULL, "cannot make a folder for the dry run");
	}
	struct buf path = BUF_INIT;
	buf_printf(&path, "%s/dry.db", buf_cstr(&j->scratch_path));
	j->scratch = db_open(buf_cstr(&path), DB_WRITE, err);
	buf_done(&path);
	return j->scratch && merge_events(j->scratch, j->db, cancel, NULL, NULL, &mine, err);
}

static void drop_scratch(struct job *j)
{
	static const char *const names[] = {"", "-wal", "-shm", "-lock", "-import"};
	if (!j->scratch_path.len)
		return;
	db_close(j->scratch);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct buf path = BUF_INIT;
		buf_printf(&path, "%s/dry.db%s", buf_cstr(&j->scratch_path), names[i]);
		unlink(buf_cstr(&path));
		buf_done(&path);
	}
	rmdir(buf_cstr(&j->scratch_path));
	buf_done(&j->scratch_path);
}

/* ---------------------------------------------------------------- the work */

/* What people know the item by: its title or the question; nothing where it is not in this store. */
static struct str title_of(struct job *j, struct block_cache *blocks, const struct subject_at *at,
                           struct arena *scratch)
{
	struct err ignored = ERR_INIT;
	struct subject s;
	if (at->kind == SUBJECT_NONE || !subject_load(j->db, blocks, at, scratch, &s, &ignored))
		return STR_NONE;
	struct str name = s.title.len && at->kind == SUBJECT_CASE ? s.title : s.question.len ? s.question : s.title;
	return text_preview(&j->arena, cmd_masked(j->line, scratch, name), TITLE_BYTES);
}

static void name_items(struct job *j)
{
	struct place *places = xcalloc(j->n_listed + 1, sizeof *places);
	struct block_cache *blocks = block_cache_new(j->db);
	struct arena scratch = ARENA_INIT;
	struct err ignored = ERR_INIT;
	j->titles = arena_zalloc(&j->arena, j->n_listed + 1, sizeof *j->titles);
	for (size_t i = 0; i < j->n_listed; i++)
		places[i] = (struct place){.hint = j->disagree[i].hint,
		                           .input_hash = j->disagree[i].input_hash,
		                           .output_hash = j->disagree[i].output_hash};
	bool found = places_find(j->db, NULL, places, j->n_listed, &ignored);
	for (size_t i = 0; found && i < j->n_listed; i++) {
		j->titles[i] = title_of(j, blocks, &places[i].at, &scratch);
		for (size_t k = 0; k < j->disagree[i].n; k++) {
			struct disagree_said *said = &j->disagree[i].said[k];
			said->value = cmd_masked(j->line, &j->arena, said->value);
			said->note = cmd_masked(j->line, &j->arena, said->note);
		}
		arena_reset(&scratch);
	}
	arena_done(&scratch);
	block_cache_free(blocks);
	free(places);
}

static bool work(struct job *j, const _Atomic bool *cancel, struct err *err)
{
	if (j->dry && !make_scratch(j, cancel, err))
		return false;
	struct db *to = j->dry ? j->scratch : j->db;
	int64_t marked;
	if (!merge_events(to, j->from, cancel, note_answer, j, &j->counts, err) ||
	    (!j->dry && !queue_mark_merged(to, &marked, err)) ||
	    !places_find(j->db, NULL, j->answers.at, j->answers.n, err))
		return false;
	for (size_t i = 0; i < j->answers.n; i++) {
		j->here += j->answers.at[i].at.kind != SUBJECT_NONE;
		j->by_text += j->answers.at[i].by_text;
	}
	size_t most = j->out.form == OUT_JSON_ ? LISTED_JSON : LISTED;
	if (!disagreements(to, &j->targets, most, &j->arena, &j->disagree, &j->n_listed, &j->n_disagree, err))
		return false;
	name_items(j);
	return true;
}

/* ---------------------------------------------------------------- the report */

static void print_json(const struct job *j, struct buf *to)
{
	struct jout out;
	jout_init(&out, to, false);
	jout_object(&out, NULL);
	jout_str(&out, "store", str_of(j->line->args[0]));
	jout_bool(&out, "dry_run", j->dry);
	jout_int(&out, "events", j->counts.events);
	jout_int(&out, "new", j->counts.fresh);
	jout_int(&out, "known", j->counts.known);
	jout_int(&out, "refused", j->counts.refused);
	jout_int(&out, "conflicts", j->counts.conflicts);
	jout_int(&out, "answers", (int64_t)j->answers.n);
	jout_int(&out, "answers_here", j->here);
	jout_int(&out, "by_text", j->by_text);
	jout_object(&out, "disagreements");
	jout_int(&out, "total", j->n_disagree);
	jout_array(&out, "items");
	for (size_t i = 0; i < j->n_listed; i++) {
		const struct disagreement *d = &j->disagree[i];
		struct buf hex = BUF_INIT;
		hash_hex(&hex, d->target.byte, sizeof d->target.byte);
		jout_object(&out, NULL);
		jout_str(&out, "target", buf_str(&hex));
		jout_str(&out, "item", d->hint);
		jout_str(&out, "title", j->titles[i].len ? j->titles[i] : STR_NONE);
		jout_cstr(&out, "field", annotation_field_name(d->field));
		jout_array(&out, "said");
		for (size_t k = 0; k < d->n; k++) {
			jout_object(&out, NULL);
			jout_str(&out, "author", d->said[k].author);
			jout_str(&out, "value", d->said[k].value);
			jout_str(&out, "note", d->said[k].note);
			jout_time(&out, "time", d->said[k].time_ns);
			jout_end(&out);
		}
		jout_end(&out);
		jout_end(&out);
		buf_done(&hex);
	}
	jout_end(&out);
	jout_end(&out);
	jout_end(&out);
	buf_add_char(to, '\n');
}

static void line(struct buf *to, int64_t n, const char *one, const char *many)
{
	if (!n)
		return;
	buf_add_cstr(to, "  ");
	units_thousands(to, n);
	buf_printf(to, " %s\n", n == 1 ? one : many);
}

/* "left" and "right" of a pair are known by the beginning of the better answer's hash. */
static void print_value(const struct job *j, struct buf *to, const struct disagreement *d, struct str value)
{
	if (d->field == FIELD_PREFERENCE && str_starts(value, "better:"))
		value = str_cut(value, 0, 7 + 8);
	out_text(&j->out, to, value, 20);
}

static void print_disagreement(const struct job *j, struct buf *to, const struct disagreement *d, struct str title)
{
	struct str name = title.len ? title : d->hint.len ? out_short(d->hint) : STR_LIT("(an answer without a name)");
	buf_add_cstr(to, "  ");
	out_text(&j->out, to, name, 76);
	buf_add_char(to, '\n');
	for (size_t i = 0; i < d->n; i++) {
		buf_add_cstr(to, "    ");
		out_text(&j->out, to, d->said[i].author, 24);
		buf_add_cstr(to, ": ");
		print_value(j, to, d, d->said[i].value);
		if (d->said[i].note.len) {
			buf_add_cstr(to, "  ");
			out_text(&j->out, to, d->said[i].note, 60);
		}
		buf_add_char(to, '\n');
	}
}

static void print_text(const struct job *j, struct buf *to)
{
	const struct merge_counts *c = &j->counts;
	int64_t absent = (int64_t)j->answers.n - j->here;
	out_text(&j->out, to, str_of(j->line->args[0]), 0);
	buf_add_cstr(to, ": ");
	units_thousands(to, c->events);
	buf_printf(to, c->events == 1 ? " event on " : " events on ");
	units_thousands(to, (int64_t)j->answers.n);
	buf_printf(to, j->answers.n == 1 ? " answer%s\n" : " answers%s\n", j->dry ? ", nothing written" : "");
	line(to, c->fresh, "was not known here", "were not known here");
	line(to, c->known, "was here already", "were here already");
	line(to, c->conflicts, "is here with other content, which stays", "are here with other content, which stays");
	if (c->refused) {
		line(to, c->refused, "was refused:", "were refused; the first:");
		buf_printf(to, "    %s\n", c->why);
	}
	line(to, absent, "answer is not in this store: kept, and found once its run or trace is imported",
	     "answers are not in this store: kept, and found once their runs or traces are imported");
	line(to, j->by_text, "answer was found by its text, under another name",
	     "answers were found by their texts, under other names");
	if (!j->n_disagree)
		return;
	buf_add_cstr(to, "\nPeople disagree on ");
	units_thousands(to, j->n_disagree);
	buf_add_cstr(to, j->n_disagree == 1 ? " answer:\n" : " answers:\n");
	for (size_t i = 0; i < j->n_listed; i++)
		print_disagreement(j, to, &j->disagree[i], j->titles[i]);
	if (j->n_disagree > (int64_t)j->n_listed)
		buf_printf(to, "  and %lld more (--json lists all)\n",
		           (long long)(j->n_disagree - (int64_t)j->n_listed));
}

static int finish(struct job *j, bool ok, struct err *err)
{
	struct buf text = BUF_INIT;
	int code = 0;
	if (ok && j->out.form == OUT_JSON_)
		print_json(j, &text);
	else if (ok)
		print_text(j, &text);
	if (!ok || !out_flush(&text, err))
		code = err_exit_code(err->code);
	else if (j->counts.refused || j->counts.conflicts)
		code = 3;
	buf_done(&text);
	return stop_signal() ? 128 + stop_signal() : code;
}

static int merge_main(const struct command_line *line, struct err *err)
{
	static _Atomic bool cancel; /* outlives this call: a late signal may still set it */
	struct job j = {.line = line, .arena = ARENA_INIT, .dry = cmd_flag(line, "dry-run")};
	out_init(&j.out, line);
	j.db = cmd_store(line, j.dry ? DB_READ : DB_DURABLE, err);
	if (j.db)
		db_set_mask(j.db, NULL); /* what is merged is as it was said; what is printed of it is masked */
	bool ok = j.db && open_other(&j, line->args[0], err);
	stop_on_signals(&cancel, j.from);
	ok = ok && work(&j, &cancel, err);
	int code = finish(&j, ok, err);
	stop_without_db();
	drop_scratch(&j);
	db_close(j.from);
	db_close(j.db);
	hash_set_clear(&j.targets);
	vec_done(&j.answers);
	arena_done(&j.arena);
	return code;
}

const struct command command_merge = {
    .name = "merge",
    .operands = "STORE",
    .help = "what people said in another store, brought into this",
    .more = "Copies verdicts, notes and corrections, and nothing else: each event once, however often and in whatever "
            "order "
            "stores are merged. Where two people judge one answer differently both stay, and are listed. The other "
            "store is "
            "only read.",
    .min_args = 1,
    .max_args = 1,
    .options = merge_options,
    .makes_store = true,
    .run = merge_main,
};
