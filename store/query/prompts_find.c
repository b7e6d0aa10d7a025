/* Prompts and versions by what people call them; their texts; the filters that keep what used them. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/query/prompts_private.h"

enum { HASH_SHOWN = 8, HASH_LEAST = 4, HASH_FILTER = 12, NAMES_SAID = 5, NAME_IN_FILTER = 80 };

/* ---------------------------------------------------------------- names */

struct str prompt_name(const struct prompt *prompt)
{
	struct str name = str_trim(prompt->name);
	size_t end = str_find_char(name, '\n');
	return str_trim(str_cut(name, 0, end));
}

struct str prompt_version_name(const struct prompt_version *v, struct arena *arena)
{
	if (v->label.len)
		return v->label;
	if (v->hash.len)
		return arena_str(arena, str_cut(v->hash, 0, HASH_SHOWN));
	return STR_LIT("(no label)");
}

const struct prompt_score *prompt_score_on(const struct prompt_version *v, int64_t dataset_id)
{
	for (size_t i = 0; i < v->n_scores; i++)
		if (v->scores[i].dataset_id == dataset_id)
			return &v->scores[i];
	return NULL;
}

const struct prompt_score *prompt_score_shown(const struct prompts *p, const struct prompt_version *v)
{
	const struct prompt_score *own = prompt_score_on(v, p->all[v->prompt].dataset_id);
	return own ? own : v->n_scores ? v->scores : NULL;
}

/* ---------------------------------------------------------------- finding */

/* How near a name is to what was typed: 0 it is it, 1 begins with it, 2 holds it; -1 neither. */
static int nearness(struct str name, struct str typed)
{
	if (str_eq(name, typed))
		return 0;
	size_t at = text_find(name, typed, 0, true);
	return at == SIZE_MAX ? -1 : at == 0 ? 1 : 2;
}

static int nearness_of(const struct prompts *p, size_t i, struct str typed)
{
	int best = nearness(prompt_name(&p->all[i]), typed);
	for (size_t v = p->all[i].first; v < p->all[i].first + p->all[i].n && best != 0; v++)
		for (size_t k = 0; k < p->versions[v].n_called; k++) {
			int here = str_eq(p->versions[v].called[k], typed) ? 0 : -1;
			best = here == 0 ? 0 : best;
		}
	return best;
}

