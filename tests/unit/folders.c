/* Results that lie in several files of a folder are one run: joined by names, whatever the order they come in, one file alone no less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/import.h"
#include "store/query/compare.h"

static char dir[64];
static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};

struct file {
	const char *name, *text; /* text: ' for " */
};

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof dir, "/tmp/spoor-folders-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static void remove_store(void)
{
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s/s.db%s", dir, ends[i]);
		unlink(path);
	}
}

static int teardown(void **state)
{
	(void)state;
	remove_store();
	return rmdir(dir);
}

static void path_of(char *path, size_t size, const char *folder, const char *name)
{
	snprintf(path, size, "%s/%s%s%s", dir, folder, *name ? "/" : "", name);
}

static void write_folder(const char *folder, const struct file *files, size_t n)
{
	char path[256];
	path_of(path, sizeof path, folder, "");
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < n; i++) {
		path_of(path, sizeof path, folder, files[i].name);
		FILE *f = fopen(path, "wb");
		assert_non_null(f);
		for (const char *c = files[i].text; *c; c++)
			fputc(*c == '\'' ? '"' : *c, f);
		assert_int_equal(fclose(f), 0);
	}
}

static void remove_folder(const char *folder, const struct file *files, size_t n)
{
	char path[256];
	for (size_t i = 0; i < n; i++) {
		path_of(path, sizeof path, folder, files[i].name);
		unlink(path);
	}
	path_of(path, sizeof path, folder, "");
	assert_int_equal(rmdir(path), 0);
}

static struct db *store(void)
{
	struct err err = ERR_INIT;
	char path[128];
	remove_store();
	snprintf(path, sizeof path, "%s/s.db", dir);
	struct db *db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	return db;
}

/* path: from the working directory, or whole. */
static void import(struct db *db, const char *path, int exit_code)
{
	struct err err = ERR_INIT;
	struct import_report report;
	struct import_opts opts = {.now_ns = 1};
	char *paths[] = {(char *)(uintptr_t)path};
	if (!import_paths(db, paths, 1, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < report.n_files && report.exit_code != exit_code; i++)
		for (size_t k = 0; k < report.files[i].n_problems; k++)
			print_message("%s: %.*s\n", path, STR_ARG(report.files[i].problems[k].reason));
	assert_int_equal(report.exit_code, exit_code);
	import_report_done(&report);
}

/* All rows of a query, a line each, columns with '|' between. */
static void rows(struct db *db, const char *sql, struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, sql, &err);
	enum step step;
	if (!s)
		fail_msg("%s", err.text);
	while ((step = stmt_step(s, &err)) == STEP_ROW)
		for (int i = 0; i < 7; i++) {
			buf_add_str(out, col_str(s, i));
			buf_add_char(out, i < 6 ? '|' : '\n');
		}
	stmt_end(s);
	assert_int_equal(step, STEP_DONE);
}

/* What the store holds, told without row numbers. */
static void dump(struct db *db, struct buf *out)
{
	static const char *const queries[] = {
	    "SELECT text, name, (SELECT text FROM word WHERE id = dataset), (SELECT text FROM word WHERE id = model),"
	    " cases || ' ' || passed || ' ' || failed || ' ' || errored || ' ' || unscored, created_ns,"
	    " (SELECT w.text FROM prompt p JOIN word w ON w.id = p.name WHERE p.id = run.prompt) FROM run ORDER BY "
	    "text",
	    "SELECT r.text, k.text, c.repeat, c.status, c.title, c.latency_ns, c.tokens_in FROM case_result c"
	    " JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id ORDER BY 1, 2, 3",
	    "SELECT k.text, c.repeat, w.text, c.value, c.label, c.pass, '' FROM case_score c JOIN case_key k ON k.id = "
	    "c.case_id"
	    " JOIN word w ON w.id = c.name JOIN run r ON r.id = c.run ORDER BY r.text, 1, 2, 3, n",
	    "SELECT r.text, w.text, m.value, '', '', '', '' FROM run_metric m JOIN run r ON r.id = m.run"
	    " JOIN word w ON w.id = m.name ORDER BY 1, 2",
	    "SELECT code, reason, '', '', '', '', '' FROM problem",
	};
	buf_clear(out);
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		rows(db, queries[i], out);
		buf_add_char(out, '\n');
	}
}

