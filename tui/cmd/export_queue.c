/* spoor export queue NAME -o FILE: a bundle that an expert opens on another machine (spoor FILE), judges and hands back (spoor merge FILE).
 *
 * --json: {"file", "queue", "items", "missing", "bytes"}. */
#include <string.h>

#include "store/base/clean.h"
#include "store/base/units.h"
#include "store/query/queue_bundle.h"
#include "tui/cmd/export.h"

static bool print(const struct command_line *line, const char *file, const struct queue *q,
                  const struct queue_bundle *b, struct err *err)
{
	struct out o;
	struct buf out = BUF_INIT;
	struct jout j;
	out_init(&o, line);
	if (o.form == OUT_JSON_) {
		jout_init(&j, &out, false);
		jout_object(&j, NULL);
		jout_str(&j, "file", str_of(file));
		jout_str(&j, "queue", q->name);
		jout_int(&j, "items", b->items);
		jout_int(&j, "missing", b->missing);
		jout_int(&j, "bytes", b->bytes);
		jout_end(&j);
		buf_add_char(&out, '\n');
	} else {
		out_text(&o, &out, str_of(file), 0);
		buf_printf(&out, "  %lld item%s, ", (long long)b->items, b->items == 1 ? "" : "s");
		units_bytes(&out, (uint64_t)b->bytes);
		if (b->missing)
			buf_printf(&out, "; %lld not in the store any more", (long long)b->missing);
		buf_add_cstr(&out, "\nspoor ");
		clean_shell(&out, str_of(file));
		buf_add_cstr(&out, "  opens it, wherever it is; once it is back: spoor merge ");
		clean_shell(&out, str_of(file));
		buf_add_char(&out, '\n');
	}
	bool ok = out_flush(&out, err);
	buf_done(&out);
	return ok;
}

static bool write_bundle(const struct command_line *line, struct db *db, struct arena *arena, struct err *err)
{
	const char *file = cmd_option(line, "out");
	struct queue q;
	struct queue_bundle bundle;
	if (line->n_args < 2)
		return err_set(err, ERR_USAGE, NULL,
		               "which queue? spoor export queue NAME -o FILE (spoor review --list)");
	if (!file || strcmp(file, "-") == 0)
		return err_set(err, ERR_USAGE, NULL, "a bundle is a file: -o FILE");
	const struct queue_bundle_opts opts = {.force = cmd_flag(line, "force"), .masked = cmd_masks(line)};
	return queue_find(db, str_of(line->args[1]), arena, &q, err) &&
	       queue_bundle_write(db, q.id, &opts, file, &bundle, err) && print(line, file, &q, &bundle, err);
}

static int run(const struct command_line *line, struct db *db, struct err *err)
{
	struct arena arena = ARENA_INIT;
	bool ok = write_bundle(line, db, &arena, err);
	arena_done(&arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct export_thing export_queue = {
    .name = "queue", .help = "a review queue as one file, to be judged elsewhere", .operand = "NAME", .run = run};
