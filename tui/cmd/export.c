/* spoor export: what people said, and what it was said of, for the programs that go on with it. */
#include "tui/cmd/export.h"

#include <string.h>

#include "store/base/clean.h"
#include "store/base/units.h"
#include "tui/cmd/stop.h"

/* ---------------------------------------------------------------- what can be exported */

static const struct export_thing *const things[] = {
    &export_flagged,
    &export_queue,
    &export_reviews,
};

/* clang-format off */
static const struct option_row export_options[] = {
	{"out", 'o', OPTION_TEXT, "FILE", "into this file, of mode 0600, whole or not at all (-: standard output)"},
	{"force", 'f', OPTION_FLAG, NULL, "replace FILE if it is there"},
	{"format", 0, OPTION_TEXT, "FORM", "flagged: jsonl, csv, promptfoo, chat, preference, mlflow or langfuse"},
	{"good", 0, OPTION_FLAG, NULL, "flagged: answers judged good by all who judged them"},
	{"bad", 0, OPTION_FLAG, NULL, "flagged: judged bad"},
	{"unsure", 0, OPTION_FLAG, NULL, "flagged: where nobody was sure"},
	{"disagree", 0, OPTION_FLAG, NULL, "flagged: where people differ"},
	{"corrected", 0, OPTION_FLAG, NULL, "flagged: only with a corrected answer"},
	{"where", 'w', OPTION_TEXT, "FILTER", "flagged: only cases or traces that match (spoor help filter)"},
	{"run", 0, OPTION_TEXT, "RUN", "flagged: only answers of this eval run"},
	{"with-proposed", 0, OPTION_FLAG, NULL, "flagged: also verdicts that were proposed and not confirmed"},
	{"with-documents", 0, OPTION_FLAG, NULL, "flagged, jsonl: with the documents retrieved for each answer"},
	{"author", 0, OPTION_TEXT, "PERSON", "only what this person said"},
	{"since", 0, OPTION_TEXT, "TIME", "only what was said since: 7d, 2026-11-20"},
	{"queue", 0, OPTION_TEXT, "QUEUE", "only what was said in this review queue"},
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- the file */

/* "verdicts.jsonl: 120 events, 48 kB" */
static void say(const char *file, int64_t n, const char *what, int64_t bytes)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, file);
	buf_add_cstr(&text, ": ");
	units_thousands(&text, n);
	buf_printf(&text, " %s, ", what);
	units_bytes(&text, (uint64_t)bytes);
	clean_fput(stderr, buf_str(&text));
	fputc('\n', stderr);
	buf_done(&text);
}

bool export_open(const struct command_line *line, struct outfile *out, struct err *err)
{
	return outfile_open(out, cmd_option(line, "out"), cmd_flag(line, "force"), err);
}

int export_close(const struct command_line *line, struct outfile *out, bool ok, int64_t n, const char *one,
                 const char *many, struct err *err)
{
	struct err ignored = ERR_INIT;
	if (ok && !n)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "there is nothing that this would export%s",
		             out->file ? ": no file is written" : "");
	int64_t bytes = out->bytes + (int64_t)out->text.len;
	if (!outfile_close(out, ok, ok ? err : &ignored) || !ok)
		return err_exit_code(err->code);
	if (out->file && !cmd_flag(line, "json"))
		say(out->file, n, n == 1 ? one : many, bytes);
	return 0;
}

/* ---------------------------------------------------------------- the command */

struct str export_text(const struct command_line *line, const char *option)
{
	const char *text = cmd_option(line, option);
	return text ? str_of(text) : STR_NONE;
}

bool export_since(const struct command_line *line, int64_t *since_ns, struct err *err)
{
	const char *since = cmd_option(line, "since");
	struct filter_mistake mistake;
	*since_ns = TIME_UNKNOWN;
	if (!since || filter_time(str_of(since), cmd_now_ns(), since_ns, &mistake))
		return true;
	return err_set(err, ERR_USAGE, NULL, "--since: expected %.150s", mistake.expected);
}

static const struct export_thing *thing_named(const char *name, struct err *err)
{
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
		if (strcmp(things[i]->name, name) == 0) {
			buf_done(&all);
			return things[i];
		}
		buf_printf(&all, "%s%s", i ? ", " : "", things[i]->name);
	}
	err_set(err, ERR_USAGE, NULL, "cannot export \"%.60s\": there is %s", name, buf_cstr(&all));
	buf_done(&all);
	return NULL;
}

static int export_main(const struct command_line *line, struct err *err)
{
	static _Atomic bool cancel; /* outlives this call: a late signal may still set it */
	const struct export_thing *thing = thing_named(line->args[0], err);
	if (thing && line->n_args > 1 && !thing->operand)
		return err_set(err, ERR_USAGE, NULL, "spoor export %s takes no name after it", thing->name), 2;
	struct db *db = thing ? cmd_store(line, DB_READ, err) : NULL;
	if (db)
		db_set_mask(db, NULL); /* hashes are of the texts as they are; each thing masks what it writes */
	if (!db)
		return err_exit_code(err->code);
	stop_on_signals(&cancel, db);
	int code = thing->run(line, db, err);
	stop_without_db();
	db_close(db);
	return stop_signal() ? 128 + stop_signal() : code;
}

const struct command command_export = {
    .name = "export",
    .operands = "flagged|queue|reviews [QUEUE]",
    .help = "what people said, and of what, for other programs",
    .more = "What is exported:\n"
            "  flagged  answers that people judged, with input, output and correction, as\n"
            "           --format jsonl       golden set, a line an answer (the default)\n"
            "                    csv         the same for a spreadsheet, without formulas\n"
            "                    promptfoo   regression tests: tests: file://FILE.json\n"
            "                    chat        fine-tuning lines, the corrected or good answer as the assistant's\n"
            "                    preference  preference lines (DPO): correction before bad answer, pairs\n"
            "                    mlflow      assessments, by trace id\n"
            "                    langfuse    scores, a line for each POST /api/public/scores\n"
            "  queue    NAME as one file (-o), which an expert opens anywhere with spoor FILE, judges, and hands\n"
            "           back to spoor merge: nothing else of the store is in it; with --mask its texts are\n"
            "           masked, and what is said of them comes home to the answers as they are (a correction\n"
            "           or note stays as it was typed)\n"
            "  reviews  every verdict, note and correction with its author and time, as JSON Lines that\n"
            "           spoor import and spoor merge take: the same twice counts once, in any order\n"
            "Exit code 1: there was nothing to export, and no file was written.",
    .min_args = 1,
    .max_args = 2,
    .options = export_options,
    .run = export_main,
};
