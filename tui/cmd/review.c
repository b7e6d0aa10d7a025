/* spoor review [QUEUE]: makes a queue of answers to judge, or goes on with one, and opens it.
 *
 * --json --make (or no terminal): {"id", "name", "made_from", "items", "resumed", "blind", "left_out": {"equal", "identical", "judged", "silent"}, "cut",
 * "command"}; left_out and cut of a queue that was there: null.
 * --json --list: {"author", "queues": [{"id", "name", "author", "made_from", "made_at", "closed_at", "blind", "pairwise", "copies", "seed", "reasons",
 * "rubric", "items", "done", "skipped", "left", "waiting", "finished", "people", "pace_ns", "last_at"}], "offers": [{"title", "about", "count",
 * "command"}]}: done, skipped, left, pace and last are of `author`, who asks; finished: judged by as many as shall; waiting: before others'
 * eyes now. With a QUEUE only that one, and no offers. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/file.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "store/query/queue_bundle.h"
#include "store/query/queue_offers.h"
#include "store/query/runs.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/review.h"
#include "tui/cmd/review_report.h"
#include "tui/link.h"

enum { RUBRIC_BYTES = 256 << 10, NAME_COLS = 40 };

int (*cmd_explore)(const struct command_line *line, const char *store, const char *open);

/* clang-format off */
static const struct option_row review_options[] = {
	{"where", 'w', OPTION_TEXT, "FILTER", "answers that match, of cases or of traces (spoor help filter)"},
	{"run", 'r', OPTION_TEXT, "RUN", "answers of this run: " RUN_NAMES},
	{"dataset", 'd', OPTION_TEXT, "DATASET", "answers of all runs over this dataset"},
	{"traces", 't', OPTION_FLAG, NULL, "answers of traces, not of cases"},
	{"step", 0, OPTION_TEXT, "STEP", "answers of steps of this name, or of a kind: llm, retriever, tool"},
	{"pairwise", 'p', OPTION_FLAG, NULL, "two answers to the same case, of the runs A and B, which are given as operands"},
	{"next", 0, OPTION_FLAG, NULL, "what would tell most about the judges (spoor judges)"},
	{"disputed", 0, OPTION_FLAG, NULL, "where judges and people disagree"},
	{"judge", 0, OPTION_TEXT, "JUDGE", "with --next, --disputed: of this judge"},
	{"first", 0, OPTION_INT, "N", "only the first N: the newest"},
	{"sample", 'n', OPTION_INT, "N", "N of them, drawn by --seed: the same ones on every machine"},
	{"seed", 0, OPTION_INT, "S", "of the sample, and of the order of two answers (0)"},
	{"evenly", 0, OPTION_TEXT, "FIELD", "a sample with as many of each status, run, dataset, model, name, service, user, kind"},
	{"again", 0, OPTION_FLAG, NULL, "also what you have judged before"},
	{"blind", 'b', OPTION_FLAG, NULL, "judges, others and the run stay hidden until one's own verdict (so it is unless --open)"},
	{"open", 0, OPTION_FLAG, NULL, "not blind"},
	{"split", 0, OPTION_FLAG, NULL, "several people share the items: each is judged once"},
	{"double", 0, OPTION_FLAG, NULL, "each item is judged by two people, for agreement"},
	{"copies", 0, OPTION_INT, "N", "each item is judged by N people (0: everyone judges all, the default)"},
	{"reasons", 0, OPTION_TEXT, "REASON,…", "what a bad answer can be called, at most nine: wrong, outdated, unsafe"},
	{"rubric", 0, OPTION_TEXT, "FILE", "a text shown beside the answers: what is good, what is bad"},
	{"name", 0, OPTION_TEXT, "QUEUE", "of the queue; with the name of one there is: goes on with that"},
	{"make", 'm', OPTION_FLAG, NULL, "only make it; prints how to open it"},
	{"list", 'l', OPTION_FLAG, NULL, "the queues there are, how far each is, what else could be reviewed"},
	{"all", 'a', OPTION_FLAG, NULL, "with --list: closed ones too"},
	{"report", 0, OPTION_FLAG, NULL, "what people said so far in figures, of QUEUE, --run, --where or all: agreement, reasons, preferences, judges"},
	{"markdown", 0, OPTION_FLAG, NULL, "with --report: as Markdown"},
	{"close", 0, OPTION_FLAG, NULL, "QUEUE is done with: out of the list; nothing is deleted"},
	{"reopen", 0, OPTION_FLAG, NULL, "the other way"},
	{"rename", 0, OPTION_TEXT, "NEW", "QUEUE gets another name"},
	{.name = NULL},
};
/* clang-format on */

