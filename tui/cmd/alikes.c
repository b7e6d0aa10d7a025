/* spoor alikes TARGET: which other answers failed as this one did.
 *
 * --json: {"target": {"kind", "target", "key", "title"}, "verdict", "reasons", "scope", "pool", "good", "bad", "read", "beyond", "runs", "judged", "equal",
 * "unread", "seeds": [{"key", "title"}], "total", "groups": [{"why", "n", "failed", "passed"}], "rows": [{"kind", "target", "key", "run", "repeat", "title",
 * "alike", "seed", "group", "proposed", "why": [{"aspect", "words", "evidence", "failed", "passed"}]}], "proposed", "skipped"}.
 * kind: case, trace, span; target: as commands take it; verdict: this person's by hand, or null; alike, evidence: 0 … 1; group and seed: places in "groups" and "seeds"; failed,
 * passed: items of the pool that have it, too; repeat: of a case, from 1; "proposed" and "skipped" at the end only with --propose: verdicts written,
 * and items left alone since they were judged or proposed already. */
#include "store/query/lookalikes.h"

#include <string.h>

#include "store/block.h"
#include "store/query/propose.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/subject_arg.h"

/* clang-format off */
static const struct option_row alikes_options[] = {
	{"all", 0, OPTION_FLAG, NULL, "like anything you flagged with the same words, not this one alone"},
	{"limit", 'n', OPTION_INT, "N", "at most N items (100; with --json 500)"},
	{"propose", 0, OPTION_FLAG, NULL, "propose the verdict you gave TARGET to all that are listed; needs --opened and --yes"},
	{"opened", 0, OPTION_TEXT, "TARGET", "--propose: the one of them that you have looked at"},
	{"yes", 'y', OPTION_FLAG, NULL, "--propose: do it"},
	{.name = NULL},
};
/* clang-format on */

struct printing {
	struct out out;
	struct subject_at at;
	struct lookalikes l;
	struct buf text;
	bool proposed; /* --propose was done: */
	size_t written, skipped;
};

static const char *kind_of(const struct subject_at *at)
{
	return at->kind == SUBJECT_CASE ? "case" : at->kind == SUBJECT_SPAN ? "span" : "trace";
}

/* ---------------------------------------------------------------- JSON */

/* As cmd_subject takes it. */
static void json_target(struct jout *j, const struct subject_at *at, struct str key)
{
	struct buf text = BUF_INIT;
	if (at->kind == SUBJECT_CASE)
		buf_printf(&text, "%lld/", (long long)at->at.run);
	buf_add_str(&text, key);
	if (at->kind == SUBJECT_CASE && at->at.repeat > 0)
		buf_printf(&text, "#%lld", (long long)at->at.repeat + 1);
	jout_str(j, "target", buf_str(&text));
	buf_done(&text);
}

