/* spoor flag TARGET… --bad --reason outdated --note …: what a person says of answers, without a screen.
 *
 * --json: {"author", "dry_run", "said": N, "as_before": N, "items": [{"target", "events": ["32 hex"], "said": [{"field", "part", "value"}],
 * "as_before"}]}. target: the key it is kept under ("trace:ID", "trace:ID/span:ID", the key of a case). events: of what was written; none with
 * --dry-run and where all was so before (as_before true). said: what was asked for; with --undo what was taken back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/annotate.h"
#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/query/traces.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/subject_arg.h"

enum {
	TOLD_MOST = 20,      /* rows of text; more are counted */
	WRITE_MS = 50,       /* of writing, then others have their turn */
	TEXT_MOST = 1 << 20, /* of a note or a correction, and of targets on standard input */
};

/* clang-format off */
static const struct option_row flag_options[] = {
	{"good", 0, OPTION_FLAG, NULL, "the answer is good"},
	{"bad", 0, OPTION_FLAG, NULL, "the answer is bad"},
	{"unsure", 0, OPTION_FLAG, NULL, "it cannot be told"},
	{"reason", 0, OPTION_TEXT, "REASON,…", "why it is bad: outdated, or several: wrong,tone"},
	{"note", 0, OPTION_TEXT, "TEXT|-", "a note; -: standard input; an empty one takes the note away"},
	{"correction", 0, OPTION_TEXT, "TEXT|-", "the answer as it should be; -: standard input"},
	{"score", 0, OPTION_TEXT, "SCORE=VALUE", "what a score should be, a number or a label"},
	{"tag", 0, OPTION_TEXT, "TAG", "a word to find it by"},
	{"undo", 0, OPTION_FLAG, NULL, "take back what this author said last of it, field by field; what he said before counts again"},
	{"author", 0, OPTION_TEXT, "PERSON", "who says it (default: $SPOOR_AUTHOR, else the login name)"},
	{"where", 'w', OPTION_TEXT, "FILTER", "all that match (spoor help filter), not single targets"},
	{"over", 0, OPTION_TEXT, "traces|cases", "what --where is over (default: traces; with --run cases)"},
	{"run", 0, OPTION_TEXT, "RUN", "--where over the cases of this eval run"},
	{"dry-run", 0, OPTION_FLAG, NULL, "tell what would be flagged, write nothing"},
	{.name = NULL},
};
/* clang-format on */

struct flag {
	const struct command_line *line;
	struct out out;
	struct arena arena;
	struct db *db;
	struct block_cache *blocks;
	char author_name[128];
	struct str author;
	bool undo, dry;
	struct say says[SAYS_MOST];
	size_t n_says;
	VEC(struct subject_at) targets;
	struct buf text;
	struct jout json;
	int64_t n_said, n_as_before, n_told;
};

/* ---------------------------------------------------------------- what is said */

static bool add_say(struct flag *f, enum annotation_field field, struct str part, struct str value, struct err *err)
{
	if (f->n_says == SAYS_MOST)
		return err_set(err, ERR_USAGE, NULL, "too much at once");
	f->says[f->n_says++] = (struct say){field, text_valid(&f->arena, part), text_valid(&f->arena, value)};
	return true;
}

/* Standard input, whole; once. */
static bool read_stdin(struct flag *f, struct str *out, struct err *err)
{
	struct buf text = BUF_INIT;
	char piece[4096];
	for (size_t n; (n = fread(piece, 1, sizeof piece, stdin)) > 0 && text.len <= TEXT_MOST;)
		buf_add_str(&text, (struct str){piece, n});
	bool ok = text.len <= TEXT_MOST || err_set(err, ERR_INPUT, NULL, "standard input is longer than 1 MiB");
	*out = arena_str(&f->arena, buf_str(&text));
	if (!out->ptr)
		*out = STR_LIT("");
	buf_done(&text);
	return ok;
}

static bool add_text(struct flag *f, const char *option, enum annotation_field field, struct err *err)
{
	const char *value = cmd_option(f->line, option);
	struct str text = str_of(value ? value : "");
	if (!value)
		return true;
	if (strcmp(value, "-") == 0) {
		if (!read_stdin(f, &text, err))
			return false;
		text = str_trim(text);
	}
	return add_say(f, field, STR_NONE, text, err);
}

