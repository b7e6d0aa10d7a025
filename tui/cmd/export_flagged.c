/* spoor export flagged: judged answers in the shapes of those who go on with them (store/query/flagged_out.h; each shape stands at the head of its file). */
#include <string.h>

#include "store/query/flagged_out.h"
#include "store/query/runs.h"
#include "tui/cmd/export.h"

static unsigned wanted_verdicts(const struct command_line *line)
{
	static const struct {
		const char *option;
		enum flagged_verdict verdict;
	} rows[] = {
	    {"good",     FLAGGED_GOOD    },
            {"bad",      FLAGGED_BAD     },
            {"unsure",   FLAGGED_UNSURE  },
            {"disagree", FLAGGED_DISAGREE}
        };
	unsigned bits = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		bits |= cmd_flag(line, rows[i].option) ? 1U << rows[i].verdict : 0;
	return bits;
}

/* A filter is one over cases, over traces, or over both: it keeps what it can be asked of. */
static bool read_where(const char *where, struct arena *arena, struct flagged_opts *opts, struct err *err)
{
	struct filter_mistake cases, traces;
	struct buf words = BUF_INIT;
	opts->cases = filter_parse(arena, arena_cstr(arena, where), FILTER_CASES, cmd_now_ns(), &cases);
	opts->traces = filter_parse(arena, arena_cstr(arena, where), FILTER_TRACES, cmd_now_ns(), &traces);
	if (opts->cases || opts->traces)
		return true;
	const struct filter_mistake *further = cases.column >= traces.column ? &cases : &traces;
	filter_mistake_words(&words, further);
	err_set(err, ERR_USAGE, NULL, "--where, column %zu: %.200s", further->column + 1, buf_cstr(&words));
	buf_done(&words);
	return false;
}

static const struct flagged_format *read_format(const struct command_line *line, struct err *err)
{
	const char *name = cmd_option(line, "format");
	const struct flagged_format *format = name ? flagged_format_named(str_of(name)) : flagged_formats[0];
	struct buf all = BUF_INIT;
	if (format)
		return format;
	for (size_t i = 0; flagged_formats[i]; i++)
		buf_printf(&all, "%s%s", i ? ", " : "", flagged_formats[i]->name);
	err_set(err, ERR_USAGE, NULL, "--format is one of %s, not \"%.60s\"", buf_cstr(&all), name);
	buf_done(&all);
	return NULL;
}

static bool read_opts(const struct command_line *line, struct db *db, struct arena *arena, struct flagged_opts *opts,
                      struct err *err)
{
	const char *where = cmd_option(line, "where"), *run = cmd_option(line, "run");
	*opts = (struct flagged_opts){.verdicts = wanted_verdicts(line),
	                              .corrected = cmd_flag(line, "corrected"),
	                              .with_proposed = cmd_flag(line, "with-proposed"),
	                              .masked = cmd_masks(line),
	                              .author = export_text(line, "author"),
	                              .queue = export_text(line, "queue")};
	return export_since(line, &opts->since_ns, err) && (!where || read_where(where, arena, opts, err)) &&
	       (!run || runs_find(db, str_of(run), &opts->run, err));
}

/* What gave nothing is told: the reader would miss it. */
static void say_left_out(const struct command_line *line, const struct flagged_format *format,
                         const struct flagged_writing *w)
{
	if (!w->left_out || cmd_flag(line, "json"))
		return;
	fprintf(stderr, "spoor: %lld of %lld judged answers left out: %s\n", (long long)w->left_out,
	        (long long)w->answers, format->lacks);
}

static int run(const struct command_line *line, struct db *db, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct flagged_opts opts;
	struct flagged_writing w = {.left_out = 0};
	struct outfile out;
	const struct flagged_format *format = read_format(line, err);
	int code;
	if (!format || !read_opts(line, db, &arena, &opts, err)) {
		code = err_exit_code(err->code);
	} else {
		bool ok =
		    export_open(line, &out, err) && flagged_write(db, &opts, format, cmd_flag(line, "with-documents"),
		                                                  &out.text, outfile_more, &out, &w, err);
		code = export_close(line, &out, ok, w.written, format->one, format->many, err);
		if (ok)
			say_left_out(line, format, &w);
	}
	arena_done(&arena);
	return code;
}

const struct export_thing export_flagged = {
    .name = "flagged",
    .help = "judged answers: a golden set, tests, training data, scores for a platform",
    .run = run,
};