static void has(const struct buf *text, const char *line)
{
	if (str_find(buf_str(text), str_of(line)) == SIZE_MAX)
		fail_msg("no %s in\n%s", line, buf_cstr(text));
}

/* The folder whole; its files one by one, from the last to the first; typed from inside: the same store. Leaves it in `text`. */
static void same_in_any_order(const char *folder, const struct file *files, size_t n, struct buf *text)
{
	struct buf again = BUF_INIT;
	char path[256], here[4096];
	path_of(path, sizeof path, folder, "");
	struct db *db = store();
	import(db, path, 0);
	dump(db, text);
	db_close(db);
	db = store();
	for (size_t i = n; i-- > 0;) {
		path_of(path, sizeof path, folder, files[i].name);
		import(db, path, 0);
	}
	dump(db, &again);
	assert_string_equal(buf_cstr(&again), buf_cstr(text));
	db_close(db);
	db = store();
	path_of(path, sizeof path, folder, "");
	assert_non_null(getcwd(here, sizeof here));
	assert_int_equal(chdir(path), 0);
	for (size_t i = 0; i < n; i++)
		import(db, files[(i + 1) % n].name, 0);
	assert_int_equal(chdir(here), 0);
	dump(db, &again);
	assert_string_equal(buf_cstr(&again), buf_cstr(text));
	db_close(db);
	buf_done(&again);
}

/* ---------------------------------------------------------------- lm-evaluation-harness */

#define SAMPLE(id, text, filter, out, metric, value)                                                             \
	"{'doc_id':" #id ",'doc':{'question':'" text "'},'target':'4','arguments':{'gen_args_0':{'arg_0':'" text \
	"','arg_1':{}}},'resps':[['I say " out "']],'filtered_resps':['" out "'],'filter':'" filter              \
	"','metrics':['" metric "'],'doc_hash':'hash" #id "','prompt_hash':'p','" metric "':" #value "}\n"

static const struct file lm_eval[] = {
    {"results_2026-01-02T03-04-05.678901.json",
     "{'results':{'sums':{'alias':'sums','exact_match,strict':0.5,'exact_match,loose':1.0},'words':{'acc,none':0.5},"
     "'both':{'alias':'both','acc,none':0.5}},'group_subtasks':{'both':['sums','words']},'configs':{'sums':{"
     "'doc_to_text':'{{q}}'},'words':{'doc_to_text':'{{w}}'}},'versions':{'sums':1,'words':2},'n-shot':{'sums':0,"
     "'words':0},'config':{'model':'hf'},'date':1767322000.5,'model_name':'org/"
     "tiny','model_name_sanitized':'org__tiny'}"},
    {       "samples_sums_2026-01-02T03-04-05.678901.jsonl",
     SAMPLE(0,                                                          "two and two", "strict",                 "4",             "exact_match", 1.0)
         SAMPLE(1, "one and three", "strict", "?", "exact_match", 0.0)
             SAMPLE(0, "two and two", "loose", "4", "exact_match", 1.0)
                 SAMPLE(1, "one and three", "loose", "4", "exact_match", 1.0)},
    { "samples_words_2026-01-02T03-04-05.678901.jsonl",
     SAMPLE(0, "a four in words", "none", "four", "acc",       1.0) SAMPLE(1,                    "a five in words",                      "none",                          "five", "acc", 0.0)},
};