/* "wrong,tone" as "wrong, tone". */
static struct str reasons_of(struct flag *f, const char *value)
{
	struct str rest = str_of(value), one;
	struct buf out = BUF_INIT;
	while (rest.len && str_split(&rest, ',', &one))
		if (str_trim(one).len) {
			buf_add_cstr(&out, out.len ? ", " : "");
			buf_add_str(&out, str_trim(one));
		}
	struct str text = arena_str(&f->arena, buf_str(&out));
	buf_done(&out);
	return text.ptr ? text : STR_LIT("");
}

static bool add_score(struct flag *f, const char *value, struct err *err)
{
	const char *equals = strrchr(value, '=');
	if (!equals || equals == value || !equals[1])
		return err_set(err, ERR_USAGE, NULL, "--score: expected NAME=VALUE, found %.60s", value);
	return add_say(f, FIELD_SCORE, (struct str){value, (size_t)(equals - value)}, str_of(equals + 1), err);
}

static bool read_says(struct flag *f, struct err *err)
{
	const char *reason = cmd_option(f->line, "reason"), *score = cmd_option(f->line, "score"),
	           *tag = cmd_option(f->line, "tag");
	int n = 0;
	for (enum verdict v = VERDICT_GOOD; v <= VERDICT_UNSURE; v++)
		if (cmd_flag(f->line, verdict_name(v))) {
			n++;
			add_say(f, FIELD_VERDICT, STR_NONE, str_of(verdict_name(v)), err);
		}
	if (n > 1)
		return err_set(err, ERR_USAGE, NULL, "one of --good, --bad and --unsure");
	if ((reason && !add_say(f, FIELD_REASON, STR_NONE, reasons_of(f, reason), err)) ||
	    !add_text(f, "note", FIELD_NOTE, err) || !add_text(f, "correction", FIELD_CORRECTION, err) ||
	    (score && !add_score(f, score, err)) || (tag && !add_say(f, FIELD_TAG, str_of(tag), str_of(tag), err)))
		return false;
	if (f->undo && f->n_says)
		return err_set(err, ERR_USAGE, NULL, "--undo takes back what was said: nothing else with it");
	return f->undo || f->n_says ||
	       err_set(err, ERR_USAGE, NULL, "say what: --good, --bad, --unsure, --note TEXT … (spoor help flag)");
}

/* ---------------------------------------------------------------- of what */

static bool add_traces(struct flag *f, struct err *err)
{
	struct trace_query query = {.limit = -1};
	struct trace_page page;
	struct filter *filter;
	if (!list_filter(f->line, FILTER_TRACES, &f->arena, &filter, err))
		return false;
	query.filter = filter;
	bool ok = traces_page(f->db, &query, &page, err);
	for (size_t i = 0; ok && i < page.n; i++)
		*vec_add(&f->targets) = (struct subject_at){.kind = SUBJECT_TRACE, .trace = page.rows[i].id};
	trace_page_done(&page);
	return ok;
}

static bool add_cases(struct flag *f, const char *run, struct err *err)
{
	int64_t id;
	struct case_page page;
	struct filter *filter;
	if (!list_filter(f->line, FILTER_CASES, &f->arena, &filter, err) || !runs_find(f->db, str_of(run), &id, err))
		return false;
	bool ok = cases_page(f->db, id, filter, 0, -1, &page, err);
	for (size_t i = 0; ok && i < page.n; i++)
		*vec_add(&f->targets) = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {id, page.rows[i].case_id, page.rows[i].repeat}
                };
	case_page_done(&page);
	return ok;
}

static bool add_word(struct flag *f, struct str word, struct err *err)
{
	struct subject_at at;
	if (!cmd_subject(f->db, word, &at, err))
		return false;
	*vec_add(&f->targets) = at;
	return true;
}

static bool add_lines(struct flag *f, struct err *err)
{
	struct str text, line;
	if (!read_stdin(f, &text, err))
		return false;
	while (text.len && str_split(&text, '\n', &line))
		if (str_trim(line).len && !add_word(f, line, err))
			return false;
	return true;
}

static bool find_targets(struct flag *f, struct err *err)
{
	const char *where = cmd_option(f->line, "where"), *run = cmd_option(f->line, "run"),
	           *over = cmd_option(f->line, "over");
	bool cases = run || (over && strcmp(over, "cases") == 0);
	if (over && strcmp(over, "cases") != 0 && strcmp(over, "traces") != 0)
		return err_set(err, ERR_USAGE, NULL, "--over: expected traces or cases");
	if (!where && (run || over))
		return err_set(err, ERR_USAGE, NULL, "--run and --over go with --where");
	if (where && f->line->n_args)
		return err_set(err, ERR_USAGE, NULL, "single targets or --where, not both");
	if (cases && !run)
		return err_set(err, ERR_USAGE, NULL, "the cases of which eval run? --run RUN");
	if (where)
		return cases ? add_cases(f, run, err) : add_traces(f, err);
	for (size_t i = 0; i < f->line->n_args; i++)
		if (strcmp(f->line->args[i], "-") == 0 ? !add_lines(f, err)
		                                       : !add_word(f, str_of(f->line->args[i]), err))
			return false;
	return f->targets.n || err_set(err, ERR_USAGE, NULL, "flag what? " SUBJECT_NAMES ", or --where FILTER");
}