struct review {
	const struct command_line *line;
	struct db *db;
	struct arena arena;
	struct out o;
	struct buf out;
	char author_room[128];
	struct str author;
	struct queue_ask ask;
	struct queue_begin how;
	const char *bundle; /* the file, where it is one; then its queue */
	struct str bundle_queue;
	bool asks; /* anything says what the queue is to hold */
};

/* ---------------------------------------------------------------- the command line */

static struct str option(const struct review *r, const char *name)
{
	return str_of(cmd_option(r->line, name));
}

static bool at_most_one(const struct review *r, const char *const *names, struct err *err)
{
	const char *first = NULL;
	for (size_t i = 0; names[i]; i++) {
		if (!cmd_option(r->line, names[i]))
			continue;
		if (first)
			return err_set(err, ERR_USAGE, NULL, "--%s and --%s do not go together", first, names[i]);
		first = names[i];
	}
	return true;
}

static bool count_option(const struct review *r, const char *name, int64_t *out, struct err *err)
{
	if (!cmd_int(r->line, name, 0, out, err))
		return false;
	return *out >= 0 || err_set(err, ERR_USAGE, NULL, "--%s takes a number that is not negative", name);
}

static bool read_how(struct review *r, struct err *err)
{
	struct buf rubric = BUF_INIT;
	const char *file = cmd_option(r->line, "rubric");
	if (!count_option(r, "copies", &r->how.copies, err))
		return false;
	if (cmd_flag(r->line, "split"))
		r->how.copies = 1;
	if (cmd_flag(r->line, "double"))
		r->how.copies = 2;
	r->how.mode = cmd_flag(r->line, "open") ? 0 : QUEUE_BLIND;
	r->how.reasons = option(r, "reasons");
	r->how.name = option(r, "name");
	if (r->how.name.ptr && !queue_name_is_good(r->how.name))
		return err_set(err, ERR_USAGE, NULL, "--name: one line of at most %d bytes", QUEUE_NAME_MAX);
	bool ok = !file || file_read(&rubric, file, RUBRIC_BYTES, err);
	if (file && ok)
		r->how.rubric = text_valid(&r->arena, arena_str(&r->arena, buf_str(&rubric)));
	buf_done(&rubric);
	if (!ok && err->code == ERR_NOT_FOUND)
		err->code = ERR_INPUT;
	return ok;
}

static bool read_runs(struct review *r, struct err *err)
{
	struct str run = option(r, "run");
	if (cmd_flag(r->line, "pairwise")) {
		if (r->line->n_args != 2)
			return err_set(err, ERR_USAGE, NULL, "--pairwise takes two runs: spoor review --pairwise A B");
		if (!runs_find(r->db, str_of(r->line->args[0]), &r->ask.run, err) ||
		    !runs_find(r->db, str_of(r->line->args[1]), &r->ask.run_b, err))
			return false;
		return r->ask.run != r->ask.run_b || err_set(err, ERR_USAGE, NULL, "these two are the same run");
	}
	if (r->line->n_args > 1)
		return err_set(err, ERR_USAGE, NULL, "one queue at a time (in quotes, if its name has blanks)");
	return !run.ptr || runs_find(r->db, run, &r->ask.run, err);
}

static bool read_ask(struct review *r, struct err *err)
{
	static const char *const kinds[] = {"traces", "step", "pairwise", "next", "disputed", NULL};
	static const char *const copies[] = {"split", "double", "copies", NULL},
	                         *const modes[] = {"blind", "open", NULL}, *const amounts[] = {"first", "sample", NULL};
	int64_t seed;
	struct queue_ask *a = &r->ask;
	if (!at_most_one(r, kinds, err) || !at_most_one(r, copies, err) || !at_most_one(r, modes, err) ||
	    !at_most_one(r, amounts, err) || !count_option(r, "sample", &a->sample, err) ||
	    !count_option(r, "first", &a->most, err) || !cmd_int(r->line, "seed", 0, &seed, err) || !read_runs(r, err))
		return false;
	a->from = cmd_flag(r->line, "traces")     ? QUEUE_TRACES
	          : cmd_option(r->line, "step")   ? QUEUE_SPANS
	          : cmd_flag(r->line, "pairwise") ? QUEUE_PAIRS
	          : cmd_flag(r->line, "next")     ? QUEUE_NEXT
	          : cmd_flag(r->line, "disputed") ? QUEUE_DISPUTED
	                                          : QUEUE_ANSWERS;
	a->sorted = a->from == QUEUE_TRACES && a->most > 0;
	a->where = option(r, "where");
	a->dataset = option(r, "dataset");
	a->step = option(r, "step");
	a->judge = option(r, "judge");
	a->stratify = option(r, "evenly");
	a->seed = (uint64_t)seed;
	a->again = cmd_flag(r->line, "again");
	a->author = r->author;
	a->now_ns = r->o.now_ns;
	if (a->stratify.len && !a->sample)
		return err_set(err, ERR_USAGE, NULL, "--evenly goes with --sample");
	r->asks = a->from != QUEUE_ANSWERS || a->where.len || a->run || a->dataset.len || a->sample || a->most;
	return true;
}

