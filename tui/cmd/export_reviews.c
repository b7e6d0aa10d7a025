/* spoor export reviews: the audit trail as JSON Lines (import/reviews.c has the shape). --json adds nothing: it is JSON. */
#include "store/query/reviews.h"
#include "tui/cmd/export.h"

static struct str option_text(const struct command_line *line, const char *name)
{
	const char *text = cmd_option(line, name);
	return text ? str_of(text) : STR_NONE;
}

static int run(const struct command_line *line, struct db *db, struct err *err)
{
	struct reviews_opts opts = {.author = option_text(line, "author"),
	                            .queue = option_text(line, "queue"),
	                            .masked = cmd_flag(line, "mask")};
	struct export_out out;
	int64_t n = 0;
	if (!export_since(line, &opts.since_ns, err))
		return err_exit_code(err->code);
	bool ok = export_open(line, &out, err) && reviews_write(db, &opts, &out.text, export_more, &out, &n, err);
	if (ok && !n)
		err_set(err, ERR_NOT_FOUND, NULL, "nobody has said anything here that this would export");
	ok = ok && n;
	if (!export_close(&out, ok, ok ? err : &(struct err){0}) || !ok)
		return err->code == ERR_NOT_FOUND ? 1 : err_exit_code(err->code);
	export_said(line, &out, n, "event", "events");
	return 0;
}

const struct export_thing export_reviews = {
    .name = "reviews",
    .help = "every verdict, note and correction, to be imported elsewhere",
    .run = run,
};