/* ---------------------------------------------------------------- telling */

static void json_says(struct flag *f, const struct say *says, size_t n)
{
	jout_array(&f->json, "said");
	for (size_t i = 0; i < n; i++) {
		jout_object(&f->json, NULL);
		jout_cstr(&f->json, "field", annotation_field_name(says[i].field));
		jout_str(&f->json, "part", says[i].part.len ? says[i].part : STR_NONE);
		jout_str(&f->json, "value", says[i].value);
		jout_end(&f->json);
	}
	jout_end(&f->json);
}

static void tell_json(struct flag *f, struct str key, const struct say *says, size_t n, const struct event_id *events,
                      size_t n_events, bool as_before)
{
	jout_object(&f->json, NULL);
	jout_str(&f->json, "target", key);
	jout_array(&f->json, "events");
	for (size_t i = 0; i < n_events; i++) {
		struct buf hex = BUF_INIT;
		hash_hex(&hex, events[i].byte, sizeof events[i].byte);
		jout_str(&f->json, NULL, buf_str(&hex));
		buf_done(&hex);
	}
	jout_end(&f->json);
	json_says(f, says, n);
	jout_bool(&f->json, "as_before", as_before);
	jout_end(&f->json);
}

/* "bad, reason outdated  trace:4bf9…" */
static void tell_text(struct flag *f, const struct subject *subject, const struct say *says, size_t n, bool as_before)
{
	struct arena arena = ARENA_INIT;
	if (f->n_told++ >= TOLD_MOST)
		return;
	for (size_t i = 0; i < n; i++) {
		if (says[i].field != FIELD_VERDICT)
			buf_printf(&f->text, "%s%s ", i ? ", " : "", annotation_field_name(says[i].field));
		struct str part = says[i].field == FIELD_SCORE ? says[i].part : STR_NONE;
		out_text(&f->out, &f->text, part, 40);
		buf_add_cstr(&f->text, part.len ? "=" : "");
		out_text(&f->out, &f->text, cmd_masked(f->line, &arena, says[i].value), 40);
	}
	if (n == 0)
		buf_add_cstr(&f->text, "nothing to take back");
	buf_add_cstr(&f->text, as_before ? "  as before  " : "  ");
	bool is_case = subject->at.kind == SUBJECT_CASE;
	struct str name = is_case && subject->title.len ? subject->title : subject->target.key;
	out_text(&f->out, &f->text, cmd_masked(f->line, &arena, name), 0);
	arena_done(&arena);
	buf_add_char(&f->text, '\n');
}

/* ---------------------------------------------------------------- writing */

/* In a transaction, or with --dry-run in a read one. */
static bool flag_one(struct flag *f, const struct subject_at *at, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct annotation *now;
	size_t n_now, n_events = 0, n_fresh = 0, n_mine = 0;
	struct event_id events[64];
	struct say fresh[64];
	const struct annotate_opts opts = {.author = f->author, .now_ns = cmd_now_ns()};
	bool ok = subject_target(f->db, f->blocks, at, &arena, &subject, err) &&
	          annotate_state(f->db, &subject.hash, &arena, &now, &n_now, err);
	for (size_t i = 0; ok && f->undo && i < n_now && n_mine < 64; i++)
		if (str_eq(now[i].author, f->author)) {
			events[n_mine] = now[i].event;
			fresh[n_mine++] = (struct say){now[i].field, now[i].part, now[i].value};
		}
	for (size_t i = 0; ok && i < f->n_says; i++) {
		bool is_so = f->says[i].value.len == 0;
		for (size_t k = 0; k < n_now; k++)
			if (str_eq(now[k].author, f->author) && now[k].field == f->says[i].field &&
			    str_eq(now[k].part, f->says[i].part.ptr ? f->says[i].part : STR_LIT("")))
				is_so = str_eq(now[k].value, f->says[i].value) && !(now[k].how & HOW_PROPOSED);
		if (!is_so)
			fresh[n_fresh++] = f->says[i];
	}
	bool as_before = f->undo ? n_mine == 0 : n_fresh == 0;
	if (ok && !as_before && !f->dry) {
		ok = f->undo ? annotate_take_back_in(f->db, events, n_mine, f->author, opts.now_ns, err)
		             : annotate_in(f->db, &subject.target, &opts, fresh, n_fresh, events, err);
		n_events = f->undo ? n_mine : n_fresh;
	}
	if (ok && f->out.form == OUT_JSON_)
		tell_json(f, subject.target.key, f->undo ? fresh : f->says, f->undo ? n_mine : f->n_says, events,
		          n_events, as_before);
	else if (ok)
		tell_text(f, &subject, f->undo ? fresh : f->says, f->undo ? n_mine : f->n_says, as_before);
	f->n_said += ok && !as_before;
	f->n_as_before += ok && as_before;
	arena_done(&arena);
	return ok;
}