/* ---------------------------------------------------------------- one queue, or all, in words */

static void print_command(struct buf *out, struct str name)
{
	buf_add_cstr(out, "spoor review ");
	clean_shell(out, name);
}

static void json_queue(struct jout *j, const struct queue *q, const struct queue_progress *p)
{
	jout_int(j, "id", q->id);
	jout_str(j, "name", q->name);
	jout_str(j, "author", q->author);
	jout_str(j, "made_from", q->made_from);
	jout_time(j, "made_at", q->made_ns);
	jout_time(j, "closed_at", q->closed_ns);
	jout_bool(j, "blind", (q->mode & QUEUE_BLIND) != 0);
	jout_bool(j, "pairwise", (q->mode & QUEUE_PAIRWISE) != 0);
	jout_int(j, "copies", q->copies);
	jout_int(j, "seed", (int64_t)q->seed);
	jout_str(j, "reasons", q->reasons);
	jout_str(j, "rubric", q->rubric);
	jout_int(j, "items", p->items);
	jout_int(j, "done", p->done);
	jout_int(j, "skipped", p->skipped);
	jout_int(j, "left", p->left);
	jout_int(j, "waiting", p->waiting);
	jout_int(j, "finished", p->finished);
	jout_int(j, "people", p->people);
	jout_int(j, "pace_ns", p->pace_ns);
	jout_time(j, "last_at", p->last_ns);
}

static void print_queue(struct review *r, const struct queue *q, const struct queue_progress *p)
{
	out_cell(&r->o, &r->out, q->name, NAME_COLS, false, true);
	buf_add_cstr(&r->out, "  ");
	queue_progress_words(&r->out, p, r->o.ascii);
	if (p->people > 1)
		buf_printf(&r->out, "%s%lld people", r->o.ascii ? ", " : " · ", (long long)p->people);
	if (q->closed_ns != UNKNOWN_INT)
		buf_add_cstr(&r->out, ", closed");
	out_end_line(&r->out);
	buf_add_cstr(&r->out, "  ");
	out_text(&r->o, &r->out, q->made_from, 0);
	buf_add_cstr(&r->out, q->mode & QUEUE_BLIND ? "; blind" : "; open");
	if (q->copies)
		buf_printf(&r->out, "; each by %lld", (long long)q->copies);
	out_end_line(&r->out);
}

static bool print_offers(struct review *r, struct jout *j, struct err *err)
{
	bool any = false;
	for (int i = 0; i < N_OFFERS; i++) {
		struct queue_offer offer;
		if (!queue_offer(r->db, (enum queue_offer_kind)i, r->author, r->o.now_ns, &r->arena, &offer, err))
			return false;
		if (!offer.count)
			continue;
		if (j) {
			jout_object(j, NULL);
			jout_str(j, "title", offer.title);
			jout_str(j, "about", offer.about.len ? offer.about : STR_NONE);
			jout_int(j, "count", offer.count);
			jout_str(j, "command", offer.command);
			jout_end(j);
			continue;
		}
		buf_add_cstr(&r->out, any ? "" : r->out.len ? "\nTo begin:\n" : "To begin:\n");
		any = true;
		buf_printf(&r->out, "%5lld  " STR_FMT, (long long)offer.count, STR_ARG(offer.title));
		out_end_line(&r->out);
		buf_add_cstr(&r->out, "       ");
		out_text(&r->o, &r->out, offer.command, 0);
		out_end_line(&r->out);
	}
	if (!j && !any && !r->out.len)
		buf_add_cstr(&r->out, "nothing to review: spoor import FILE brings traces and results\n");
	return true;
}

