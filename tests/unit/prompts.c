/* Prompts, their versions, two templates beside each other, what differs between two runs: pure parts by hand, figures against the rows
 * they come from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "import/import.h"
#include "import/prices.h"
#include "store/base/units.h"

#include "store/diff_hunk.h"
#include "store/query/prompts.h"
#include "store/query/run_diff.h"
#include "store/query/traces.h"
#include "store/sink.h"
#include "store/stat/interval.h"
#include "store/stat/rng.h"

/* ---------------------------------------------------------------- stores of our own */

struct own {
	char dir[64], path[96];
	struct db *db;
};

static void own_open(struct own *o)
{
	struct err err = ERR_INIT;
	snprintf(o->dir, sizeof o->dir, "/tmp/spoor-prompts-XXXXXX");
	assert_non_null(mkdtemp(o->dir));
	snprintf(o->path, sizeof o->path, "%s/s.db", o->dir);
	o->db = db_open(o->path, DB_WRITE, &err);
	assert_non_null(o->db);
}

static void own_paths(struct own *o, char **paths, size_t n)
{
	struct err err = ERR_INIT;
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	if (!import_paths(o->db, paths, n, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

static void own_import(struct own *o, const char *name, const struct buf *text)
{
	char path[128];
	char *paths[] = {path};
	snprintf(path, sizeof path, "%s/%s", o->dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(buf_cstr(text), 1, text->len, f), text->len);
	fclose(f);
	own_paths(o, paths, 1);
	unlink(path);
}

static void own_close(struct own *o)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	db_close(o->db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s%s", o->path, ends[i]);
		unlink(file);
	}
	rmdir(o->dir);
}

static struct own samples;

static int set_up(void **state)
{
	(void)state;
	char agent[] = "tests/data/traces-agent.jsonl", voice[] = "tests/data/traces-voice.json.gz",
	     eval[] = "tests/data/traces-eval.jsonl", v12[] = "tests/data/eval-v12.json",
	     v13[] = "tests/data/eval-v13.json";
	char *paths[] = {agent, voice, eval, v12, v13};
	setenv("TZ", "UTC", 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no price list of the user's */
	sink_set_decoder(import_decode);
	sink_set_price_list(prices_cost);
	own_open(&samples);
	own_paths(&samples, paths, sizeof paths / sizeof *paths);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	own_close(&samples);
	return 0;
}

static void get(struct db *db, struct prompts *p)
{
	struct err err = ERR_INIT;
	if (!prompts_list(db, NULL, -1, p, &err) || !prompts_uses(db, -1, p, &err))
		fail_msg("%s", err.text);
}

static const struct prompt_version *find(const struct prompts *p, const char *name, const char *label)
{
	struct err err = ERR_INIT;
	size_t prompt, version;
	if (!prompts_find(p, str_of(name), &prompt, &err) ||
	    !prompts_find_version(p, prompt, str_of(label), &version, &err))
		fail_msg("%s", err.text);
	return &p->versions[version];
}

static int64_t number(struct db *db, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n = 0;
	assert_true(db_int(db, sql, 0, &n, &err));
	return n;
}

#define assert_str(got, want) assert_true(str_is((got), (want)))

/* ---------------------------------------------------------------- templates */

static void test_variables(void **state)
{
	(void)state;
	static const struct {
		const char *text, *names;
	} cases[] = {
	    {"Customer ({{customer_tier}}): {{question}}",           "customer_tier question"},
	    {"{{ name | upper }} {{#each items}} {{/items}}",        "name items"            },
	    {"Answer {question} in ${style}, %(tone)s.",             "question style tone"   },
	    {"{% for d in docs %}{{ d.text }}{% endfor %}",          "d.text"                },
	    {"JSON: {\"a\": 1} {{\"b\": 2}} { spaced out } {} {{}}", ""                      },
	    {"{{a}}{{a}}{b}",	                                "a b"                   },
	    {"not closed {{ name \n }} {open",                       ""                      },
	    {"{{items[0].name}} {user-id}",                          "items[0].name user-id" },
	    {"",	                                             ""	              },
	    {"{",	                                            ""	              },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str vars[TEMPLATE_VARS];
		struct buf names = BUF_INIT;
		size_t n = template_vars(str_of(cases[i].text), vars);
		for (size_t k = 0; k < n; k++)
			buf_printf(&names, "%s" STR_FMT, k ? " " : "", STR_ARG(vars[k]));
		assert_string_equal(buf_cstr(&names), cases[i].names);
		buf_done(&names);
	}
}

static void random_text(struct rng *rng, struct buf *out)
{
	static const char *const pieces[] = {"be ", "kind", "\n", " and", " brief\n", "{{q}}", "é", ".", "\n\n", "x"};
	size_t n = (size_t)(rng_next(rng) % 40);
	buf_clear(out);
	for (size_t i = 0; i < n; i++)
		buf_add_cstr(out, pieces[rng_next(rng) % (sizeof pieces / sizeof *pieces)]);
}

/* Hunks joined give both texts, their words give them, too; turned round everything is mirrored. */
static void test_hunks_are_whole(void **state)
{
	(void)state;
	struct rng rng = rng_stream(7, 0);
	struct buf a = BUF_INIT, b = BUF_INIT, got_a = BUF_INIT, got_b = BUF_INIT;
	for (int round = 0; round < 500; round++) {
		struct arena arena = ARENA_INIT;
		random_text(&rng, &a);
		if (round % 5)
			random_text(&rng, &b);
		else
			buf_clear(&b), buf_add_str(&b, buf_str(&a));
		struct hunks h = diff_hunks(&arena, buf_str(&a), buf_str(&b)),
		             back = diff_hunks(&arena, buf_str(&b), buf_str(&a));
		buf_clear(&got_a);
		buf_clear(&got_b);
		for (size_t i = 0; i < h.n; i++) {
			const struct hunk *k = &h.at[i];
			buf_add_str(&got_a, k->a);
			buf_add_str(&got_b, k->b);
			assert_true(k->equal == str_eq(k->a, k->b));
			assert_true(i == 0 || k->equal != h.at[i - 1].equal);
			size_t words_a = 0, words_b = 0;
			for (size_t w = 0; w < k->words.n; w++) {
				words_a += k->words.ops[w].a_len;
				words_b += k->words.ops[w].b_len;
			}
			assert_true(k->equal || (words_a == k->a.len && words_b == k->b.len));
		}
		assert_true(str_eq(buf_str(&got_a), buf_str(&a)) && str_eq(buf_str(&got_b), buf_str(&b)));
		assert_true((h.places == 0) == str_eq(buf_str(&a), buf_str(&b)));
		assert_int_equal(h.words_added, back.words_removed);
		assert_int_equal(h.words_removed, back.words_added);
		assert_int_equal(h.places, back.places);
		arena_done(&arena);
	}
	buf_done(&a);
	buf_done(&b);
	buf_done(&got_a);
	buf_done(&got_b);
}

static void test_hunks_count(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct buf words = BUF_INIT;
	struct hunks h = diff_hunks(&arena, STR_LIT("one\ntwo\nthree four\nfive\n"),
	                            STR_LIT("one\ntwo\nthree 4, or so\nfive\nsix\n"));
	assert_int_equal(h.n, 4);
	assert_true(h.at[0].equal && h.at[0].a_lines == 2 && !h.at[1].equal && h.at[1].a_first == 3 &&
	            h.at[1].b_first == 3);
	assert_true(h.at[2].equal && !h.at[3].equal && h.at[3].a.len == 0 && h.at[3].b_first == 5);
	assert_int_equal(h.words_added, 4); /* 4, or so six */
	assert_int_equal(h.words_removed, 1);
	hunks_words(&words, &h, true);
	assert_string_equal(buf_cstr(&words), "2 places: +4 -1 words");
	buf_done(&words);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- names */

static void test_names(void **state)
{
	(void)state;
	static const char hash[] = "854a868b64bce904728eeb8e28efe75b57c370ccf6f5d6a265dc04588a1357d2";
	static const struct {
		const char *name, *label, *text, *prompt, *version;
	} cases[] = {
	    {"dispute v13",            hash,   "You are …",   "dispute",              "v13" },
	    {"dispute v13",            "",     NULL,            "dispute",              "v13" },
	    {"dispute v13",            "prod", NULL,            "dispute v13",          "prod"}, /* it has a label of its own */
	    {"dispute",                "v13",  NULL,            "dispute",              "v13" },
	    {"prompts/system_v2.txt",  hash,   "x",             "prompts/system",       "v2"  },
	    {"qa-v1.2",                "",     NULL,            "qa",                   "v1.2"},
	    {"p12.txt: You are a bot", hash,   "You are a bot", "p12.txt",              hash  },
	    {"p12.txt: You are a bo",  hash,   "You are a bot", "p12.txt",              hash  }, /* cut short by the source */
	    {"note: this is a name",   "",     "another text",  "note: this is a name", ""    },
	    {"conv1",                  "",     NULL,            "conv1",                ""    },
	    {"v2",	             "",     NULL,            "v2",                   ""    },
	    {"serve v",                "",     NULL,            "serve v",              ""    },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str prompt, version;
		prompt_read_name(str_of(cases[i].name), str_of(cases[i].label), str_of(cases[i].text), &prompt,
		                 &version);
		assert_str(prompt, cases[i].prompt);
		assert_str(version, cases[i].version);
	}
}

/* ---------------------------------------------------------------- the samples */

static void test_samples(void **state)
{
	(void)state;
	struct prompts p;
	get(samples.db, &p);
	assert_int_equal(p.n, 3);
	assert_int_equal(p.n_versions, 4);
	const struct prompt_version *v12 = find(&p, "dispute", "v12"), *v13 = find(&p, "dispute", "v13");
	assert_true(v13->before != SIZE_MAX && &p.versions[v13->before] == v12 && v12->before == SIZE_MAX);
	/* One version by the text of the eval run and by the name that spans give it. */
	assert_int_equal(v12->n_ids, 2);
	assert_int_equal(v12->n_runs, 1);
	assert_true(v12->hash.len == 64 && str_starts(v12->hash, "854a868b"));
	assert_int_equal(
	    v12->calls.figures.n,
	    number(samples.db,
	           "SELECT count(*) FROM span s JOIN prompt p ON p.id = s.prompt JOIN word w ON w.id = p.name"
	           " WHERE w.text = 'dispute' AND p.version = 'v12'"));
	assert_int_equal(
	    v12->calls.figures.errors,
	    number(samples.db,
	           "SELECT count(*) FROM span s JOIN prompt p ON p.id = s.prompt JOIN word w ON w.id = p.name"
	           " WHERE w.text = 'dispute' AND p.version = 'v12' AND s.status = 2"));
	assert_int_equal(
	    v12->calls.traces,
	    number(samples.db,
	           "SELECT count(DISTINCT s.trace) FROM span s JOIN prompt p ON p.id = s.prompt JOIN word w ON"
	           " w.id = p.name WHERE w.text = 'dispute' AND p.version = 'v12'"));
	assert_int_equal(
	    llround(v12->calls.figures.cost_usd * 1e9),
	    number(samples.db,
	           "SELECT round(sum(s.cost_usd) * 1e9) FROM span s JOIN prompt p ON p.id = s.prompt JOIN word w"
	           " ON w.id = p.name WHERE w.text = 'dispute' AND p.version = 'v12'"));
	/* As the run's own row. */
	struct run_row row;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	assert_true(runs_get(samples.db, v13->runs[0].id, &arena, &row, &err));
	const struct prompt_score *s = prompt_score_shown(&p, v13);
	assert_non_null(s);
	assert_int_equal(s->cases, row.keys);
	assert_true(fabs(s->pass_rate - row.pass_rate) < 1e-12 && fabs(s->pass_low - row.pass_low) < 1e-12 &&
	            fabs(s->pass_high - row.pass_high) < 1e-12);
	assert_int_equal(s->p50_ns, row.p50_ns);
	assert_int_equal(s->p95_ns, row.p95_ns);
	assert_int_equal(s->n_scores, row.n_scores);
	/* What names a version but no text says so. */
	assert_int_equal(find(&p, "classify", "v4")->hash.len, 0);
	assert_true(v13->pair_a == v12->runs[0].id && v13->pair_b == v13->runs[0].id && v13->pair_same_model);
	arena_done(&arena);
	prompts_done(&p);
}

/* The filters a screen opens keep what the figures count. */
static void test_filters(void **state)
{
	(void)state;
	struct prompts p;
	struct err err = ERR_INIT;
	get(samples.db, &p);
	for (size_t i = 0; i < p.n_versions; i++) {
		char text[256];
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake;
		struct run_page runs;
		int64_t traces;
		assert_true(prompts_filter(&p, p.versions[i].prompt, i, text, sizeof text));
		struct filter *f = filter_parse(&arena, str_of(text), FILTER_TRACES, 0, &mistake);
		assert_non_null(f);
		assert_true(traces_count(samples.db, f, &traces, &err));
		assert_int_equal(traces, p.versions[i].calls.traces);
		f = filter_parse(&arena, str_of(text), FILTER_RUNS, 0, &mistake);
		assert_non_null(f);
		assert_true(runs_page(samples.db, f, 0, 0, -1, &runs, &err));
		assert_int_equal(runs.total, p.versions[i].n_runs);
		run_page_done(&runs);
		arena_done(&arena);
	}
	for (size_t i = 0; i < p.n; i++) {
		char text[256];
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake;
		int64_t traces;
		assert_true(prompts_filter(&p, i, SIZE_MAX, text, sizeof text));
		assert_true(traces_count(samples.db, filter_parse(&arena, str_of(text), FILTER_TRACES, 0, &mistake),
		                         &traces, &err));
		assert_int_equal(traces, p.all[i].traces);
		arena_done(&arena);
	}
	prompts_done(&p);
}

static void test_finding(void **state)
{
	(void)state;
	struct prompts p;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	size_t prompt, version, n;
	int64_t *ids;
	get(samples.db, &p);
	assert_true(prompts_find(&p, STR_LIT("plan"), &prompt, &err)); /* the beginning is enough */
	assert_str(p.all[prompt].name, "plan-step");
	assert_false(prompts_find(&p, STR_LIT("s"), &prompt, &err)); /* classify, dispute, plan-step */
	assert_int_equal(err.code, ERR_USAGE);
	assert_false(prompts_find(&p, STR_LIT("nothing like it"), &prompt, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_true(prompts_find(&p, STR_LIT("dispute v12"), &prompt, &err)); /* as the file calls it */
	assert_true(prompts_find_version(&p, prompt, STR_LIT("322ec1"), &version, &err));
	assert_str(p.versions[version].label, "v13");
	assert_false(prompts_find_version(&p, prompt, STR_LIT("v1"), &version, &err)); /* v12 or v13 */
	assert_int_equal(err.code, ERR_USAGE);
	assert_true(prompts_search(samples.db, STR_LIT("only from the policy"), &arena, &ids, &n, &err));
	assert_int_equal(n, 1);
	assert_ptr_equal(prompts_by_id(&p, ids[0]), find(&p, "dispute", "v13"));
	assert_true(prompts_search(samples.db, STR_LIT("Only From"), &arena, &ids, &n, &err)); /* smart case */
	assert_int_equal(n, 0);
	arena_done(&arena);
	prompts_done(&p);
}

/* ---------------------------------------------------------------- several runs of a version */

static void add_run(struct own *o, const char *file, const char *verdicts, const char *version, const char *text,
                    int more_ms)
{
	struct buf lines = BUF_INIT;
	for (int i = 0; verdicts[i]; i++)
		buf_printf(
		    &lines,
		    "{\"id\":\"c%d\",\"input\":\"q%d\",\"output\":\"a%d\",\"passed\":%s,\"latency_ms\":%d,\"cost\":%g,"
		    "\"prompt_name\":\"qa\",\"prompt_version\":\"%s\",\"prompt_template\":\"%s\",\"dataset\":"
		    "\"nightly\","
		    "\"model\":\"m1\"}\n",
		    i, i, i, verdicts[i] == '+' ? "true" : "false", 100 * (i + 1) + more_ms, 0.001 * (i + 1), version,
		    text);
	own_import(o, file, &lines);
	buf_done(&lines);
}

static void test_runs_are_repeats(void **state)
{
	(void)state;
	struct own o;
	struct prompts p;
	struct err err = ERR_INIT;
	own_open(&o);
	add_run(&o, "mon.jsonl", "++--++", "v1", "Answer {q}.", 0);
	add_run(&o, "tue.jsonl", "+---++", "v1", "Answer {q}.", 50);
	add_run(&o, "wed.jsonl", "+++++-", "v2", "Answer {q} in {style}.", 0);
	get(o.db, &p);
	assert_int_equal(p.n, 1);
	const struct prompt_version *v1 = find(&p, "qa", "v1"), *v2 = find(&p, "qa", "v2");
	assert_int_equal(v1->n_runs, 2);
	assert_int_equal(v1->n_scores, 1);
	/* Six cases, not twelve; shares 1 1/2 0 0 1 1. */
	const struct prompt_score *s = &v1->scores[0];
	struct interval wilson = interval_wilson(3.5, 6);
	assert_int_equal(s->cases, 6);
	assert_int_equal(s->runs_read, 2);
	assert_true(fabs(s->pass_rate - 3.5 / 6) < 1e-12);
	assert_true(fabs(s->pass_low - wilson.low) < 1e-12 && fabs(s->pass_high - wilson.high) < 1e-12);
	/* 100 150 200 250 … 600 650 ms: type 7. */
	assert_int_equal(s->p50_ns, 375000000);
	assert_int_equal(s->p95_ns, 622500000);
	assert_true(fabs(s->cost_usd - 0.0035) < 1e-12);
	assert_int_equal(s->n_scores, 1);
	assert_int_equal(s->scores[0].n, 12);
	assert_true(fabs(s->scores[0].mean - 7.0 / 12) < 1e-12);
	assert_true(v2->pair_b == v2->runs[0].id && v2->pair_a == v1->runs[0].id);
	prompts_done(&p);
	/* Where reading them is too much, the newest run's own row stands for them, and that is said. */
	assert_true(prompts_list(o.db, NULL, 5, &p, &err));
	s = &find(&p, "qa", "v1")->scores[0];
	assert_true(s->runs == 2 && s->runs_read == 1 && s->cases == 6);
	assert_true(fabs(s->pass_rate - 0.5) < 1e-12);
	prompts_done(&p);
	/* Only by the runs of a day. */
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct filter *tue = filter_parse(&arena, STR_LIT("name:tue"), FILTER_RUNS, 0, &mistake);
	assert_non_null(tue);
	assert_true(prompts_list(o.db, tue, -1, &p, &err) && prompts_uses(o.db, -1, &p, &err));
	assert_true(p.n_versions == 1 && p.filtered);
	s = &find(&p, "qa", "v1")->scores[0];
	assert_true(s->runs == 1 && fabs(s->pass_rate - 0.5) < 1e-12);
	arena_done(&arena);
	prompts_done(&p);
	own_close(&o);
}

/* ---------------------------------------------------------------- what differs between two runs */

static const struct run_fact *fact(const struct run_diff *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_is(d->facts[i].name, name))
			return &d->facts[i];
	return NULL;
}

static void test_run_diff(void **state)
{
	(void)state;
	struct run_diff ab, ba, aa;
	struct err err = ERR_INIT;
	int64_t a, b;
	assert_true(runs_find(samples.db, STR_LIT("v12"), &a, &err) && runs_find(samples.db, STR_LIT("v13"), &b, &err));
	assert_true(run_diff_get(samples.db, a, b, false, &ab, &err) &&
	            run_diff_get(samples.db, b, a, false, &ba, &err) &&
	            run_diff_get(samples.db, a, a, false, &aa, &err));
	assert_str(ab.sentence, "The prompt changed in 3 places (+34 −4 words); number of cases differs; model, "
	                        "provider, dataset, repeats are the same; "
	                        "no setting differs.");
	assert_int_equal(ab.prompt, RUN_FACT_DIFFERS);
	assert_int_equal(fact(&ab, "version")->state, RUN_FACT_DIFFERS);
	assert_str(fact(&ab, "version")->b, "v13");
	assert_int_equal(fact(&ab, "model")->state, RUN_FACT_SAME);
	assert_int_equal(ab.hunks.words_added, ba.hunks.words_removed);
	assert_int_equal(ab.hunks.words_removed, ba.hunks.words_added);
	assert_int_equal(ab.hunks.places, ba.hunks.places);
	assert_int_equal(aa.prompt, RUN_FACT_SAME);
	for (size_t i = 0; i < aa.n; i++)
		assert_true(aa.facts[i].state == RUN_FACT_SAME || aa.facts[i].state == RUN_FACT_UNKNOWN);
	run_diff_done(&ab);
	run_diff_done(&ba);
	run_diff_done(&aa);
}

static void run_sql(struct own *o, const char *sql)
{
	struct err err = ERR_INIT;
	if (!db_exec(o->db, sql, &err))
		fail_msg("%s", err.text);
}

static void test_run_diff_config(void **state)
{
	(void)state;
	struct own o;
	struct run_diff d;
	struct err err = ERR_INIT;
	own_open(&o);
	add_run(&o, "a.jsonl", "++", "v1", "Answer {q}.", 0);
	add_run(&o, "b.jsonl", "++", "v2", "Answer {q}!", 0);
	int64_t a = number(o.db, "SELECT min(id) FROM run"), b = number(o.db, "SELECT max(id) FROM run");
	run_sql(&o,
	        "UPDATE run SET config = "
	        "'{\"temperature\":0,\"seed\":7,\"steps\":[\"a\",\"c\"],\"model\":\"m1\",\"git\":{\"commit\":\"abc\"},"
	        "\"stats\":{\"started_at\":\"now\"},\"gone\":null}' WHERE id = (SELECT min(id) FROM run)");
	run_sql(&o,
	        "UPDATE run SET config = "
	        "'{\"temperature\":0.7,\"seed\":7,\"steps\":[\"a\",\"b\",\"c\"],\"model\":\"m1\",\"git\":{\"commit\":"
	        "\"def\"},\"stats\":{\"started_at\":\"later\"},\"top_p\":0.9}' WHERE id = (SELECT max(id) FROM run)");
	assert_true(run_diff_get(o.db, a, b, true, &d, &err));
	assert_true(d.has_config_a && d.has_config_b);
	assert_int_equal(fact(&d, "temperature")->kind, RUN_FACT_SETTING);
	assert_str(fact(&d, "temperature")->b, "0.7");
	assert_int_equal(fact(&d, "steps[1]")->state, RUN_FACT_ONLY_B); /* one inserted, not two changed */
	assert_int_equal(fact(&d, "top_p")->state, RUN_FACT_ONLY_B);
	assert_int_equal(fact(&d, "git.commit")->kind, RUN_FACT_CODE);
	assert_int_equal(fact(&d, "stats.started_at")->kind, RUN_FACT_CIRCUMSTANCE);
	assert_null(fact(&d, "seed"));
	assert_null(fact(&d, "gone")); /* null says nothing */
	/* Of punctuation no words are counted. */
	assert_str(d.sentence, "The prompt changed in 1 place (+0 -0 words); model, dataset, number of cases are the "
	                       "same; 1 setting differs: temperature, "
	                       "2 are said of one run only; other code: commit.");
	run_diff_done(&d);
	/* What no file says is not the same. */
	run_sql(&o, "UPDATE run SET config = NULL, prompt = NULL WHERE id = (SELECT min(id) FROM run)");
	assert_true(run_diff_get(o.db, a, b, true, &d, &err));
	assert_int_equal(d.prompt, RUN_FACT_UNKNOWN);
	assert_true(str_starts(d.sentence, "No file says which prompt A had; "));
	assert_true(str_ends(d.sentence, "no file says A's settings."));
	run_diff_done(&d);
	own_close(&o);
}

/* ---------------------------------------------------------------- hostile */

static void add_span(struct buf *out, int i, const char *name, const char *version, const char *text)
{
	buf_printf(out,
	           "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\","
	           "\"name\":\"call\","
	           "\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\",\"attributes\":[",
	           i + 1, i + 1, 1763000000000000000LL + i, 1763000001000000000LL + i);
	buf_printf(out,
	           "{\"key\":\"openinference.span.kind\",\"value\":{\"stringValue\":\"LLM\"}},{\"key\":\"llm.prompt_"
	           "template.name\","
	           "\"value\":{\"stringValue\":\"%s\"}},{\"key\":\"llm.prompt_template.version\",\"value\":{"
	           "\"stringValue\":\"%s\"}},",
	           name, version);
	buf_printf(out, "{\"key\":\"llm.prompt_template.template\",\"value\":{\"stringValue\":\"%s\"}}]}]}]}]}\n",
	           text);
}

static void test_hostile(void **state)
{
	(void)state;
	enum { VERSIONS = 3000, LINES = 20000 };
	struct own o;
	struct prompts p;
	struct err err = ERR_INIT;
	struct buf file = BUF_INIT, text = BUF_INIT;
	own_open(&o);
	for (int i = 0; i < VERSIONS; i++) {
		char version[16], words[64];
		snprintf(version, sizeof version, "v%d", i);
		snprintf(words, sizeof words, "Answer {question} in style %d.", i);
		add_span(&file, i, "assist\\u001b[31m\\u202eant", version, words);
	}
	for (int big = 0; big < 2; big++) {
		buf_clear(&text);
		for (int i = 0; i < LINES; i++)
			buf_printf(&text, "Line %d: rule {{var%d}}%s\\n", i, i % 300,
			           big && i % 1000 == 0 ? " changed" : "");
		add_span(&file, VERSIONS + big, "huge", big ? "2" : "1", buf_cstr(&text));
	}
	own_import(&o, "many.jsonl", &file);
	get(o.db, &p);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.n_versions, VERSIONS + 2);
	assert_int_equal(p.all[0].calls, VERSIONS);
	struct arena arena = ARENA_INIT;
	struct str a, b, vars[TEMPLATE_VARS];
	assert_true(prompt_text(o.db, find(&p, "huge", "1")->id, &arena, &a, &err));
	assert_true(prompt_text(o.db, find(&p, "huge", "2")->id, &arena, &b, &err));
	assert_int_equal(template_vars(a, vars), TEMPLATE_VARS);
	struct hunks h = diff_hunks(&arena, a, b);
	assert_int_equal(h.places, LINES / 1000);
	assert_int_equal(h.words_added, LINES / 1000);
	assert_int_equal(h.words_removed, 0);
	arena_done(&arena);
	prompts_done(&p);
	buf_done(&file);
	buf_done(&text);
	own_close(&o);
}

static void test_empty(void **state)
{
	(void)state;
	struct own o;
	struct prompts p;
	own_open(&o);
	get(o.db, &p);
	assert_true(p.n == 0 && p.n_versions == 0);
	prompts_done(&p);
	own_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_variables),   cmocka_unit_test(test_hunks_are_whole),
	    cmocka_unit_test(test_hunks_count), cmocka_unit_test(test_names),
	    cmocka_unit_test(test_samples),     cmocka_unit_test(test_filters),
	    cmocka_unit_test(test_finding),     cmocka_unit_test(test_runs_are_repeats),
	    cmocka_unit_test(test_run_diff),    cmocka_unit_test(test_run_diff_config),
	    cmocka_unit_test(test_hostile),     cmocka_unit_test(test_empty),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