static void lm_eval_folder(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	size_t n = sizeof lm_eval / sizeof *lm_eval;
	write_folder("org__tiny", lm_eval, n);
	same_in_any_order("org__tiny", lm_eval, n, &text);
	/* Two filters of two documents are two cases, and the first filter's verdict is theirs. */
	has(&text, "org__tiny/2026-01-02T03-04-05.678901|both|both (2 tasks): sums, words|org/tiny|4 2 2 0 0|"
	           "1767322000500000000|both\n");
	has(&text, "[\"sums\",\"hash1\"]|0|exact_match,loose|1.0||1|\n");
	has(&text, "[\"sums\",\"hash1\"]|0|exact_match,strict|0.0||0|\n");
	has(&text, "|both/acc,none|0.5|");
	remove_folder("org__tiny", lm_eval, n);
	buf_done(&text);
}

/* A file of samples alone tells the model by its folder's name, and its own task. */
static void lm_eval_samples_alone(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	write_folder("org__tiny", &lm_eval[1], 1);
	same_in_any_order("org__tiny", &lm_eval[1], 1, &text);
	has(&text, "org__tiny/2026-01-02T03-04-05.678901||sums|org/tiny|2 1 1 0 0||\n");
	remove_folder("org__tiny", &lm_eval[1], 1);
	buf_done(&text);
}

/* The same task in two wordings of its prompt: two runs, and their cases meet. */
static void lm_eval_wordings(void **state)
{
	(void)state;
	static const struct file files[] = {
	    {"samples_ner_prompt_1_2026-01-02T03-04-05.1.jsonl", SAMPLE(7, "find names",  "none", "4", "acc", 1.0)},
	    {"samples_ner_prompt_2_2026-01-02T03-04-05.1.jsonl", SAMPLE(7, "which names", "none", "5", "acc", 0.0)},
	};
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct compare c;
	int64_t a, b;
	write_folder("m", files, 2);
	same_in_any_order("m", files, 2, &text);
	has(&text, "m/2026-01-02T03-04-05.1/prompt_1||ner||1 1 0 0 0||ner\n");
	char path[256];
	path_of(path, sizeof path, "m", "");
	struct db *db = store();
	import(db, path, 0);
	assert_true(runs_find(db, STR_LIT("m/2026-01-02T03-04-05.1/prompt_1"), &a, &err));
	assert_true(runs_find(db, STR_LIT("m/2026-01-02T03-04-05.1/prompt_2"), &b, &err));
	assert_true(compare_runs(db, a, b, &(struct compare_opts){.margin = UNKNOWN_DOUBLE}, &c, &err));
	assert_int_equal(c.paired, 1);
	assert_int_equal(c.count[CLASS_REGRESSED], 1);
	compare_done(&c);
	db_close(db);
	remove_folder("m", files, 2);
	buf_done(&text);
}

/* Results of before and after, under names of their own in one folder, are two runs. */
static void lm_eval_renamed(void **state)
{
	(void)state;
	static const struct file files[] = {
	    {"after.json",
	     "{'results':{'sums':{'acc':0.5}},'versions':{'sums':0},'config':{'model_args':'pretrained=m'}}" },
	    {"before.json",
	     "{'results':{'sums':{'acc':0.25}},'versions':{'sums':0},'config':{'model_args':'pretrained=m'}}"},
	};
	struct buf text = BUF_INIT;
	write_folder("m", files, 2);
	same_in_any_order("m", files, 2, &text);
	has(&text, "sums/acc|0.25|");
	has(&text, "sums/acc|0.5|");
	remove_folder("m", files, 2);
	buf_done(&text);
}

/* ---------------------------------------------------------------- HELM */

#define ADAPTER "'adapter_spec':{'method':'multiple_choice_joint','instructions':'Choose.','model':'org/tiny'}"
#define STATE(id, letter)                                                                                             \
	"{'instance':{'input':{'text':'Question " id "'},'references':[{'output':{'text':'no'},'tags':[]},{'output':" \
	"{'text':'yes'},'tags':['correct']}],'split':'test','id':'" id "'},'train_trial_index':0,'output_mapping':"   \
	"{'A':'no','B':'yes'},'request':{},'result':{'success':true,'completions':[{'text':' " letter "'}],"          \
	"'request_time':0.5,'request_datetime':1700000000}}"
