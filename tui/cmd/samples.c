/* spoor samples: the sample data that is built in.
 *
 * On a terminal: the explorer, in a store that goes away at the end. Elsewhere a list of the files: --json
 * {"folder": null, "samples": [{"name", "bytes", "about"}]}. With --out the same list, "folder" as given; with --keep what spoor import
 * prints. */
#include "tui/cmd/samples.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "import/samples.h"
#include "store/base/file.h"
#include "store/base/units.h"
#include "tui/cmd/cmds.h"

int (*cmd_explore_samples)(const struct command_line *line);

/* clang-format off */
static const struct option_row samples_options[] = {
	{"out", 'o', OPTION_TEXT, "DIR", "only write the files into this folder"},
	{"keep", 'k', OPTION_FLAG, NULL, "import them into your own store (the files: $XDG_DATA_HOME/spoor/samples)"},
	{"list", 'l', OPTION_FLAG, NULL, "only say what there is (so it is without a terminal)"},
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- the list */

static void list_json(struct buf *out, const struct samples *s, const char *folder)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "folder", folder);
	jout_array(&j, "samples");
	for (size_t i = 0; i < s->n; i++) {
		jout_object(&j, NULL);
		jout_str(&j, "name", s->at[i].name);
		jout_int(&j, "bytes", (int64_t)s->at[i].text.len);
		jout_cstr(&j, "about", samples_about[i].about);
		jout_end(&j);
	}
	jout_end(&j);
	jout_end(&j);
	buf_add_char(out, '\n');
}

static void list_text(const struct out *o, struct buf *out, const struct samples *s, const char *folder)
{
	enum { NAME_COLS = 22, BYTES_COLS = 8 };
	struct buf bytes = BUF_INIT;
	for (size_t i = 0; i < s->n; i++) {
		buf_clear(&bytes);
		units_bytes(&bytes, s->at[i].text.len);
		out_cell(o, out, s->at[i].name, NAME_COLS, false, false);
		buf_add_cstr(out, "  ");
		out_cell(o, out, buf_str(&bytes), BYTES_COLS, true, false);
		buf_add_cstr(out, "  ");
		out_text(o, out, str_of(samples_about[i].about), 0);
		buf_add_char(out, '\n');
	}
	buf_done(&bytes);
	if (folder) {
		buf_add_cstr(out, "written to ");
		out_text(o, out, str_of(folder), 0);
		buf_add_char(out, '\n');
	}
}

static int list(const struct command_line *line, const char *folder, struct err *err)
{
	struct out o;
	struct buf out = BUF_INIT;
	struct samples s;
	out_init(&o, line);
	samples_open(&s);
	if (o.form == OUT_JSON_)
		list_json(&out, &s, folder);
	else
		list_text(&o, &out, &s, folder);
	samples_done(&s);
	bool ok = out_flush(&out, err);
	buf_done(&out);
	return ok ? 0 : err_exit_code(err->code);
}

/* ---------------------------------------------------------------- kept */

/* The files stay where the store says they came from. The rest is what spoor import does, prints and answers. */
static int keep(const struct command_line *line, struct err *err)
{
	struct buf folder = BUF_INIT;
	const char *store = cmd_option(line, "store");
	file_data_path(&folder, "samples");
	if (!file_make_dir_of(buf_cstr(&folder), err) || !samples_write(buf_cstr(&folder), err)) {
		buf_done(&folder);
		return err_exit_code(err->code);
	}
	VEC(char *) words = {0};
	*vec_add(&words) = xstrdup("import");
	*vec_add(&words) = buf_detach(&folder);
	if (cmd_flag(line, "json"))
		*vec_add(&words) = xstrdup("--json");
	if (cmd_flag(line, "ascii"))
		*vec_add(&words) = xstrdup("--ascii");
	if (store) {
		*vec_add(&words) = xstrdup("--store");
		*vec_add(&words) = xstrdup(store);
	}
	int n = (int)words.n;
	*vec_add(&words) = NULL;
	int code = cmd_main(n, words.at);
	for (int i = 0; i < n; i++)
		free(words.at[i]);
	vec_done(&words);
	return code;
}

/* ---------------------------------------------------------------- the command */

static int samples_main(const struct command_line *line, struct err *err)
{
	const char *folder = cmd_option(line, "out");
	if (folder && cmd_flag(line, "keep"))
		err_set(err, ERR_USAGE, NULL, "--out writes the files, --keep imports them: one of the two");
	else if (folder)
		samples_write(folder, err);
	if (err->code != ERR_NONE)
		return err_exit_code(err->code);
	if (cmd_flag(line, "keep"))
		return keep(line, err);
	if (!folder && !cmd_flag(line, "list") && !cmd_flag(line, "json") && cmd_explore_samples &&
	    isatty(STDOUT_FILENO) == 1)
		return cmd_explore_samples(line);
	return list(line, folder, err);
}

const struct command command_samples = {
    .name = "samples",
    .operands = "",
    .help = "sample traces and runs, in a store that goes away",
    .more = "Invented: a bank's dispute agent, an insurer's claims triage, a weekly re-run, a parcel service's "
            "assistant, with\n"
            "some planted trouble, and a list of things to try. Nothing of it comes into your own store, unless with "
            "--keep\n"
            "(spoor forget takes it out again).",
    .min_args = 0,
    .max_args = 0,
    .options = samples_options,
    .run = samples_main,
};
