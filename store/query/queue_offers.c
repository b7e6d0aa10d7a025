#include "store/query/queue_offers.h"

#include "store/base/clean.h"
#include "store/base/units.h"

enum { OFFERED = 20 }; /* of long lists */

struct newest {
	int64_t run, before; /* the newest run with cases, and the one before it of the same dataset; 0: none */
	struct str name, before_name;
};

static bool find_newest(struct db *db, struct arena *arena, struct newest *out, struct err *err)
{
	*out = (struct newest){.run = 0};
	struct stmt *s =
	    db_query(db,
	             "SELECT r.id, ifnull(r.name, r.text), b.id, ifnull(b.name, b.text) FROM (SELECT * FROM"
	             " run WHERE cases > 0 ORDER BY created_ns DESC, id DESC LIMIT 1) r LEFT JOIN run b ON"
	             " b.dataset IS r.dataset AND b.cases > 0 AND b.id <> r.id AND (r.content IS NULL OR"
	             " b.content IS NOT r.content) ORDER BY b.created_ns DESC, b.id DESC LIMIT 1",
	             err);
	if (!s)
		return false;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		out->run = col_int(s, 0);
		out->name = arena_str(arena, col_str(s, 1));
		out->before = col_int_or(s, 2, 0);
		out->before_name = arena_str(arena, col_str(s, 3));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static void add_run(struct buf *out, const char *option, struct str name)
{
	buf_add_cstr(out, option);
	buf_add_char(out, ' ');
	clean_shell(out, name);
}

/* What is asked, and its command; false: there is nothing of the kind. */
static bool shape(enum queue_offer_kind kind, const struct newest *n, struct queue_offer *out, struct buf *command)
{
	struct queue_ask *ask = &out->ask;
	buf_add_cstr(command, "spoor review");
	switch (kind) {
	case OFFER_FAILED:
		out->about = n->name;
		*ask = (struct queue_ask){.from = QUEUE_CASES, .run = n->run, .where = STR_LIT("status:failed")};
		add_run(command, " --run", n->name);
		buf_add_cstr(command, " --where status:failed");
		return n->run != 0;
	case OFFER_ANSWERS:
		out->about = n->name;
		*ask = (struct queue_ask){.from = QUEUE_CASES, .run = n->run, .sample = OFFERED};
		add_run(command, " --run", n->name);
		buf_printf(command, " --sample %d", OFFERED);
		return n->run != 0;
	case OFFER_PAIRS:
		*ask = (struct queue_ask){.from = QUEUE_PAIRS, .run = n->before, .run_b = n->run};
		add_run(command, " --pairwise", n->before_name);
		add_run(command, "", n->name);
		return n->run && n->before;
	case OFFER_DISPUTED:
		*ask = (struct queue_ask){.from = QUEUE_DISPUTED, .again = true};
		buf_add_cstr(command, " --disputed --again");
		return true;
	case OFFER_NEXT:
		*ask = (struct queue_ask){.from = QUEUE_NEXT};
		buf_add_cstr(command, " --next");
		return true;
	case OFFER_TRACES:
		*ask = (struct queue_ask){.from = QUEUE_TRACES, .sorted = true, .most = OFFERED};
		buf_printf(command, " --traces --first %d", OFFERED);
		return true;
	case N_OFFERS: break;
	}
	return false;
}

/* "1 answer", "2 answers": the words after the count. */
static struct str title_of(enum queue_offer_kind kind, int64_t n)
{
	static const char *const titles[N_OFFERS][2] = {
	    [OFFER_FAILED] = {"failed answer of the newest run",                          "failed answers of the newest run"},
	    [OFFER_ANSWERS] = {"answer of the newest run, whatever came out",
                              "answers drawn from the newest run, whatever came out"                                        },
	    [OFFER_PAIRS] = {"pair of answers of the two newest runs: which is better?",
	                      "pairs of answers of the two newest runs: which is better?"                                   },
	    [OFFER_DISPUTED] = {"answer that the judge and people disagree on",
                              "answers that the judge and people disagree on"                                               },
	    [OFFER_NEXT] = {"answer that would teach most about the judge",
	                      "answers that would teach most about the judge"                                               },
	    [OFFER_TRACES] = {"answer of the newest traces",                              "answers of the newest traces"    },
	};
	return str_of(titles[kind][n != 1]);
}

static void tell(const struct newest *n, const struct queue_found *f, struct arena *arena, struct queue_offer *out)
{
	struct buf about = BUF_INIT;
	if (out->ask.from == QUEUE_PAIRS)
		buf_printf(&about, STR_FMT " against " STR_FMT, STR_ARG(n->before_name), STR_ARG(n->name));
	else
		buf_add_str(&about, out->about);
	if (f->left_out.len)
		buf_printf(&about, "%sleft out: " STR_FMT, about.len ? "; " : "", STR_ARG(f->left_out));
	out->about = arena_str(arena, buf_str(&about));
	buf_done(&about);
}

bool queue_offer(struct db *db, enum queue_offer_kind kind, struct str author, int64_t now_ns, struct arena *arena,
                 struct queue_offer *out, struct err *err)
{
	struct newest newest;
	struct queue_found found = {.arena = ARENA_INIT};
	struct buf command = BUF_INIT;
	*out = (struct queue_offer){.count = 0};
	bool ok = find_newest(db, arena, &newest, err);
	if (ok && shape(kind, &newest, out, &command)) {
		out->ask.author = arena_str(arena, author);
		out->ask.now_ns = now_ns;
		ok = queue_candidates(db, &out->ask, &found, err);
		out->count = (int64_t)found.n;
		out->title = title_of(kind, out->count);
		out->command = arena_str(arena, buf_str(&command));
		if (ok)
			tell(&newest, &found, arena, out);
	}
	queue_found_done(&found);
	buf_done(&command);
	return ok;
}
