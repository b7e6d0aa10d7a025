/* Folds, views of a tree, ranks and jumps in them, on made-up trees and against the plain way to say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/base/units.h"
#include "store/query/tree.h"
#include "store/span_row.h"

enum { FIRST = 1000, MOST = 300 };

/* One tree as plain arrays: the parent of each span, -1 for roots. */
struct model {
	int n, parent[MOST], depth[MOST], size[MOST];
	int kind[MOST], name[MOST];
	bool error[MOST];
	int64_t self[MOST];
};

static char dir[] = "/tmp/spoor-tree-XXXXXX";
static char path[64];
static struct db *db;
static uint64_t seed = 1;

static int below(int n) /* xorshift64 */
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (int)(seed % (uint64_t)n);
}

static int open_store(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/s.db", dir);
	db = db_open(path, DB_WRITE, &err);
	return db && db_exec(db, "INSERT INTO word VALUES(1,'alpha'),(2,'beta'),(3,'handoff a to b')", &err) ? 0 : -1;
}

static int close_store(void **state)
{
	(void)state;
	static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[96];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
	return rmdir(dir);
}

/* A random tree in pre-order; deep: hardly ever back up. */
static void make(struct model *m, int n, bool deep)
{
	m->n = n;
	int last = -1;
	for (int i = 0; i < n; i++) {
		int up = i == 0 ? 0 : below(deep ? 12 : 3);
		int at = last;
		while (at >= 0 && up > 0 && (!deep || up > 10)) {
			at = m->parent[at];
			up--;
		}
		m->parent[i] = at;
		m->depth[i] = at < 0 ? 0 : m->depth[at] + 1;
		m->size[i] = 1;
		m->kind[i] = below(5);
		m->name[i] = below(8) ? 1 + below(2) : 0;
		m->error[i] = below(9) == 0;
		m->self[i] = below(6) ? below(20) : UNKNOWN_INT;
		last = i;
	}
	for (int i = n - 1; i >= 0; i--)
		if (m->parent[i] >= 0)
			m->size[m->parent[i]] += m->size[i];
}

static bool is_last(const struct model *m, int i)
{
	int end = m->parent[i] < 0 ? m->n : m->parent[i] + m->size[m->parent[i]];
	return i + m->size[i] == end;
}

static void put(const struct model *m)
{
	struct err err = ERR_INIT;
	assert_true(db_exec(db, "DELETE FROM span", &err));
	for (int i = 0; i < m->n; i++) {
		struct stmt *s = db_query(db,
		                          "INSERT INTO span(pos,trace,key,up,depth,size,flags,name,kind,status,"
		                          "self_ns,record,hash,source) VALUES(?,1,?,?,?,?,?,?,?,?,?,1,1,1)",
		                          &err);
		assert_non_null(s);
		stmt_int(s, 1, FIRST + i);
		stmt_int(s, 2, 7000 + i);
		stmt_int(s, 3, m->parent[i] < 0 ? 0 : i - m->parent[i]);
		stmt_int(s, 4, m->depth[i]);
		stmt_int(s, 5, m->size[i]);
		stmt_int(s, 6, is_last(m, i) ? SPAN_LAST : 0);
		stmt_int(s, 7, m->name[i] ? m->name[i] : UNKNOWN_INT);
		stmt_int(s, 8, m->kind[i]);
		stmt_int(s, 9, m->error[i] ? 2 : 1);
		stmt_int(s, 10, m->self[i]);
		assert_int_equal(stmt_step(s, &err), STEP_DONE);
		stmt_end(s);
	}
}

/* ---------------------------------------------------------------- folds */