static bool print_list(struct review *r, const struct queue *all, size_t n, bool offers, struct err *err)
{
	struct jout j;
	bool json = r->o.form == OUT_JSON_, ok = true;
	jout_init(&j, &r->out, false);
	if (json) {
		jout_object(&j, NULL);
		jout_str(&j, "author", r->author);
		jout_array(&j, "queues");
	}
	for (size_t i = 0; ok && i < n; i++) {
		struct queue_progress p;
		ok = queue_progress(r->db, &all[i], r->author, r->o.now_ns, &p, err);
		if (!ok)
			break;
		if (json) {
			jout_object(&j, NULL);
			json_queue(&j, &all[i], &p);
			jout_end(&j);
		} else {
			print_queue(r, &all[i], &p);
		}
	}
	if (json) {
		jout_end(&j);
		jout_array(&j, "offers");
	}
	ok = ok && (!offers || print_offers(r, json ? &j : NULL, err));
	if (json) {
		jout_end(&j);
		jout_end(&j);
		buf_add_char(&r->out, '\n');
	}
	return ok && out_flush(&r->out, err);
}

/* ---------------------------------------------------------------- making */

static void json_left_out(struct jout *j, const struct queue_begun *b)
{
	const struct queue_found *f = &b->found;
	if (!f->made_from.ptr) {
		jout_null(j, "left_out");
		jout_null(j, "cut");
		return;
	}
	jout_object(j, "left_out");
	jout_int(j, "equal", f->equal);
	jout_int(j, "identical", f->identical);
	jout_int(j, "judged", f->judged);
	jout_int(j, "silent", f->silent);
	jout_end(j);
	jout_bool(j, "cut", f->cut);
}

static bool print_made(struct review *r, const struct queue_begun *b, struct err *err)
{
	struct buf command = BUF_INIT;
	struct jout j;
	print_command(&command, b->name);
	if (r->o.form == OUT_JSON_) {
		jout_init(&j, &r->out, false);
		jout_object(&j, NULL);
		jout_int(&j, "id", b->id);
		jout_str(&j, "name", b->name);
		jout_str(&j, "made_from", b->made_from);
		jout_int(&j, "items", b->items);
		jout_bool(&j, "resumed", b->resumed);
		jout_bool(&j, "blind", (b->mode & QUEUE_BLIND) != 0);
		json_left_out(&j, b);
		jout_str(&j, "command", buf_str(&command));
		jout_end(&j);
		buf_add_char(&r->out, '\n');
	} else {
		buf_add_cstr(&r->out, b->resumed ? "goes on: " : "made: ");
		out_text(&r->o, &r->out, b->name, 0);
		buf_printf(&r->out, ", %lld item%s (", (long long)b->items, b->items == 1 ? "" : "s");
		out_text(&r->o, &r->out, b->made_from, 0);
		buf_add_cstr(&r->out, ")\n");
		if (b->found.left_out.len && !b->resumed)
			buf_printf(&r->out, "left out: " STR_FMT "\n", STR_ARG(b->found.left_out));
		if (b->found.cut && !b->resumed)
			buf_printf(&r->out, "the first %d of %lld: --sample N draws from all\n", QUEUE_ITEMS,
			           (long long)b->found.fit);
		buf_printf(&r->out, STR_FMT "  opens it\n", STR_ARG(buf_str(&command)));
	}
	buf_done(&command);
	return out_flush(&r->out, err);
}

static int explore(struct review *r, struct str name)
{
	struct buf open = BUF_INIT;
	link_print(&open, &(struct link){.kind = name.len ? "review" : "queues", .of = {name}, .n_of = name.len > 0});
	db_close(r->db);
	r->db = NULL;
	int code = cmd_explore(r->line, r->bundle, buf_cstr(&open));
	buf_done(&open);
	return code;
}

static bool has_screen(const struct review *r)
{
	return cmd_explore && isatty(STDOUT_FILENO) == 1 && r->o.form != OUT_JSON_ && !cmd_flag(r->line, "make");
}

static int begin(struct review *r, struct err *err)
{
	struct queue_begun b;
	int code = -1;
	bool ok = queue_begin(r->db, &r->ask, &r->how, &b, err);
	if (ok && !b.id)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "nothing to review: " STR_FMT, STR_ARG(b.found.why));
	if (ok && has_screen(r))
		code = explore(r, b.name);
	else if (ok && print_made(r, &b, err))
		code = 0;
	queue_begun_done(&b);
	return code >= 0 ? code : err_exit_code(err->code);
}

