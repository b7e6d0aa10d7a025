/* spoor export reviews: the audit trail as JSON Lines (import/reviews.c has the shape). --json adds nothing: it is JSON. */
#include "store/query/reviews.h"
#include "tui/cmd/export.h"

static int run(const struct command_line *line, struct db *db, struct err *err)
{
	struct reviews_opts opts = {
	    .author = export_text(line, "author"), .queue = export_text(line, "queue"), .masked = cmd_masks(line)};
	struct outfile out;
	int64_t n = 0;
	if (!export_since(line, &opts.since_ns, err))
		return err_exit_code(err->code);
	bool ok = export_open(line, &out, err) && reviews_write(db, &opts, &out.text, outfile_more, &out, &n, err);
	return export_close(line, &out, ok, n, "event", "events", err);
}

const struct export_thing export_reviews = {
    .name = "reviews",
    .help = "every verdict, note and correction, to be imported elsewhere",
    .run = run,
};