static void folds_agree_with_a_list(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct model m;
		make(&m, 1 + below(80), round % 3 == 0);
		struct folds f = {0};
		bool folded[MOST] = {false};
		for (int k = 0; k < 30; k++) {
			int i = below(m.n), what = below(4);
			if (what < 2 && m.size[i] > 1) {
				folds_set(&f, i, m.size[i] - 1, false, 7000 + i);
				folded[i] = true;
			} else if (what == 2) {
				folds_unset(&f, i);
				folded[i] = false;
			} else if (what == 3) {
				folds_open_to(&f, i);
				for (int at = m.parent[i]; at >= 0; at = m.parent[at])
					folded[at] = false;
			}
			int row = -1;
			for (int pos = 0; pos < m.n; pos++) {
				bool hidden = false;
				for (int at = m.parent[pos]; at >= 0; at = m.parent[at])
					hidden |= folded[at];
				row += !hidden;
				assert_int_equal(folds_row(&f, pos), row);
				if (!hidden)
					assert_int_equal(folds_pos(&f, m.n, row), pos);
				assert_int_equal(folds_at(&f, pos) != NULL, folded[pos]);
			}
			assert_int_equal(folds_visible(&f, m.n), row + 1);
			struct folds copy;
			folds_copy(&copy, &f);
			assert_int_equal(folds_visible(&copy, m.n), row + 1);
			folds_done(&copy);
		}
		folds_done(&f);
	}
}

/* ---------------------------------------------------------------- views */

static struct filter *parsed(struct arena *arena, const char *text)
{
	struct filter_mistake mistake;
	struct filter *f = filter_parse(arena, str_of(text), FILTER_SPANS, 0, &mistake);
	assert_non_null(f);
	return f;
}

/* Each row hangs on the nearest one above it that shows, and what hangs on it follows it. */
static void check_shape(const struct tree_view *v, const struct model *m)
{
	for (int64_t i = 0; i < v->n; i++) {
		const struct tree_view_row *row = &v->rows[i];
		assert_int_equal(tree_view_index(v, row->pos), i);
		int at = m->parent[row->pos];
		while (at >= 0 && (at < v->from || tree_view_index(v, at) < 0))
			at = m->parent[at];
		if (at < v->from) {
			assert_int_equal(row->up, 0);
			assert_int_equal(row->depth, 0);
		} else {
			assert_true(row->up > 0 && row->up <= i);
			assert_int_equal(v->rows[i - row->up].pos, at);
			assert_int_equal(row->depth, v->rows[i - row->up].depth + 1);
			assert_true(i + row->size <= i - row->up + v->rows[i - row->up].size);
		}
	}
}

static void a_filter_shows_what_matches_and_what_it_hangs_on(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	const struct filter *errors = parsed(&arena, "status:error");
	for (int round = 0; round < 60; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 1 + below(120), round % 2);
		put(&m);
		int from = below(2) ? 0 : below(m.n), n = from ? m.size[from] : m.n;
		struct tree_view *v =
		    tree_view_new(db, FIRST, from, n, &(struct tree_view_ask){.filter = errors}, &err);
		assert_non_null(v);
		bool shows[MOST] = {false};
		int64_t matches = 0, rows = 0;
		for (int i = from; i < from + n; i++)
			if (m.error[i]) {
				matches++;
				for (int at = i; at >= from && !shows[at]; at = m.parent[at])
					shows[at] = true;
			}
		for (int i = from; i < from + n; i++) {
			rows += shows[i];
			assert_int_equal(tree_view_index(v, i) >= 0, shows[i]);
			if (shows[i])
				assert_int_equal(v->rows[tree_view_index(v, i)].match, m.error[i]);
		}
		assert_int_equal(v->n, rows);
		assert_int_equal(v->matches, matches);
		check_shape(v, &m);
		tree_view_drop(v);
	}
	arena_done(&arena);
}

static void siblings_come_in_the_order_asked_for(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 1 + below(120), round % 2);
		put(&m);
		struct tree_view *v =
		    tree_view_new(db, FIRST, 0, m.n, &(struct tree_view_ask){.order = ORDER_SELF}, &err);
		assert_non_null(v);
		assert_int_equal(v->n, m.n);
		assert_int_equal(v->order, ORDER_SELF);
		check_shape(v, &m);
		for (int64_t i = 0; i < v->n; i++) {
			assert_int_equal(v->rows[i].size, m.size[v->rows[i].pos]);
			if (tree_view_is_last(v, i))
				continue;
			int a = (int)v->rows[i].pos, b = (int)v->rows[i + v->rows[i].size].pos;
			assert_int_equal(m.parent[a], m.parent[b]);
			if (m.self[b] != UNKNOWN_INT) /* what is not known comes last */
				assert_true(m.self[a] != UNKNOWN_INT && m.self[a] >= m.self[b]);
			if (m.self[a] == m.self[b])
				assert_true(a < b);
		}
		tree_view_drop(v);
	}
}