static int64_t mono_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* In short transactions, between which others have their turn. */
static bool flag_all(struct flag *f, struct err *err)
{
	for (size_t i = 0; i < f->targets.n;) {
		int64_t until = mono_ms() + WRITE_MS;
		if (!(f->dry ? db_begin_read(f->db, err) : db_begin(f->db, err)))
			return false;
		bool ok = true;
		do
			ok = flag_one(f, &f->targets.at[i++], err);
		while (ok && i < f->targets.n && mono_ms() < until);
		if (f->dry)
			db_end_read(f->db);
		else if (!ok || !db_commit(f->db, err)) {
			db_rollback(f->db);
			return false;
		}
		if (!ok)
			return false;
	}
	return true;
}

static void tell_sum(struct flag *f)
{
	if (f->n_told > TOLD_MOST)
		buf_printf(&f->text, "and %lld more\n", (long long)(f->n_told - TOLD_MOST));
	if (f->n_told > 1 || f->dry)
		buf_printf(&f->text, "%lld %s, %lld as before\n", (long long)f->n_said,
		           f->dry    ? "would be flagged"
		           : f->undo ? "taken back"
		                     : "flagged",
		           (long long)f->n_as_before);
}

static bool flag(struct flag *f, struct err *err)
{
	const char *author = cmd_option(f->line, "author");
	bool json = f->out.form == OUT_JSON_;
	f->author = author ? text_valid(&f->arena, str_trim(str_of(author))) : annotation_author(f->author_name);
	f->undo = cmd_flag(f->line, "undo");
	f->dry = cmd_flag(f->line, "dry-run");
	if (!f->author.len || f->author.len > 100)
		return err_set(err, ERR_USAGE, NULL, "--author: expected a name of at most 100 bytes");
	if (!read_says(f, err) || !(f->db = cmd_store(f->line, f->dry ? DB_READ : DB_DURABLE, err)))
		return false;
	f->blocks = block_cache_new(f->db);
	if (!find_targets(f, err))
		return false;
	jout_init(&f->json, &f->text, false);
	if (json) {
		jout_object(&f->json, NULL);
		jout_str(&f->json, "author", f->author);
		jout_bool(&f->json, "dry_run", f->dry);
		jout_array(&f->json, "items");
	}
	if (!flag_all(f, err))
		return false;
	if (json) {
		jout_end(&f->json);
		jout_int(&f->json, "said", f->n_said);
		jout_int(&f->json, "as_before", f->n_as_before);
		jout_end(&f->json);
		buf_add_char(&f->text, '\n');
	} else {
		tell_sum(f);
	}
	return out_flush(&f->text, err);
}

static int flag_main(const struct command_line *line, struct err *err)
{
	struct flag f = {.line = line};
	out_init(&f.out, line);
	bool ok = flag(&f, err);
	block_cache_free(f.blocks);
	db_close(f.db);
	vec_done(&f.targets);
	buf_done(&f.text);
	arena_done(&f.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_flag = {
    .name = "flag",
    .operands = "TARGET…|-",
    .help = "say of answers that they are good or bad, and why",
    .more = "A TARGET is " SUBJECT_NAMES "; ids may be cut short as long as only one fits, RUN is "
            "" RUN_NAMES ",\n"
            "CASE its key or title. - reads them from standard input, one a line. Nothing is overwritten: what is said "
            "again is one event more,\n"
            "--undo takes back what one said oneself, and spoor log shows all of it.\n"
            "\n"
            "  spoor flag trace:4bf92f35 --bad --reason outdated --note 'policy 4.2 ended in May'\n"
            "  spoor flag v13/case-17 --correction - < answer.txt\n"
            "  spoor flag --where 'finding:iban' --bad --reason 'personal data' --dry-run",
    .max_args = -1,
    .options = flag_options,
    .run = flag_main,
};