bool prompts_find(const struct prompts *p, struct str name, size_t *prompt, struct err *err)
{
	size_t n[3] = {0}, first[3] = {0};
	struct buf names[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
	for (size_t i = 0; i < p->n && name.len; i++) {
		int level = nearness_of(p, i, name);
		if (level < 0)
			continue;
		if (n[level]++ == 0)
			first[level] = i;
		if (n[level] <= NAMES_SAID)
			buf_printf(&names[level], "%s" STR_FMT, n[level] > 1 ? ", " : "",
			           STR_ARG(str_cut(prompt_name(&p->all[i]), 0, 40)));
	}
	bool ok = false;
	int level = n[0] ? 0 : n[1] ? 1 : 2;
	*prompt = first[level];
	if (n[level] == 1)
		ok = true;
	else if (n[level] > 1)
		err_set(err, ERR_USAGE, NULL, "\"" STR_FMT "\" could be %zu prompts: %s%s",
		        STR_ARG(str_cut(name, 0, 80)), n[level], buf_cstr(&names[level]),
		        n[level] > NAMES_SAID ? ", …" : "");
	else
		err_set(err, ERR_NOT_FOUND, NULL, "no prompt is called \"" STR_FMT "\"", STR_ARG(str_cut(name, 0, 80)));
	for (int i = 0; i < 3; i++)
		buf_done(&names[i]);
	return ok;
}

static bool has_label(const struct prompt_version *v, struct str label)
{
	for (size_t i = 0; i < v->n_labels; i++)
		if (str_eq(v->labels[i], label))
			return true;
	return str_eq(v->hash, label) && label.len;
}

/* Labels first, then what a hash or a label begins with. */
bool prompts_find_version(const struct prompts *p, size_t prompt, struct str label, size_t *version, struct err *err)
{
	const struct prompt *of = &p->all[prompt];
	size_t exact = 0, near = 0, near_at = 0;
	for (size_t i = of->first + of->n; i-- > of->first;) {
		const struct prompt_version *v = &p->versions[i];
		if (has_label(v, label)) {
			*version = i;
			exact++;
		} else if ((label.len >= HASH_LEAST && str_eq(str_cut(v->hash, 0, label.len), label)) ||
		           (label.len && v->label.len > label.len && str_eq(str_cut(v->label, 0, label.len), label))) {
			near_at = i;
			near++;
		}
	}
	if (exact == 1)
		return true;
	if (!exact && near == 1) {
		*version = near_at;
		return true;
	}
	if (exact || near)
		return err_set(
		    err, ERR_USAGE, NULL, "%zu versions of " STR_FMT " are called \"" STR_FMT "\": use the hash",
		    exact ? exact : near, STR_ARG(str_cut(prompt_name(of), 0, 80)), STR_ARG(str_cut(label, 0, 80)));
	return err_set(err, ERR_NOT_FOUND, NULL, "no version of " STR_FMT " is called \"" STR_FMT "\"",
	               STR_ARG(str_cut(prompt_name(of), 0, 80)), STR_ARG(str_cut(label, 0, 80)));
}

/* ---------------------------------------------------------------- texts */

bool prompt_text(struct db *db, int64_t id, struct arena *arena, struct str *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM prompt WHERE id = ?", err);
	*out = STR_NONE;
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && col_str(s, 0).len)
		*out = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

bool prompts_search(struct db *db, struct str what, struct arena *arena, int64_t **ids, size_t *n, struct err *err)
{
	VEC(int64_t) found = {0};
	bool exact = false;
	for (size_t i = 0; i < what.len; i++)
		exact = exact || (what.ptr[i] >= 'A' && what.ptr[i] <= 'Z');
	struct stmt *s = db_query(db, "SELECT id, text FROM prompt WHERE text IS NOT NULL ORDER BY id", err);
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW)
		if (text_find(col_plain(s, 1), what, 0, !exact) != SIZE_MAX)
			*vec_add(&found) = col_int(s, 0);
	if (s)
		stmt_end(s);
	*ids = arena_alloc(arena, found.n * sizeof **ids);
	*n = found.n;
	if (found.n)
		memcpy(*ids, found.at, found.n * sizeof *found.at);
	vec_done(&found);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- filters */

static void add_names(struct buf *out, const struct prompt_version *v)
{
	size_t n = 0;
	for (size_t i = 0; i < v->n_called; i++)
		n += v->called[i].len <= NAME_IN_FILTER && str_find_char(v->called[i], '\n') == SIZE_MAX;
	if (n != v->n_called || !n)
		return; /* a name that is a whole text is said by its hash alone */
	buf_add_cstr(out, n > 1 ? "(" : "");
	for (size_t i = 0; i < n; i++) {
		buf_add_cstr(out, i ? " or prompt=" : "prompt=");
		filter_quote(out, v->called[i]);
	}
	buf_add_cstr(out, n > 1 ? ")" : "");
}

/* Names, then which text or which label. */
static void add_version(struct buf *out, const struct prompt_version *v)
{
	bool several = v->hash.len && v->label.len;
	add_names(out, v);
	if (!v->hash.len && !v->label.len)
		return;
	buf_add_cstr(out, out->len ? " " : "");
	buf_add_cstr(out, several ? "(" : "");
	if (v->hash.len)
		buf_printf(out, "version:" STR_FMT, STR_ARG(str_cut(v->hash, 0, HASH_FILTER)));
	if (v->label.len) {
		buf_add_cstr(out, several ? " or version=" : "version=");
		filter_quote(out, v->label);
	}
	buf_add_cstr(out, several ? ")" : "");
}

static void add_prompt(struct buf *out, const struct prompts *p, const struct prompt *prompt)
{
	VEC(struct str) names = {0};
	for (size_t i = prompt->first; i < prompt->first + prompt->n; i++)
		for (size_t k = 0; k < p->versions[i].n_called; k++) {
			bool known = false;
			for (size_t j = 0; j < names.n && !known; j++)
				known = str_eq(names.at[j], p->versions[i].called[k]);
			if (!known && names.n <= 64)
				*vec_add(&names) = p->versions[i].called[k];
		}
	for (size_t i = 0; i < names.n; i++) {
		buf_add_cstr(out, i ? " or prompt=" : "prompt=");
		filter_quote(out, names.at[i]);
	}
	vec_done(&names);
}

bool prompts_filter(const struct prompts *p, size_t prompt, size_t version, char *out, size_t size)
{
	struct buf text = BUF_INIT;
	if (version != SIZE_MAX)
		add_version(&text, &p->versions[version]);
	else
		add_prompt(&text, p, &p->all[prompt]);
	bool fits = text.len > 0 && text.len < size;
	out[0] = '\0';
	if (fits)
		memcpy(out, buf_cstr(&text), text.len + 1);
	buf_done(&text);
	return fits;
}