static void agents_are_an_outline(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 1 + below(120), round % 2);
		put(&m);
		struct tree_view *v = tree_view_new(db, FIRST, 0, m.n, &(struct tree_view_ask){.agents = true}, &err);
		assert_non_null(v);
		check_shape(v, &m);
		int64_t llm[MOST] = {0}, tools[MOST] = {0}, errors[MOST] = {0};
		for (int i = 0; i < m.n; i++) {
			bool holds = m.kind[i] == KIND_AGENT;
			for (int k = i; k < i + m.size[i]; k++)
				holds |= m.kind[i] == KIND_CHAIN && m.kind[k] == KIND_AGENT;
			assert_int_equal(tree_view_index(v, i) >= 0, holds);
			int owner = i;
			while (owner >= 0 && tree_view_index(v, owner) < 0)
				owner = m.parent[owner];
			if (owner < 0)
				continue;
			llm[owner] += m.kind[i] == KIND_LLM;
			tools[owner] += m.kind[i] == KIND_TOOL;
			errors[owner] += m.error[i];
		}
		for (int64_t i = 0; i < v->n; i++) {
			const struct tree_agent *a = &v->agents[i];
			int pos = (int)v->rows[i].pos;
			assert_true(a->llm_calls == llm[pos] && a->tool_calls == tools[pos] &&
			            a->errors == errors[pos]);
			assert_true(a->tokens == UNKNOWN_INT);
		}
		tree_view_drop(v);
	}
}

static void a_handover_is_in_the_outline(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct model m = {
	    .n = 3,
	    .parent = {-1,         0,          0         },
	    .depth = {0,          1,          1         },
	    .size = {3,          1,          1         },
	    .kind = {KIND_AGENT, KIND_CHAIN, KIND_CHAIN},
	    .name = {1,          3,          2         }
        };
	put(&m);
	struct tree_view *v = tree_view_new(db, FIRST, 0, 3, &(struct tree_view_ask){.agents = true}, &err);
	assert_non_null(v);
	assert_true(v->n == 2 && v->rows[1].pos == 1);
	tree_view_drop(v);
}

static void windows_show_what_the_view_says(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	const struct filter *kinds = parsed(&arena, "kind:llm or kind:tool");
	for (int round = 0; round < 60; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 1 + below(150), round % 2);
		put(&m);
		struct tree_view_ask ask = {.filter = round % 3 ? kinds : NULL,
		                            .order = round % 4 ? ORDER_SELF : ORDER_START};
		struct tree_view *v = tree_view_new(db, FIRST, 0, m.n, &ask, &err);
		assert_non_null(v);
		struct tree_scope scope = {.to = v->n, .view = v};
		struct folds folds = {0};
		for (int64_t i = 0; i < v->n; i += 1 + below(9))
			if (v->rows[i].size > 1 && below(2))
				folds_set(&folds, i, v->rows[i].size - 1, false, 0);
		int64_t visible = folds_visible(&folds, v->n), from = visible ? below((int)visible) : 0;
		struct tree_window w;
		assert_true(tree_window_of(db, FIRST, &scope, &folds, from, 20, &w, &err));
		assert_int_equal(w.n, visible - from < 20 ? visible - from : 20);
		for (size_t i = 0; i < w.n; i++) {
			const struct tree_row *row = &w.rows[i];
			int64_t index = folds_pos(&folds, v->n, from + (int64_t)i);
			const struct tree_view_row *at = &v->rows[index];
			assert_true(row->index == index && row->pos == at->pos && row->key == 7000 + at->pos);
			assert_true(row->up == at->up && row->size == at->size && row->depth == (int)at->depth);
			assert_int_equal(row->dim, !at->match);
			assert_int_equal((row->flags & SPAN_LAST) != 0, tree_view_is_last(v, index));
			for (int64_t up = index; v->rows[up].up;) {
				up -= v->rows[up].up;
				int d = (int)v->rows[up].depth - row->lines_from;
				if (d >= 0)
					assert_int_equal(row->lines >> d & 1, !tree_view_is_last(v, up));
			}
		}
		tree_window_done(&w);
		folds_done(&folds);
		tree_view_drop(v);
	}
	arena_done(&arena);
}