static void json_row(struct jout *j, const struct alike_row *r)
{
	jout_object(j, NULL);
	jout_cstr(j, "kind", kind_of(&r->at));
	json_target(j, &r->at, r->key);
	jout_str(j, "key", r->key);
	jout_str(j, "run", r->run);
	jout_int(j, "repeat", r->at.kind == SUBJECT_CASE ? r->at.at.repeat + 1 : UNKNOWN_INT);
	jout_str(j, "title", r->title);
	jout_double(j, "alike", r->alike);
	jout_int(j, "seed", (int64_t)r->seed);
	jout_int(j, "group", (int64_t)r->group);
	jout_bool(j, "proposed", r->proposed);
	jout_array(j, "why");
	for (size_t i = 0; i < r->n_why; i++) {
		jout_object(j, NULL);
		jout_cstr(j, "aspect", alike_aspect_name(r->why[i].aspect));
		jout_str(j, "words", r->why[i].words);
		jout_double(j, "evidence", r->why[i].evidence);
		jout_int(j, "failed", r->why[i].failed);
		jout_int(j, "passed", r->why[i].passed);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void json_pool(struct jout *j, const struct lookalikes *l)
{
	jout_str(j, "scope", l->scope);
	jout_int(j, "pool", l->pool);
	jout_int(j, "good", l->good);
	jout_int(j, "bad", l->bad);
	jout_int(j, "read", l->read);
	jout_int(j, "beyond", l->beyond);
	jout_int(j, "runs", l->runs);
	jout_int(j, "judged", l->judged);
	jout_int(j, "equal", l->equal);
	jout_int(j, "unread", l->unread);
	jout_array(j, "seeds");
	for (size_t i = 0; i < l->n_seeds; i++) {
		jout_object(j, NULL);
		jout_str(j, "key", l->seeds[i].key);
		jout_str(j, "title", l->seeds[i].title);
		jout_end(j);
	}
	jout_end(j);
}

static void print_json(struct printing *p)
{
	const struct lookalikes *l = &p->l;
	struct jout j;
	jout_init(&j, &p->text, false);
	jout_object(&j, NULL);
	jout_object(&j, "target");
	jout_cstr(&j, "kind", kind_of(&l->seeds[0].at));
	json_target(&j, &l->seeds[0].at, l->seeds[0].key);
	jout_str(&j, "key", l->seeds[0].key);
	jout_str(&j, "title", l->seeds[0].title);
	jout_end(&j);
	jout_cstr(&j, "verdict", l->verdict == VERDICT_NONE ? NULL : verdict_name(l->verdict));
	jout_str(&j, "reasons", l->reasons);
	json_pool(&j, l);
	jout_int(&j, "total", l->total);
	jout_array(&j, "groups");
	for (size_t i = 0; i < l->n_groups; i++) {
		jout_object(&j, NULL);
		jout_str(&j, "why", l->groups[i].words);
		jout_int(&j, "n", (int64_t)l->groups[i].n);
		jout_int(&j, "failed", l->groups[i].failed);
		jout_int(&j, "passed", l->groups[i].passed);
		jout_end(&j);
	}
	jout_end(&j);
	jout_array(&j, "rows");
	for (size_t i = 0; i < l->n; i++)
		json_row(&j, &l->rows[i]);
	jout_end(&j);
	if (p->proposed) {
		jout_int(&j, "proposed", (int64_t)p->written);
		jout_int(&j, "skipped", (int64_t)p->skipped);
	}
	jout_end(&j);
	buf_add_char(&p->text, '\n');
}

/* ---------------------------------------------------------------- text */

static void add_name(struct printing *p, struct str title, struct str key, int cols)
{
	out_text(&p->out, &p->text, title.len ? title : out_short(key), cols);
}

static void print_head(struct printing *p)
{
	const struct lookalikes *l = &p->l;
	struct buf *to = &p->text;
	buf_add_cstr(to, "like ");
	add_name(p, l->seeds[0].title, l->seeds[0].key, 60);
	if (l->n_seeds > 1)
		buf_printf(to, " and %zu more", l->n_seeds - 1);
	if (l->verdict == VERDICT_NONE)
		buf_add_cstr(to, ", which you have not judged");
	else
		buf_printf(to, ", which you called %s", verdict_name(l->verdict));
	if (l->reasons.len) {
		buf_add_cstr(to, " (");
		out_text(&p->out, to, l->reasons, 60);
		buf_add_char(to, ')');
	}
	buf_printf(to, ": %lld of ", (long long)l->total);
	out_text(&p->out, to, l->scope, 0);
	buf_printf(to, "\n%lld of them are bad, %lld good", (long long)l->bad, (long long)l->good);
	if (l->judged)
		buf_printf(to, "; %lld more are alike, but you have judged them", (long long)l->judged);
	if (l->equal)
		buf_printf(to, "; %lld are equal answers and share the verdict", (long long)l->equal);
	if (l->beyond)
		buf_printf(to, "; %lld older ones were not looked at", (long long)l->beyond);
	if (l->unread)
		buf_printf(to, "; %lld no longer read", (long long)l->unread);
	buf_add_char(to, '\n');
}

static void print_row(struct printing *p, const struct alike_row *r)
{
	struct buf *to = &p->text;
	buf_printf(to, "  %c %3d %%  ", r->proposed ? '*' : ' ', (int)(r->alike * 100));
	struct buf name = BUF_INIT;
	buf_add_str(&name, r->title.len ? r->title : out_short(r->key));
	if (r->at.kind == SUBJECT_CASE && r->at.at.repeat > 0)
		buf_printf(&name, " #%lld", (long long)r->at.at.repeat + 1);
	out_cell(&p->out, to, buf_str(&name), 40, false, p->out.terminal);
	buf_done(&name);
	buf_add_cstr(to, "  ");
	if (r->run.len)
		out_cell(&p->out, to, r->run, 18, false, p->out.terminal);
	for (size_t i = 0; i < r->n_why; i++) {
		if (i == 0 && r->why[i].aspect != ALIKE_ANSWER) /* the group says it */
			continue;
		buf_add_cstr(to, to->ptr[to->len - 1] == ' ' ? "" : "  ");
		out_text(&p->out, to, r->why[i].words, p->out.terminal ? 50 : 0);
		if (i + 1 < r->n_why)
			buf_add_char(to, ';');
	}
	out_end_line(to);
}

static void print_text(struct printing *p)
{
	const struct lookalikes *l = &p->l;
	struct buf *to = &p->text;
	print_head(p);
	for (size_t g = 0; g < l->n_groups; g++) {
		const struct alike_group *group = &l->groups[g];
		buf_add_char(to, '\n');
		out_text(&p->out, to, group->words, p->out.terminal ? p->out.cols - 30 : 0);
		buf_printf(to, "  %zu   (%lld failed, %lld passed with it)\n", group->n, (long long)group->failed,
		           (long long)group->passed);
		for (size_t i = 0; i < group->n; i++)
			print_row(p, &l->rows[group->first + i]);
	}
	if ((int64_t)l->n < l->total)
		buf_printf(to, "\n%lld more (--limit)\n", (long long)l->total - (long long)l->n);
	if (p->proposed)
		buf_printf(to,
		           "\nproposed to %zu; %zu were judged or proposed already. Confirm each by opening it, or "
		           "take it back.\n",
		           p->written, p->skipped);
}

/* ---------------------------------------------------------------- proposing */

static bool may_propose(const struct command_line *line, struct db *db, const struct printing *p, struct err *err)
{
	const char *opened = cmd_option(line, "opened");
	struct subject_at at;
	if (p->l.verdict == VERDICT_NONE)
		return err_set(err, ERR_USAGE, NULL, "there is no verdict of yours on it to propose: flag it first");
	if (!opened)
		return err_set(
		    err, ERR_USAGE, NULL,
		    "look at one of them first, and name it: --opened TARGET. Nobody should judge what nobody read");
	if (!cmd_subject(db, str_of(opened), &at, err))
		return false;
	bool listed = false;
	for (size_t i = 0; i < p->l.n && !listed; i++)
		listed = subject_is(&at, &p->l.rows[i].at);
	if (!listed)
		return err_set(err, ERR_USAGE, NULL, "%s is not one of those that are offered", opened);
	return cmd_flag(line, "yes") || err_set(err, ERR_USAGE, NULL, "%zu would get \"%s\" as proposed: --yes does it",
	                                        p->l.n, verdict_name(p->l.verdict));
}

/* On a connection of its own: on the disk when it returns. */
static bool propose(const struct command_line *line, struct printing *p, struct str author, struct err *err)
{
	struct db *db = cmd_store(line, DB_DURABLE, err);
	const struct say says[2] = {
	    {FIELD_VERDICT, STR_NONE, str_of(verdict_name(p->l.verdict))},
            {FIELD_REASON,  STR_NONE, p->l.reasons                      }
        };
	if (!db)
		return false;
	struct subject_at *at = arena_alloc(&p->l.arena, p->l.n * sizeof *at);
	for (size_t i = 0; i < p->l.n; i++)
		at[i] = p->l.rows[i].at;
	struct proposing all = {.author = author,
	                        .says = says,
	                        .n_says = p->l.reasons.len ? 2 : 1,
	                        .because = p->l.flag,
	                        .at = at,
	                        .n = p->l.n};
	struct block_cache *blocks = block_cache_new(db);
	bool ok = true;
	while (ok && all.done < all.n)
		ok = propose_next(db, blocks, &all, cmd_now_ns(), err);
	block_cache_free(blocks);
	db_close(db);
	p->proposed = ok;
	p->skipped = all.skipped;
	p->written = all.done - all.skipped;
	vec_done(&all.events);
	return ok;
}

static bool alikes(const struct command_line *line, struct db *db, struct printing *p, struct str author,
                   struct err *err)
{
	struct lookalikes_query q = {.author = author, .wide = cmd_flag(line, "all")};
	int64_t usual = p->out.form == OUT_JSON_ ? LOOKALIKES_ROWS : 100;
	if (!cmd_int(line, "limit", usual, &q.limit, err))
		return false;
	if (q.limit < 1)
		return err_set(err, ERR_USAGE, NULL, "--limit: at least 1");
	if (line->n_args && !cmd_subject(db, str_of(line->args[0]), &q.at, err))
		return false;
	return lookalikes_find(db, &q, &p->l, err);
}

static int alikes_main(const struct command_line *line, struct err *err)
{
	struct printing p = {.text = BUF_INIT};
	char name[128];
	struct str author = annotation_author(name);
	out_init(&p.out, line);
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	bool wants = cmd_flag(line, "propose");
	if (ok) {
		ok = alikes(line, db, &p, author, err) && (!wants || may_propose(line, db, &p, err));
		db_end_read(db);
	}
	db_close(db);
	ok = ok && (!wants || propose(line, &p, author, err));
	if (ok && p.out.form == OUT_JSON_)
		print_json(&p);
	else if (ok)
		print_text(&p);
	ok = ok && out_flush(&p.text, err);
	int code = !ok ? err_exit_code(err->code) : p.l.total ? 0 : 1;
	lookalikes_done(&p.l);
	buf_done(&p.text);
	return code;
}

const struct command command_alikes = {
    .name = "alikes",
    .operands = "[TARGET]",
    .help = "which other answers failed as one that was flagged",
    .more =
        "TARGET is " SUBJECT_NAMES ".\n"
        "Without one: what you flagged bad last. Answers are alike by their error, wording, values, form, documents "
        "(retrieved by both, or "
        "missing\nfrom both), the step that failed, findings, scores, as far as good answers do not share that; each "
        "says why. The verdict "
        "can be\nproposed to all of them: such verdicts are in no figure until somebody has opened and confirmed them. "
        "Exit code 1: nothing is alike.",
    .min_args = 0,
    .max_args = 1,
    .options = alikes_options,
    .run = alikes_main,
};
