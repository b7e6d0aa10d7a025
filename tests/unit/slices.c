/* store/query/case_fields, slices and score_hist: runs written as files, imported, and cut; what comes out is counted again here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "import/import.h"
#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/db.h"
#include "store/block.h"
#include "store/query/case.h"
#include "store/query/case_fields.h"
#include "store/query/score_hist.h"
#include "store/query/slices.h"
#include "store/sink.h"
#include "store/stat/paired.h"

enum { CASES = 120 };

static char dir[] = "/tmp/spoor-slices-XXXXXX";
static char store[64];
static struct db *db;
static int64_t run_a, run_b;

/* ---------------------------------------------------------------- the files */

static bool passed(int i, bool b)
{
	return b ? i % 5 != 0 && i % 7 != 1 : i % 4 != 1;
}

static double score(int i, bool b)
{
	return b ? (double)(i * 37 % 100) / 100 : (double)(i * 53 % 100) / 100;
}

static const char *tier(int i)
{
	return i % 3 == 0 ? "gold" : i % 3 == 1 ? "silver" : "bronze";
}

/* Case 7 is of another tier in B; case 8 says none in either, case 9 in A alone, 110 and above only B has. */
static void write_case(FILE *f, int i, bool b)
{
	fprintf(f,
	        "{\"id\":\"case-%03d\",\"input\":\"question %d\",\"output\":\"answer %d\",\"correct\":%s,\"f1\":%.2f",
	        i, i, i, passed(i, b) ? "true" : "false", score(i, b));
	if (i != 8 && !(b && i == 9))
		fprintf(f, ",\"tier\":\"%s\"", b && i == 7 ? "bronze" : tier(i));
	fprintf(f, ",\"meta\":{\"deep\":{\"level\":%s}}", i % 2 ? "1" : b ? "2.0" : "2");
	fprintf(f, ",\"tags\":[\"all\"%s%s%s]", b ? ",\"next\"" : "", i % 2 ? ",\"odd\"" : "",
	        i % 10 == 0 ? ",\"ten\",\"ten\"" : "");
	fprintf(f, ",\"size\":%d,\"number\":%d,\"one\":\"same\",\"none\":null,\"note\":\"a note on %d\"", i * i, i, i);
	fprintf(f, ",\"twin\":\"%c\"}\n", tier(i)[0]);
}

static void write_runs(const char *path_a, const char *path_b)
{
	FILE *a = fopen(path_a, "w"), *b = fopen(path_b, "w");
	assert_non_null(a);
	assert_non_null(b);
	for (int i = 0; i < CASES; i++) {
		if (i < 110)
			write_case(a, i, false);
		write_case(b, CASES - 1 - i, true); /* the order of a file tells nothing */
	}
	fclose(a);
	fclose(b);
}