/* A damaged store must not make a view that leads astray. */
static void odd_rows_make_a_sound_view(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	const struct filter *kinds = parsed(&arena, "kind:llm or status:error");
	for (int round = 0; round < 200; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 1 + below(60), round % 2);
		put(&m);
		struct stmt *s =
		    db_query(db, "UPDATE span SET up = abs(random()) % 90 - 20, size = random() % 80", &err);
		assert_int_equal(stmt_step(s, &err), STEP_DONE);
		stmt_end(s);
		struct tree_view_ask ask = {
		    .filter = kinds, .order = round % 2 ? ORDER_SELF : ORDER_START, .agents = round % 5 == 0};
		struct tree_view *v = tree_view_new(db, FIRST, 0, m.n, &ask, &err);
		assert_non_null(v);
		for (int64_t i = 0; i < v->n; i++) {
			assert_true(v->rows[i].pos < (uint32_t)m.n && v->rows[i].up <= i && v->rows[i].size >= 1);
			assert_true(i + v->rows[i].size <= v->n);
			assert_int_equal(tree_view_index(v, v->rows[i].pos), i);
		}
		tree_view_drop(v);
	}
	arena_done(&arena);
}

/* ---------------------------------------------------------------- jumps and ranks */

static void jumps_go_by_the_order_that_shows(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	const struct filter *kinds = parsed(&arena, "kind:llm or status:error");
	for (int round = 0; round < 60; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 2 + below(100), round % 2);
		put(&m);
		struct tree_view_ask ask = {.filter = round % 3 ? kinds : NULL,
		                            .order = round % 2 ? ORDER_SELF : ORDER_START};
		struct tree_view *v = tree_view_new(db, FIRST, 0, m.n, &ask, &err);
		assert_non_null(v);
		struct tree_scope scope = {.to = v->n, .view = v};
		for (int64_t i = 0; i < v->n; i++)
			for (int forward = 0; forward < 2; forward++) {
				int64_t want = -1, found;
				for (int64_t step = 1; step <= v->n && want < 0; step++) {
					int64_t at = (i + (forward ? step : -step) + v->n) % v->n;
					if (m.error[v->rows[at].pos])
						want = v->rows[at].pos;
				}
				assert_true(tree_seek_in(db, FIRST, &scope, v->rows[i].pos, forward, SEEK_ERROR,
				                         STR_NONE, &found, &err));
				assert_int_equal(found, want);
			}
		tree_view_drop(v);
	}
	arena_done(&arena);
}

static void the_same_name_is_found_within_a_root(void **state)
{
	(void)state;
	for (int round = 0; round < 40; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 2 + below(100), round % 2);
		put(&m);
		int root = below(m.n);
		struct tree_scope scope = {.from = root, .to = root + m.size[root]};
		int pos = root + below(m.size[root]);
		int64_t want = -1, found;
		for (int step = 1; step <= m.size[root] && want < 0; step++) {
			int at = root + (pos - root + step) % m.size[root];
			if (m.name[at] && m.name[at] == m.name[pos])
				want = at;
		}
		assert_true(tree_seek_in(db, FIRST, &scope, pos, true, SEEK_SAME, STR_NONE, &found, &err));
		assert_int_equal(found, want);
	}
}

/* More folds beside each other than the first memory has room for. */
static void many_folds_lie_beside_each_other(void **state)
{
	(void)state;
	struct folds f = {0};
	for (int i = 0; i < 100; i++)
		folds_set(&f, 10 * i, 9, false, i);
	assert_int_equal(folds_visible(&f, 1000), 100);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(folds_pos(&f, 1000, i), 10 * i);
		assert_int_equal(folds_row(&f, 10 * i + 5), i);
	}
	folds_done(&f);
}