#define STATS(id, value)                                                                                             \
	"{'instance_id':'" id "','train_trial_index':0,'stats':[{'name':{'name':'exact_match','split':'test'},"      \
	"'count':1,'sum':" value ",'mean':" value "},{'name':{'name':'num_prompt_tokens','split':'test'},'count':1," \
	"'sum':7,'mean':7}]}"

static const struct file helm[] = {
    {"display_predictions.json",                                                                             "[{'instance_id':'id1','train_trial_index':0,'predicted_text':'B','mapped_output':'"
                                 "yes','stats':{'exact_match':1.0,"
                                 "'num_prompt_tokens':7}}]"                                 },
    {"per_instance_stats.json",                                                                              "[" STATS("id1", "1.0") "," STATS("id2", "0.0") "]"},
    {"run_spec.json",
     "{'name':'boolq:model=org_tiny','scenario_spec':{'class_name':'BoolQ'}," ADAPTER ",'metric_specs':[]}"                                                                                                          },
    {"scenario.json", "{'name':'boolq','description':'Yes or no','tags':[],'definition_path':'x'}"},
    {"scenario_state.json",                          "{" ADAPTER ",'request_states':[" STATE("id1",                                                                                                                                    "B") "," STATE("id2", "A") "]}"},
    {"stats.json",                                "[{'name':{'name':'exact_match','split':'test'},'count':1,'sum':0.5,'mean':0.5}]"},
};

static void helm_folder(void **state)
{
	(void)state;
	struct buf text = BUF_INIT, want = BUF_INIT;
	size_t n = sizeof helm / sizeof *helm;
	const char *suite = strrchr(dir, '/') + 1;
	write_folder("boolq:model=org_tiny", helm, n);
	same_in_any_order("boolq:model=org_tiny", helm, n, &text);
	buf_printf(&want,
	           "%s/boolq:model=org_tiny|boolq:model=org_tiny|boolq|org/tiny|2 1 1 0 0|1700000000000000000|"
	           "boolq, multiple_choice_joint\n",
	           suite);
	has(&text, buf_cstr(&want));
	buf_clear(&want);
	buf_printf(&want, "%s/boolq:model=org_tiny|id1|0|1|Question id1|500000000|7\n", suite);
	has(&text, buf_cstr(&want));
	has(&text, "|exact_match/test|0.5|");
	remove_folder("boolq:model=org_tiny", helm, n);
	buf_done(&text);
	buf_done(&want);
}

/* Two models, and folders called otherwise: their cases meet. */
static void helm_runs_meet(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct compare c;
	int64_t a, b;
	char path[256];
	const struct file other[] = {
	    {"per_instance_stats.json", "[" STATS("id1", "0.0") "," STATS("id2",                             "0.0") "]"},
	    {"scenario_state.json",                         "{" ADAPTER ",'request_states':[" STATE("id1",                    "A") "]}"},
	};
	write_folder("boolq-tiny", helm, sizeof helm / sizeof *helm);
	write_folder("boolq-big", other, 2);
	struct db *db = store();
	path_of(path, sizeof path, "boolq-tiny", "");
	import(db, path, 0);
	path_of(path, sizeof path, "boolq-big", "");
	import(db, path, 0);
	assert_true(runs_find(db, STR_LIT("boolq-tiny"), &a, &err));
	assert_true(runs_find(db, STR_LIT("boolq-big"), &b, &err));
	assert_true(compare_runs(db, a, b, &(struct compare_opts){.margin = UNKNOWN_DOUBLE}, &c, &err));
	assert_int_equal(c.paired, 2);
	assert_false(c.by_input);
	assert_int_equal(c.count[CLASS_REGRESSED], 1);
	compare_done(&c);
	db_close(db);
	remove_folder("boolq-tiny", helm, sizeof helm / sizeof *helm);
	remove_folder("boolq-big", other, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lm_eval_folder),   cmocka_unit_test(lm_eval_samples_alone),
	    cmocka_unit_test(lm_eval_wordings), cmocka_unit_test(lm_eval_renamed),
	    cmocka_unit_test(helm_folder),      cmocka_unit_test(helm_runs_meet),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