/* ---------------------------------------------------------------- */

static bool change(struct review *r, const struct queue *q, struct err *err)
{
	struct str name = option(r, "rename");
	bool ok = true;
	if (name.ptr)
		ok = queue_rename(r->db, q->id, name, err);
	if (ok && cmd_flag(r->line, "close"))
		ok = queue_close(r->db, q->id, r->o.now_ns, err);
	if (ok && cmd_flag(r->line, "reopen"))
		ok = queue_close(r->db, q->id, UNKNOWN_INT, err);
	return ok;
}

static int with_queue(struct review *r, struct err *err)
{
	struct queue q;
	bool changes = option(r, "rename").ptr || cmd_flag(r->line, "close") || cmd_flag(r->line, "reopen");
	if (r->asks)
		return err_set(err, ERR_USAGE, NULL,
		               "a queue that is there holds what it holds: --name NEW makes another"),
		       2;
	if (!queue_find(r->db, r->bundle ? r->bundle_queue : str_of(r->line->args[0]), &r->arena, &q, err))
		return err_exit_code(err->code);
	if (changes && (!change(r, &q, err) || !queue_get(r->db, q.id, &r->arena, &q, err)))
		return err_exit_code(err->code);
	if (changes || cmd_flag(r->line, "list") || !has_screen(r))
		return print_list(r, &q, 1, false, err) ? 0 : err_exit_code(err->code);
	return explore(r, q.name);
}

static int without_queue(struct review *r, struct err *err)
{
	struct queue *all;
	size_t n;
	if (option(r, "rename").ptr || cmd_flag(r->line, "close") || cmd_flag(r->line, "reopen"))
		return err_set(err, ERR_USAGE, NULL, "which queue? spoor review QUEUE --close"), 2;
	if (r->asks || (r->how.name.ptr && !cmd_flag(r->line, "list")))
		return begin(r, err);
	if (has_screen(r) && !cmd_flag(r->line, "list"))
		return explore(r, STR_NONE);
	if (cmd_flag(r->line, "make"))
		return err_set(err, ERR_USAGE, NULL, "--make: of what? --where, --run, --next …"), 2;
	return queue_list(r->db, cmd_flag(r->line, "all"), &r->arena, &all, &n, err) && print_list(r, all, n, true, err)
	           ? 0
	           : err_exit_code(err->code);
}

/* `spoor review FILE` of a bundle: that is the store, and its queue the one that is meant. */
static struct db *open_store(struct review *r, struct err *err)
{
	const struct command_line *line = r->line;
	struct buf name = BUF_INIT;
	bool alone = line->n_args == 1 && !cmd_flag(line, "pairwise");
	if (alone && queue_bundle_is(line->args[0], &name, err)) {
		r->bundle = line->args[0];
		r->bundle_queue = arena_str(&r->arena, buf_str(&name));
	}
	buf_done(&name);
	if (err->code != ERR_NONE)
		return NULL;
	/* A list writes nothing (so it makes no store), and only what is read alone is masked. */
	const bool lists = cmd_flag(line, "list");
	return r->bundle ? db_open(r->bundle, DB_WRITE, err) : cmd_store(line, lists ? DB_READ : DB_WRITE, err);
}

static int review_main(const struct command_line *line, struct err *err)
{
	struct review r = {.line = line, .arena = ARENA_INIT, .out = BUF_INIT};
	int code;
	if (cmd_flag(line, "report"))
		return review_report(line, err);
	out_init(&r.o, line);
	r.author = annotation_author(r.author_room);
	r.db = open_store(&r, err);
	if (!r.db || !read_ask(&r, err) || !read_how(&r, err))
		code = err_exit_code(err->code);
	else
		code = line->n_args == 1 ? with_queue(&r, err) : without_queue(&r, err);
	db_close(r.db);
	buf_done(&r.out);
	arena_done(&r.arena);
	return code;
}

const struct command command_review = {
    .name = "review",
    .operands = "[QUEUE]",
    .help = "judge answers one by one: make a queue, go on with one",
    .more = "Without anything: asks what to review. Queues have a name, are saved, and go on at the first unfinished "
            "item; several "
            "people\n"
            "may work on one store at once. The same words again go on with the queue they made. Equal answers to one "
            "case are one "
            "item;\n"
            "what you have judged before, and what has no answer, is left out. A verdict is kept in the store the "
            "moment it is "
            "given.",
    .min_args = 0,
    .max_args = 2,
    .options = review_options,
    .run = review_main,
};