static void import(char *path)
{
	struct err err = ERR_INIT;
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	struct db *to = db_open(store, DB_WRITE, &err);
	assert_non_null(to);
	if (!import_paths(to, &path, 1, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
	db_close(to);
}

static int64_t run_of(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id;
	if (!runs_find(db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static int setup(void **state)
{
	char a[64], b[64];
	struct err err = ERR_INIT;
	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(store, sizeof store, "%s/s.db", dir);
	snprintf(a, sizeof a, "%s/base.jsonl", dir);
	snprintf(b, sizeof b, "%s/next.jsonl", dir);
	sink_set_decoder(import_decode);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	write_runs(a, b);
	import(a);
	import(b);
	db = db_open(store, DB_READ, &err);
	assert_non_null(db);
	run_a = run_of("base");
	run_b = run_of("next");
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = {"s.db",       "s.db-wal",   "s.db-shm",      "s.db-lock",  "s.db-import",
	                                    "base.jsonl", "next.jsonl", "hostile.jsonl", "twice.jsonl"};
	(void)state;
	db_close(db);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[96];
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

/* ---------------------------------------------------------------- fields */

static const struct case_field *field_of(const struct case_fields *f, const char *name)
{
	const struct case_field *found = case_fields_find(f, str_of(name));
	if (!found)
		fail_msg("no field %s", name);
	return found;
}

static void test_fields(void **state)
{
	(void)state;
	struct case_fields f;
	struct err err = ERR_INIT;
	assert_true(case_fields_read(db, run_a, STR_NONE, &f, &err));
	assert_int_equal(f.n_cases, 110);
	assert_int_equal(f.unread, 0);
	assert_false(f.cut);
	const struct case_field *tiers = field_of(&f, "tier");
	assert_int_equal(tiers->n_values, 3);
	assert_true(str_is(tiers->values[0].text, "bronze")); /* by text */
	assert_int_equal(tiers->values[1].cases, 37);         /* gold: 0, 3 … 108 */
	assert_int_equal(tiers->cases, 109);                  /* not case 8 */
	assert_int_equal(tiers->differ, 0);
	const struct case_field *level = field_of(&f, "meta.deep.level");
	assert_true(level->numeric);
	assert_int_equal(level->n_values, 2);
	const struct case_field *tags = field_of(&f, "tags");
	assert_true(tags->several);
	assert_int_equal(tags->n_values, 3);
	assert_int_equal(tags->values[0].cases, 110);
	assert_int_equal(tags->values[2].cases, 11); /* "ten" twice counts once */
	const struct case_field *size = field_of(&f, "size");
	assert_true(size->numeric);
	assert_true(size->values[1].number == 1 && size->values[109].number == 109.0 * 109); /* by number */
	assert_null(case_fields_find(&f, STR_LIT("none")));
	assert_null(case_fields_find(&f, STR_LIT("meta")));
	/* One alone, as if there were no others. */
	struct case_fields one;
	assert_true(case_fields_read(db, run_a, STR_LIT("tier"), &one, &err));
	assert_int_equal(one.n, 1);
	assert_int_equal(one.at[0].n_cells, tiers->n_cells);
	assert_memory_equal(one.at[0].cells, tiers->cells, tiers->n_cells * sizeof *tiers->cells);
	case_fields_done(&one);
	case_fields_done(&f);
}

static const struct slice_field *listed(const struct slice_fields *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_is(f->at[i].name, name))
			return &f->at[i];
	fail_msg("%s is not listed", name);
	return NULL;
}

static void test_list(void **state)
{
	(void)state;
	struct slice_fields f;
	struct err err = ERR_INIT;
	assert_true(slices_fields(db, run_a, run_b, &f, &err));
	assert_int_equal(f.cases, 110);
	assert_true(f.useful < f.n);
	for (size_t i = 0; i < f.n; i++)
		assert_int_equal(f.at[i].useless, i >= f.useful);
	assert_int_equal(listed(&f, "tier")->cases, 109);           /* case 9: A says it */
	assert_int_equal(listed(&f, "tier")->differ, 1);            /* case 7 */
	assert_int_equal(listed(&f, "meta.deep.level")->values, 2); /* 2 and 2.0 are one */
	assert_true(str_starts(listed(&f, "tier")->examples, "gold 37, "));
	assert_int_equal(listed(&f, "size")->slices, 4);
	assert_false(listed(&f, "size")->useless);
	assert_true(listed(&f, "number")->useless); /* 0, 1, 2 … */
	assert_true(listed(&f, "one")->useless);
	assert_true(listed(&f, "note")->useless);
	assert_false(listed(&f, "twin")->useless); /* case 8 parts it from tier */
	slice_fields_done(&f);
}

/* ---------------------------------------------------------------- slices */

static void cut(int64_t a, int64_t b, const char *field, struct slices *out)
{
	struct err err = ERR_INIT;
	if (!slices_of(db, a, b, str_of(field), NULL, out, &err))
		fail_msg("%s", err.text);
}

static const struct slice *slice_of(const struct slices *s, const char *value)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_is(s->at[i].value, value))
			return &s->at[i];
	fail_msg("no slice %s", value);
	return NULL;
}

static void close_to(double got, double want)
{
	if (!(fabs(got - want) <= 1e-12))
		fail_msg("%.17g, not %.17g", got, want);
}

static void test_counts(void **state)
{
	(void)state;
	static const char *const values[] = {"gold", "silver", "bronze"};
	struct slices s;
	cut(run_a, run_b, "tier", &s);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.whole.cases, 110);
	assert_int_equal(s.stated, 108);
	assert_int_equal(s.not_stated, 1);
	assert_int_equal(s.differ, 1);
	assert_int_equal(s.whole.count[CLASS_ONLY_B], 10);
	assert_string_equal(s.lead, "pass");
	for (int v = 0; v < 3; v++) {
		const struct slice *slice = slice_of(&s, values[v]);
		int n = 0, in_a = 0, in_b = 0, lost = 0, won = 0, only_b = 0;
		double sum = 0;
		for (int i = 0; i < CASES; i++) {
			if (strcmp(tier(i), values[v]) != 0 || i == 7 || i == 8)
				continue;
			only_b += i >= 110;
			if (i >= 110)
				continue;
			n++;
			in_a += passed(i, false);
			in_b += passed(i, true);
			lost += passed(i, false) && !passed(i, true);
			won += !passed(i, false) && passed(i, true);
			sum += score(i, true) - score(i, false);
		}
		assert_int_equal(slice->cases, n);
		assert_int_equal(slice->count[CLASS_REGRESSED], lost);
		assert_int_equal(slice->count[CLASS_IMPROVED], won);
		assert_int_equal(slice->count[CLASS_ONLY_B], only_b);
		assert_true(slice->lost == lost && slice->won == won);
		close_to(slice->a.passed, in_a);
		close_to(slice->a.rate, (double)in_a / n);
		close_to(slice->b.low, interval_wilson(in_b, n).low);
		close_to(slice->loss, (double)(in_a - in_b) / n);
		const struct compare_metric *pass = &slice->metrics[0];
		assert_string_equal(pass->name, "pass");
		close_to(pass->result.p, paired_mcnemar(lost, won));
		close_to(pass->result.delta, (double)(in_b - in_a) / n);
		/* Its own family: pass, correct and f1. */
		double p[8] = {0}, holm[8];
		int family = 0;
		for (size_t i = 0; i < slice->n_metrics; i++) {
			p[i] = slice->metrics[i].result.p;
			family += !IS_UNKNOWN(p[i]);
			if (strcmp(slice->metrics[i].name, "f1") == 0)
				close_to(slice->metrics[i].result.delta, sum / n);
		}
		paired_holm(p, slice->n_metrics, holm);
		assert_int_equal(slice->holm, family);
		for (size_t i = 0; i < slice->n_metrics; i++)
			assert_true(IS_UNKNOWN(holm[i]) == IS_UNKNOWN(slice->metrics[i].result.p_holm) &&
			            (IS_UNKNOWN(holm[i]) || holm[i] == slice->metrics[i].result.p_holm));
	}
	for (size_t i = 1; i < s.n; i++)
		assert_true(s.at[i - 1].loss >= s.at[i].loss);
	slices_done(&s);
}

/* Where each case has exactly one value the slices add up to the whole, and the whole is the comparison. */
static void test_sums(void **state)
{
	(void)state;
	static const char *const fields[] = {"meta.deep.level", "size", "twin"};
	struct compare c;
	struct err err = ERR_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE};
	assert_true(compare_runs(db, run_a, run_b, &opts, &c, &err));
	for (int f = 0; f < 3; f++) {
		struct slices s;
		int64_t cases = 0, count[N_CLASSES] = {0};
		double passed_b = 0;
		cut(run_a, run_b, fields[f], &s);
		for (size_t i = 0; i < s.n; i++) {
			cases += s.at[i].cases;
			passed_b += s.at[i].b.passed;
			for (int k = 0; k < N_CLASSES; k++)
				count[k] += s.at[i].count[k];
		}
		assert_int_equal(s.stated, 110);
		assert_int_equal(cases, s.whole.cases);
		close_to(passed_b, s.whole.b.passed);
		assert_memory_equal(count, s.whole.count, sizeof count);
		assert_memory_equal(count, c.count, sizeof count);
		assert_int_equal(s.whole.n_metrics, c.n_metrics);
		for (size_t i = 0; i < c.n_metrics; i++) {
			assert_string_equal(s.whole.metrics[i].name, c.metrics[i].name);
			assert_int_equal(s.whole.metrics[i].result.n, c.metrics[i].result.n);
			assert_int_equal(s.whole.metrics[i].result.verdict, c.metrics[i].result.verdict);
			if (c.metrics[i].result.n)
				assert_true(s.whole.metrics[i].result.low == c.metrics[i].result.low);
		}
		slices_done(&s);
	}
	compare_done(&c);
}

static void mirrored(double a, double b)
{
	assert_true(IS_UNKNOWN(a) == IS_UNKNOWN(b));
	if (!IS_UNKNOWN(a))
		close_to(a, -b);
}

static void mirrors(const struct slice *x, const struct slice *y)
{
	assert_int_equal(x->cases, y->cases);
	assert_int_equal(x->count[CLASS_REGRESSED], y->count[CLASS_IMPROVED]);
	assert_int_equal(x->count[CLASS_IMPROVED], y->count[CLASS_REGRESSED]);
	assert_int_equal(x->count[CLASS_ONLY_A], y->count[CLASS_ONLY_B]);
	assert_int_equal(x->count[CLASS_ONLY_B], y->count[CLASS_ONLY_A]);
	assert_true(x->lost == y->won && x->won == y->lost);
	assert_memory_equal(&x->a, &y->b, sizeof x->a);
	assert_memory_equal(&x->b, &y->a, sizeof x->a);
	mirrored(x->loss, y->loss);
	assert_int_equal(x->n_metrics, y->n_metrics);
	for (size_t i = 0; i < x->n_metrics; i++) {
		const struct metric_result *p = &x->metrics[i].result, *q = &y->metrics[i].result;
		mirrored(p->delta, q->delta);
		mirrored(p->low, q->high);
		mirrored(p->high, q->low);
		assert_true(IS_UNKNOWN(p->p) ? IS_UNKNOWN(q->p) : fabs(p->p_holm - q->p_holm) <= 1e-12);
	}
}

static void test_swap(void **state)
{
	(void)state;
	static const char *const fields[] = {"tier", "tags", "size", "meta.deep.level"};
	for (int f = 0; f < 4; f++) {
		struct slices x, y;
		cut(run_a, run_b, fields[f], &x);
		cut(run_b, run_a, fields[f], &y);
		assert_int_equal(x.n, y.n);
		assert_int_equal(x.stated, y.stated);
		assert_int_equal(x.differ, y.differ);
		mirrors(&x.whole, &y.whole);
		for (size_t i = 0; i < x.n; i++) {
			char value[64];
			snprintf(value, sizeof value, STR_FMT, STR_ARG(x.at[i].value));
			mirrors(&x.at[i], slice_of(&y, value));
		}
		slices_done(&x);
		slices_done(&y);
	}
}

static void test_tags(void **state)
{
	(void)state;
	struct slices s;
	cut(run_a, run_b, "tags", &s);
	assert_true(s.several);
	assert_int_equal(s.n, 4);
	assert_int_equal(s.stated, 110);
	assert_int_equal(s.differ, 0);
	assert_int_equal(slice_of(&s, "next")->cases, 0); /* only B says it */
	assert_int_equal(slice_of(&s, "next")->count[CLASS_ONLY_B], 10);
	assert_int_equal(slice_of(&s, "all")->cases, 110);
	assert_int_equal(slice_of(&s, "odd")->cases, 55);
	assert_int_equal(slice_of(&s, "ten")->cases, 11);
	slices_done(&s);
}

/* 0, 1, 4 … 109²: the quartiles lie at 27.25², so to speak; four bins of 28, 27, 27 and 28 cases, named by what is in them. */
static void test_bins(void **state)
{
	(void)state;
	struct slices s;
	cut(run_a, run_b, "size", &s);
	assert_true(s.bins && s.numeric);
	assert_int_equal(s.n, 4);
	double sorted[110];
	for (int i = 0; i < 110; i++)
		sorted[i] = (double)i * i;
	double from = -1;
	for (int bin = 0; bin < 4; bin++) {
		double to = bin == 3 ? 1e9 : interval_quantile_of(sorted, 110, 0.25 * (bin + 1));
		int n = 0, first = -1, last = 0;
		for (int i = 0; i < 110; i++)
			if (sorted[i] > from && sorted[i] <= to) {
				first = first < 0 ? i : first;
				last = i;
				n++;
			}
		char name[64];
		snprintf(name, sizeof name, "%d..%d", first * first, last * last);
		assert_int_equal(slice_of(&s, name)->cases, n);
		assert_true(slice_of(&s, name)->bin);
		from = to;
	}
	slices_done(&s);
}

static void test_mark(void **state)
{
	(void)state;
	static const struct {
		const char *field, *value;
	} asked[] = {
	    {"tier",            "gold"         },
            {"tags",            "odd"          },
            {"meta.deep.level", "2"            },
            {"size",            "NAME OF A BIN"}
        };
	struct compare c;
	struct err err = ERR_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	assert_true(compare_runs(db, run_a, run_b, &opts, &c, &err));
	bool *keep = calloc(c.n_rows, sizeof *keep);
	for (int i = 0; i < 4; i++) {
		struct slices s;
		cut(run_a, run_b, asked[i].field, &s);
		const struct slice *slice = i == 3 ? &s.at[1] : slice_of(&s, asked[i].value);
		int64_t count[N_CLASSES] = {0};
		memset(keep, true, c.n_rows);
		keep[0] = false; /* stays so */
		assert_true(slices_mark(db, &c, str_of(asked[i].field), slice->value, keep, &err));
		assert_false(keep[0]);
		memset(keep, true, c.n_rows);
		assert_true(slices_mark(db, &c, str_of(asked[i].field), slice->value, keep, &err));
		for (size_t k = 0; k < c.n_rows; k++)
			count[c.rows[k].class_] += keep[k];
		/* A bin's cases of one side alone may lie outside what its paired cases span. */
		if (i == 3)
			count[CLASS_ONLY_B] = slice->count[CLASS_ONLY_B];
		assert_memory_equal(count, slice->count, sizeof count);
		slices_done(&s);
	}
	memset(keep, true, c.n_rows);
	assert_true(slices_mark(db, &c, STR_LIT("tier"), STR_LIT("platinum"), keep, &err));
	for (size_t k = 0; k < c.n_rows; k++)
		assert_false(keep[k]);
	assert_false(slices_mark(db, &c, STR_LIT("nosuch"), STR_LIT("x"), keep, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	free(keep);
	compare_done(&c);
}

static void test_alone(void **state)
{
	(void)state;
	struct slices s;
	cut(run_b, 0, "tier", &s);
	assert_true(s.alone);
	assert_int_equal(s.whole.cases, CASES);
	const struct slice *gold = slice_of(&s, "gold");
	int n = 0, in_b = 0;
	for (int i = 0; i < CASES; i++)
		if (i % 3 == 0 && i != 9) {
			n++;
			in_b += passed(i, true);
		}
	assert_int_equal(gold->cases, n);
	close_to(gold->a.rate, (double)in_b / n);
	assert_string_equal(gold->metrics[0].name, "pass");
	close_to(gold->metrics[0].result.a, (double)in_b / n);
	close_to(gold->metrics[0].result.high, interval_wilson(in_b, n).high);
	for (size_t i = 1; i < s.n; i++)
		assert_true(s.at[i - 1].a.rate <= s.at[i].a.rate);
	slices_done(&s);
}

static void test_refusals(void **state)
{
	(void)state;
	struct slices s;
	struct err err = ERR_INIT;
	assert_false(slices_of(db, run_a, run_b, STR_LIT("teir"), NULL, &s, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "tier"));
	slices_done(&s);
	/* A text for each case, also of the ten that only B has. */
	cut(run_a, run_b, "note", &s);
	assert_int_equal(s.n, CASES);
	slices_done(&s);
}

/* ---------------------------------------------------------------- hostile */

static void repeat_text(FILE *f, const char *text, int n)
{
	for (int i = 0; i < n; i++)
		fputs(text, f);
}

static void test_hostile(void **state)
{
	(void)state;
	char path[64];
	struct err err = ERR_INIT;
	snprintf(path, sizeof path, "%s/hostile.jsonl", dir);
	FILE *f = fopen(path, "w");
	for (int i = 0; i < 12; i++) {
		fprintf(f,
		        "{\"id\":\"h%d\",\"input\":\"q%d\",\"output\":\"o\",\"correct\":true,\"kind\":\"x\",\"kind\":"
		        "\"%s\"",
		        i, i, i % 2 ? "odd" : "even");
		if (i == 0) { /* a key of its own for everything */
			fputs(",\"wide\":{\"k\":0", f);
			for (int k = 0; k < 10000; k++)
				fprintf(f, ",\"key%d\":%d", k, k);
			fputs("}", f);
		}
		fputs(",\"nest\":", f);
		repeat_text(f, "{\"n\":", 500);
		fputs("1", f);
		repeat_text(f, "}", 500);
		fputs(",\"huge\":\"", f);
		repeat_text(f, "0123456789", 100000);
		fputs("\",\"list\":[", f);
		repeat_text(f, "1,", 5000);
		fputs("1],\"mixed\":[1,{\"a\":2}],\"bell\":\"\\u0007\\u001b[31m\",\"\":\"no "
		      "name\",\"a.b\":1,"
		      "\"a\":{\"b\":2}}\n",
		      f);
	}
	fclose(f);
	import(path);
	int64_t run = run_of("hostile");
	struct case_fields fields;
	assert_true(case_fields_read(db, run, STR_NONE, &fields, &err));
	assert_true(fields.cut);
	assert_true(fields.n <= FIELDS_MOST);
	assert_null(case_fields_find(&fields, STR_LIT("list")));
	assert_null(case_fields_find(&fields, STR_LIT("mixed")));
	assert_null(case_fields_find(&fields, STR_LIT("nest.n.n.n.n.n.n.n.n.n")));
	case_fields_done(&fields);
	/* Asked for by its name, a field is found whatever else there is. */
	struct slices s;
	cut(run, run, "kind", &s);
	assert_int_equal(s.whole.cases, 12);
	assert_int_equal(slice_of(&s, "odd")->cases, 6);
	assert_int_equal(slice_of(&s, "even")->cases, 6);
	slices_done(&s);
	cut(run, 0, "huge", &s);
	assert_true(s.free_text);
	assert_int_equal(s.n, 0);
	slices_done(&s);
	cut(run, 0, "bell", &s);
	assert_int_equal(s.at[0].cases, 12);
	slices_done(&s);
	struct slice_fields list;
	assert_true(slices_fields(db, run, run, &list, &err));
	slice_fields_done(&list);
}

/* ---------------------------------------------------------------- somebody wants something else */

static atomic_bool enough;

static void *interrupt_always(void *arg)
{
	while (!atomic_load(&enough)) {
		db_interrupt(arg);
		nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
	}
	return NULL;
}

static void test_interrupted(void **state)
{
	(void)state;
	pthread_t thread;
	int stopped = 0;
	atomic_store(&enough, false);
	assert_int_equal(pthread_create(&thread, NULL, interrupt_always, db), 0);
	for (int i = 0; i < 200 && stopped < 3; i++) {
		struct slices s;
		struct err err = ERR_INIT;
		if (slices_of(db, run_a, run_b, STR_LIT("tier"), NULL, &s, &err)) {
			assert_int_equal(s.n, 3);
		} else {
			if (err.code != ERR_INTERRUPTED)
				fail_msg("%s", err.text);
			stopped++;
		}
		slices_done(&s);
	}
	atomic_store(&enough, true);
	pthread_join(thread, NULL);
	assert_int_equal(stopped, 3);
	/* And then it works again. */
	struct slices s;
	cut(run_a, run_b, "tier", &s);
	assert_int_equal(s.n, 3);
	slices_done(&s);
}

/* ---------------------------------------------------------------- repeats */

/* Repeats that contradict each other put their case in no slice. */
static void test_repeats(void **state)
{
	(void)state;
	char path[64];
	struct err err = ERR_INIT;
	snprintf(path, sizeof path, "%s/twice.jsonl", dir);
	FILE *f = fopen(path, "w");
	for (int i = 0; i < 20; i++)
		for (int r = 0; r < 2; r++)
			fprintf(f,
			        "{\"id\":\"r%d\",\"repeat\":%d,\"input\":\"q%d\",\"output\":\"o%d\",\"correct\":%s,"
			        "\"lang\":\"%s\"}\n",
			        i, r, i, r, (i + r) % 3 ? "true" : "false",
			        i == 3 && r ? "fr"
			        : i % 2     ? "de"
			                    : "en");
	fclose(f);
	import(path);
	int64_t run = run_of("twice");
	struct case_fields fields;
	assert_true(case_fields_read(db, run, STR_NONE, &fields, &err));
	assert_int_equal(fields.n_cases, 20);
	const struct case_field *lang = field_of(&fields, "lang");
	assert_int_equal(lang->cases, 20);
	assert_int_equal(lang->differ, 1);
	case_fields_done(&fields);
	struct slices s;
	cut(run, 0, "lang", &s);
	assert_int_equal(s.differ, 1);
	assert_int_equal(slice_of(&s, "de")->cases, 9);
	assert_int_equal(slice_of(&s, "en")->cases, 10);
	slices_done(&s);
}

/* ---------------------------------------------------------------- against the case whole */

/* Every plain member of a case's metadata, as the case's own screen reads it, is among its cells; real files of several formats, some of
 * which tell of a case in several records. */
static int check_case(const struct case_fields *f, struct block_cache *blocks, struct case_at at)
{
	struct arena arena = ARENA_INIT;
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct case_detail d;
	struct err err = ERR_INIT;
	int met = 0;
	assert_true(case_detail(db, blocks, at, &arena, &d, &err));
	bool ok = d.res.metadata.len && scan_text(&scan, d.res.metadata, &opts);
	for (struct member m = ok ? val_first(scan_root(&scan)) : (struct member){0}; m.ok; m = val_next(m)) {
		struct str name = member_key(m, &arena), value = val_text(m.val, &arena);
		const struct case_field *field = case_fields_find(f, name);
		if (!val_is(m.val, SCAN_STRING) || !field || field->free_text)
			continue;
		struct case_field_cells cells = case_fields_of(f, field, at.case_id);
		bool found = false;
		assert_true(cells.n > 0);
		for (size_t i = 0; i < cells.n; i++)
			found = found || cells.at[i].value == FIELD_DIFFERS ||
			        str_eq(field->values[cells.at[i].value].text, value);
		assert_true(found);
		met++;
	}
	scan_done(&scan);
	arena_done(&arena);
	return met;
}

static void test_real(void **state)
{
	(void)state;
	static const char *const files[] = {"helm",
	                                    "lm-eval/negotiationtom-runA",
	                                    "lm-eval/math_perturbed",
	                                    "inspect/popularity-5epochs-gpt-5.eval",
	                                    "promptfoo/bank-4runs/bank-4runs.json",
	                                    "tau-bench",
	                                    "agentskills/0adea80",
	                                    "swe-bench"};
	const char *corpus = getenv("SPOOR_CORPUS");
	char path[512];
	int met = 0, runs = 0;
	snprintf(path, sizeof path, "%s/evals/%s", corpus ? corpus : "", files[0]);
	if (!corpus || access(path, R_OK) != 0) {
		print_message("skipped: no corpus\n");
		return;
	}
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		snprintf(path, sizeof path, "%s/evals/%s", corpus, files[i]);
		import(path);
	}
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(db);
	for (int64_t run = 1; run < 40; run++) {
		struct case_fields f;
		struct case_page page = {0};
		assert_true(case_fields_read(db, run, STR_NONE, &f, &err));
		if (run != run_a && run != run_b && f.n_cases && f.n_cases < 400) {
			runs++;
			assert_true(cases_page(db, run, NULL, 0, 400, &page, &err));
			for (size_t i = 0; i < page.n; i++)
				met += check_case(&f, blocks,
				                  (struct case_at){run, page.rows[i].case_id, page.rows[i].repeat});
			assert_int_equal(f.unread, 0);
			case_page_done(&page);
		}
		case_fields_done(&f);
	}
	block_cache_free(blocks);
	print_message("%d members of %d runs\n", met, runs);
	assert_true(met > 300);
}

/* ---------------------------------------------------------------- histograms */

static const struct hist_name *hist_named(const struct hist_name *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(names[i].name, name))
			return &names[i];
	fail_msg("no histogram of %s", name);
	return NULL;
}

static void check_hist(const struct score_hist *h)
{
	int64_t a = 0, b = 0;
	for (size_t i = 0; i < h->n_bins; i++) {
		const struct hist_bin *bin = &h->bins[i];
		a += bin->a;
		b += bin->b;
		assert_int_equal(bin->fell + bin->stayed + bin->rose, bin->a);
		assert_true(bin->low <= bin->high);
		if (i)
			assert_true(h->values ? bin->low > bin[-1].high : bin->low == bin[-1].high);
	}
	assert_int_equal(a, h->cases);
	assert_int_equal(b, h->cases);
	if (h->n_bins) {
		double least = fmin(h->a.least, h->b.least), greatest = fmax(h->a.greatest, h->b.greatest);
		assert_true(h->bins[0].low <= least && h->bins[h->n_bins - 1].high >= greatest);
	}
}

static void test_hist(void **state)
{
	(void)state;
	struct compare c, back;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	size_t n;
	assert_true(compare_runs(db, run_a, run_b, &opts, &c, &err));
	assert_true(compare_runs(db, run_b, run_a, &opts, &back, &err));
	struct hist_name *names = score_hist_names(&c, &arena, &n);
	struct score_hist h, mirror;
	const struct hist_name *f1 = hist_named(names, n, "f1");
	assert_true(score_hist_make(db, &c, f1, &h, &err));
	assert_true(score_hist_make(db, &back, f1, &mirror, &err));
	check_hist(&h);
	assert_false(h.values);
	assert_true(h.n_bins <= HIST_BINS + 2);
	assert_int_equal(h.n_bins, mirror.n_bins);
	assert_int_equal(h.rose, mirror.fell);
	double sum = 0;
	for (int i = 0; i < 110; i++)
		sum += score(i, false);
	close_to(h.a.mean, sum / 110);
	for (size_t i = 0; i < h.n_bins; i++) {
		int64_t in_a = 0;
		const struct hist_bin *bin = &h.bins[i];
		for (int k = 0; k < 110; k++) {
			double x = score(k, false);
			in_a += x >= bin->low && (bin->closed ? x <= bin->high : x < bin->high);
		}
		assert_int_equal(bin->a, in_a);
		assert_int_equal(bin->a, mirror.bins[i].b);
		assert_int_equal(bin->b, mirror.bins[i].a);
		/* What the filter keeps is what the bin counts. */
		struct buf filter = BUF_INIT;
		assert_true(hist_bin_filter(&filter, &h.name, bin, true));
		assert_true(str_starts(buf_str(&filter), "b.f1>="));
		buf_done(&filter);
	}
	score_hist_done(&h);
	score_hist_done(&mirror);
	arena_done(&arena);
	compare_done(&c);
	compare_done(&back);
}

/* Made rows: figures that are hard to bin. */
static void test_hist_edges(void **state)
{
	(void)state;
	static const double sets[][2] = {
	    {0,      1      },
            {-1,     1      },
            {1e-9,   2e-9   },
            {1e6,    1e6 + 1},
            {-1e140, 1e140  },
            {0.001,  1000   },
            {1e-12,  1e12   },
            {5,      5      }
        };
	struct err err = ERR_INIT;
	for (size_t s = 0; s < sizeof sets / sizeof *sets; s++)
		for (int skewed = 0; skewed < 2; skewed++) {
			struct compare_row rows[200] = {0};
			double values[200][2];
			struct str score_name = STR_LIT("s");
			bool lower = false;
			struct compare c = {
			    .rows = rows, .n_rows = 200, .scores = &score_name, .n_scores = 1, .lower = &lower};
			for (int i = 0; i < 200; i++)
				for (int side = 0; side < 2; side++) {
					double u = (double)((i * 7 + side * 31) % 200) / 199;
					u = skewed ? u * u * u * u * u * u * u * u : u;
					values[i][side] = sets[s][0] + u * (sets[s][1] - sets[s][0]);
				}
			for (int i = 0; i < 200; i++) {
				rows[i].a = (struct compare_side){.present = true, .scores = &values[i][0]};
				rows[i].b = (struct compare_side){.present = true, .scores = &values[i][1]};
			}
			struct hist_name name = {HIST_SCORE, score_name, 0, false};
			struct score_hist h;
			assert_true(score_hist_make(NULL, &c, &name, &h, &err));
			assert_int_equal(h.cases, 200);
			check_hist(&h);
			assert_true(h.n_bins >= 1 && h.n_bins <= 2 * HIST_BINS);
			score_hist_done(&h);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fields),      cmocka_unit_test(test_list),    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_sums),        cmocka_unit_test(test_swap),    cmocka_unit_test(test_tags),
	    cmocka_unit_test(test_bins),        cmocka_unit_test(test_mark),    cmocka_unit_test(test_alone),
	    cmocka_unit_test(test_refusals),    cmocka_unit_test(test_hostile), cmocka_unit_test(test_repeats),
	    cmocka_unit_test(test_interrupted), cmocka_unit_test(test_real),    cmocka_unit_test(test_hist),
	    cmocka_unit_test(test_hist_edges),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