static void ranks_walk_from_the_slowest_down(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	const struct filter *kinds = parsed(&arena, "kind:llm");
	for (int round = 0; round < 40; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 2 + below(100), round % 2);
		put(&m);
		struct tree_view *v =
		    round % 2 ? tree_view_new(db, FIRST, 0, m.n, &(struct tree_view_ask){.filter = kinds}, &err) : NULL;
		struct tree_scope scope = {.to = v ? v->n : m.n, .view = v};
		int64_t n = 0, before = INT64_MAX;
		for (int i = 0; i < m.n; i++)
			n += m.self[i] != UNKNOWN_INT && (!v || m.kind[i] == KIND_LLM);
		struct tree_ranked r;
		for (int64_t place = 0; place < n; place++) {
			assert_true(tree_ranked(db, FIRST, &scope, RANK_SELF_TIME, place, &r, &err));
			assert_true(r.n == n && r.pos >= 0 && (int64_t)r.value == m.self[r.pos]);
			assert_true(m.self[r.pos] <= before);
			before = m.self[r.pos];
		}
		assert_true(tree_ranked(db, FIRST, &scope, RANK_SELF_TIME, n, &r, &err));
		assert_int_equal(r.pos, -1);
		assert_true(tree_ranked(db, FIRST, &scope, RANK_COST, 0, &r, &err));
		assert_true(r.by == RANK_TOKENS && r.pos == -1); /* nobody says either */
		tree_view_drop(v);
	}
	arena_done(&arena);
}

/* ---------------------------------------------------------------- folds by what spans are */

static void a_kind_folds_and_unfolds(void **state)
{
	(void)state;
	for (int round = 0; round < 40; round++) {
		struct model m;
		struct err err = ERR_INIT;
		make(&m, 2 + below(100), round % 2);
		put(&m);
		struct tree_scope scope = {.to = m.n};
		struct folds now = {0}, once = {0}, twice = {0};
		int64_t n, want = 0;
		bool unfolded;
		for (int i = 0; i < m.n; i += 7)
			if (m.size[i] > 1 && m.kind[i] != KIND_TOOL)
				folds_set(&now, i, m.size[i] - 1, false, 7000 + i);
		assert_true(tree_kind_folds(db, FIRST, &scope, KIND_TOOL, &now, &once, &n, &unfolded, &err));
		for (int i = 0; i < m.n; i++) {
			bool of_kind = m.kind[i] == KIND_TOOL && m.size[i] > 1;
			want += of_kind;
			assert_int_equal(folds_at(&once, i) != NULL, of_kind || folds_at(&now, i));
		}
		assert_true(n == want && !unfolded);
		assert_true(tree_kind_folds(db, FIRST, &scope, KIND_TOOL, &once, &twice, &n, &unfolded, &err));
		assert_int_equal(unfolded, want > 0);
		assert_int_equal(twice.n, now.n);
		folds_done(&now);
		folds_done(&once);
		folds_done(&twice);
	}
}

/* Spans that come before others push them on; what was folded stays folded. */
static void folds_follow_their_spans(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct model m;
	make(&m, 100, false);
	put(&m);
	struct folds old = {0}, again = {0};
	for (int i = 0; i < m.n; i++)
		if (m.size[i] > 1 && below(2))
			folds_set(&old, i, m.size[i] - 1, false, 7000 + i);
	assert_true(old.n > 5);
	assert_true(db_exec(db, "UPDATE span SET pos = pos + 100000; UPDATE span SET pos = pos - 100000 + 3", &err));
	assert_true(tree_folds_again(db, 1, FIRST, m.n + 3, &old, true, NULL, 0, &again, &err));
	assert_int_equal(again.n, old.n);
	for (size_t i = 0; i < old.n; i++)
		assert_true(again.at[i].pos == old.at[i].pos + 3 && again.at[i].hidden == old.at[i].hidden);
	folds_done(&old);
	folds_done(&again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(folds_agree_with_a_list),
	    cmocka_unit_test(a_filter_shows_what_matches_and_what_it_hangs_on),
	    cmocka_unit_test(siblings_come_in_the_order_asked_for),
	    cmocka_unit_test(agents_are_an_outline),
	    cmocka_unit_test(a_handover_is_in_the_outline),
	    cmocka_unit_test(windows_show_what_the_view_says),
	    cmocka_unit_test(odd_rows_make_a_sound_view),
	    cmocka_unit_test(jumps_go_by_the_order_that_shows),
	    cmocka_unit_test(the_same_name_is_found_within_a_root),
	    cmocka_unit_test(many_folds_lie_beside_each_other),
	    cmocka_unit_test(ranks_walk_from_the_slowest_down),
	    cmocka_unit_test(a_kind_folds_and_unfolds),
	    cmocka_unit_test(folds_follow_their_spans),
	};
	return cmocka_run_group_tests_name("tree", tests, open_store, close_store);
}
