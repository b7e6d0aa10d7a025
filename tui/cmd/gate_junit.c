/* The gate's answer as JUnit XML, for CI servers that draw it: each check a testcase. One that fails is a failure, one that is too few an
 * error (it could not be decided), one nobody asked for is skipped. All text goes through clean_xml. */
#include "store/base/clean.h"
#include "tui/cmd/gate.h"

static void attribute(struct buf *to, const char *name, struct str value)
{
	buf_printf(to, " %s=\"", name);
	clean_xml(to, value);
	buf_add_char(to, '"');
}

static void property(struct buf *to, const char *name, struct str value)
{
	buf_add_cstr(to, "      <property");
	attribute(to, "name", str_of(name));
	attribute(to, "value", value);
	buf_add_cstr(to, "/>\n");
}

static void counts(struct buf *to, const struct gate *g)
{
	buf_printf(to, " tests=\"%zu\" failures=\"%lld\" errors=\"%lld\" skipped=\"%lld\" time=\"0\"", g->n_checks,
	           (long long)g->count[GATE_FAIL], (long long)g->count[GATE_TOO_FEW],
	           (long long)g->count[GATE_SKIPPED]);
}

static void figures(struct buf *to, const struct gate_check *c)
{
	buf_add_cstr(to, "value ");
	gate_figure(to, c->unit, c->value, false, false);
	if (!IS_UNKNOWN(c->limit)) {
		buf_add_cstr(to, ", limit ");
		gate_limit(to, c, false);
	}
}

static void outcome(struct buf *to, const struct gate_check *c, const char *tag)
{
	struct buf text = BUF_INIT;
	figures(&text, c);
	buf_printf(to, "      <%s", tag);
	attribute(to, "type", str_of(gate_status_name(c->status)));
	attribute(to, "message", c->reason);
	buf_add_char(to, '>');
	clean_xml(to, buf_str(&text));
	for (size_t i = 0; i < c->n_cases; i++) {
		buf_add_cstr(to, "\n");
		clean_xml(to, c->cases[i].title);
		buf_add_cstr(to, " [");
		clean_xml(to, c->cases[i].key);
		buf_add_char(to, ']');
	}
	if (c->all_cases > (int64_t)c->n_cases)
		buf_printf(to, "\nand %lld more", (long long)(c->all_cases - (int64_t)c->n_cases));
	buf_printf(to, "</%s>\n", tag);
	buf_done(&text);
}

static void testcase(struct buf *to, const struct gate_check *c)
{
	buf_add_cstr(to, "    <testcase classname=\"spoor.gate\"");
	attribute(to, "name", c->name);
	buf_add_cstr(to, " time=\"0\"");
	switch (c->status) {
	case GATE_PASS:
		buf_add_cstr(to, ">\n      <system-out>");
		clean_xml(to, c->reason);
		buf_add_cstr(to, "</system-out>\n    </testcase>\n");
		return;
	case GATE_SKIPPED:
		buf_add_cstr(to, ">\n      <skipped");
		attribute(to, "message", c->reason);
		buf_add_cstr(to, "/>\n    </testcase>\n");
		return;
	case GATE_FAIL:
	case GATE_TOO_FEW:
	case N_GATE_STATUSES: break;
	}
	buf_add_cstr(to, ">\n");
	outcome(to, c, c->status == GATE_FAIL ? "failure" : "error");
	buf_add_cstr(to, "    </testcase>\n");
}

void gate_junit(struct gate_out *o)
{
	const struct gate *g = &o->g;
	struct buf *to = &o->text;
	buf_add_cstr(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"spoor gate\"");
	counts(to, g);
	buf_add_cstr(to, ">\n  <testsuite");
	attribute(to, "name", g->run.name.len ? g->run.name : g->run.text);
	counts(to, g);
	buf_add_cstr(to, ">\n    <properties>\n");
	property(to, "answer", str_of(gate_answer_name(g->answer)));
	property(to, "sentence", g->sentence);
	property(to, "run", g->run.text);
	if (g->has_baseline)
		property(to, "baseline", g->compare.a.text);
	if (g->evidence.len)
		property(to, "evidence", g->evidence);
	if (g->settle.len)
		property(to, "settle", g->settle);
	buf_add_cstr(to, "    </properties>\n");
	for (size_t i = 0; i < g->n_checks; i++)
		testcase(to, &g->checks[i]);
	buf_add_cstr(to, "  </testsuite>\n</testsuites>\n");
}
