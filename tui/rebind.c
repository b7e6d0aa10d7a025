#include "tui/rebind.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/arena.h"
#include "store/base/near.h"
#include "store/base/vec.h"
#include "tui/settings.h"

enum { KEYS_MOST = 16, NAMED = 60, KEYS_BYTES = 200, EVERY = -1 };

/* A line of the file. */
struct entry {
	struct val at;
	int table; /* EVERY: each screen that has the action */
	struct str name;
	char *keys; /* as given, names made plain */
	bool refused;
};

struct slot {
	int key;
	uint32_t action; /* index in its table */
};

struct table {
	const struct rebind_table *of;
	uint32_t n_actions;
	int *entry; /* per action: that it goes by; < 0: its own keys */
	struct slot *slots;
	size_t n_slots;
};

struct rebinding {
	struct table *tables;
	size_t n;
	VEC(struct entry) entries;
	struct arena arena;
};

/* Two actions that have one key. */
struct conflict {
	size_t table, other_table;
	uint32_t action, other;
	int key;
};

/* ---------------------------------------------------------------- the file */

static void unknown_screen(const struct rebinding *r, struct val at, struct str name)
{
	struct near near = {.word = name};
	struct buf after = BUF_INIT;
	for (size_t i = 0; i < r->n; i++)
		near_try(&near, r->tables[i].of->name);
	size_t dot = str_find_char(name, '.');
	if (near.name)
		near_say(&near, &after);
	else if (dot != SIZE_MAX)
		buf_printf(&after, "; keys stand under their screen: \"" STR_FMT "\": {\"" STR_FMT "\": …}",
		           STR_ARG(str_cut(name, 0, dot < NAMED ? dot : NAMED)),
		           STR_ARG(str_cut(name, dot + 1, NAMED)));
	else
		buf_add_cstr(&after, "; spoor help keys lists them");
	settings_mistake(at, "keys: there is no screen " STR_FMT "%s", STR_ARG(str_cut(name, 0, NAMED)),
	                 buf_cstr(&after));
	buf_done(&after);
}

static void unknown_action(const struct rebinding *r, struct val at, int table, struct str name)
{
	struct near near = {.word = name};
	struct buf after = BUF_INIT;
	const char *elsewhere = NULL;
	for (size_t i = 0; i < r->n; i++)
		for (const struct action *a = r->tables[i].of->actions; a && a->name; a++) {
			if (table > 0 && (size_t)table != i) {
				if (!elsewhere && str_is(name, a->name))
					elsewhere = r->tables[i].of->name;
				continue;
			}
			near_try(&near, a->name);
		}
	if (elsewhere)
		buf_printf(&after, " (%s has one)", elsewhere);
	else
		near_say(&near, &after);
	settings_mistake(at, "keys.%s: there is no action " STR_FMT "%s", r->tables[table > 0 ? table : 0].of->name,
	                 STR_ARG(str_cut(name, 0, NAMED)), buf_cstr(&after));
	buf_done(&after);
}

/* ^C, ^\ and ^Z: the terminal acts on them before anybody could read them. */
static bool is_signal(int key)
{
	return key == 3 || key == 28 || key == 26;
}

/* The key names of an entry, checked; NULL: a mistake was said. */
static char *read_keys(struct val at, const struct action *action, struct str text)
{
	struct buf keys = BUF_INIT, after = BUF_INIT;
	struct str rest = text, word;
	const struct action own[] = {*action, ACTIONS_END};
	char memory[16];
	size_t n = 0;
	bool ok = text.len <= KEYS_BYTES;
	if (!ok)
		settings_mistake(at, "keys of %s: too many", action->name);
	while (ok && str_split(&rest, ' ', &word)) {
		if (!word.len)
			continue;
		int key = key_named(word);
		if (key == KEY_NONE) {
			key_suggest(&after, word);
			settings_mistake(at, "keys of %s: there is no key " STR_FMT "%s", action->name,
			                 STR_ARG(str_cut(word, 0, NAMED)), buf_cstr(&after));
			ok = false;
		} else if (is_signal(key) && !action_for_key(own, key)) {
			settings_mistake(at, "keys of %s: " STR_FMT " is the terminal's: it makes a signal of it",
			                 action->name, STR_ARG(word));
			ok = false;
		} else if (++n > KEYS_MOST) {
			settings_mistake(at, "keys of %s: more than %d", action->name, KEYS_MOST);
			ok = false;
		} else {
			buf_printf(&keys, "%s%s", keys.len ? " " : "", key_name(key, memory));
		}
	}
	buf_done(&after);
	if (!ok) {
		buf_done(&keys);
		return NULL;
	}
	char *all = xstrdup(buf_cstr(&keys));
	buf_done(&keys);
	return all;
}

/* The action of a name: everywhere's, else (table < 0 or 0) that of the first screen that has it. *table is EVERY then. */
static const struct action *find_action(const struct rebinding *r, int *table, struct str name)
{
	const struct action *a = action_named(r->tables[*table].of->actions, name);
	for (size_t i = 1; !a && *table <= 0 && i < r->n; i++)
		if ((a = action_named(r->tables[i].of->actions, name)) != NULL) {
			*table = EVERY;
			return a;
		}
	return a;
}

static void add_entry(struct rebinding *r, int table, struct member m)
{
	struct str name = member_key(m, &r->arena);
	const struct action *action = find_action(r, &table, name);
	if (!action) {
		unknown_action(r, m.key, table, name);
		return;
	}
	if (!val_is(m.val, SCAN_STRING)) {
		settings_mistake(m.key, "keys of %s need a text, names of keys with blanks between them", action->name);
		return;
	}
	char *keys = read_keys(m.key, action, val_str(m.val, &r->arena));
	if (!keys)
		return;
	if (!keys[0] && strcmp(action->name, "quit") == 0) {
		settings_mistake(m.key, "quit needs a key: it keeps %s", action->keys);
		free(keys);
		return;
	}
	*vec_add(&r->entries) = (struct entry){.at = m.key, .table = table, .name = str_of(action->name), .keys = keys};
}

static void read_entries(struct rebinding *r, struct val keys)
{
	for (struct member screen = val_first(keys); screen.ok; screen = val_next(screen)) {
		struct str name = member_key(screen, &r->arena);
		int table = 0;
		while ((size_t)table < r->n && !str_is(name, r->tables[table].of->name))
			table++;
		if ((size_t)table == r->n)
			unknown_screen(r, screen.key, name);
		else if (!val_is(screen.val, SCAN_OBJECT))
			settings_mistake(screen.key, "keys.%s needs an object, { \"action\": \"keys\", … }",
			                 r->tables[table].of->name);
		else
			for (struct member m = val_first(screen.val); m.ok; m = val_next(m))
				add_entry(r, table, m);
	}
}

/* ---------------------------------------------------------------- who has which key */

static const struct action *action_at(const struct rebinding *r, size_t table, uint32_t i)
{
	return &r->tables[table].of->actions[i];
}

static void set_entry(struct rebinding *r, size_t table, int entry)
{
	struct entry *e = &r->entries.at[entry];
	struct table *t = &r->tables[table];
	for (uint32_t i = 0; i < t->n_actions; i++) {
		if (!str_is(e->name, action_at(r, table, i)->name))
			continue;
		int before = t->entry[i];
		if (before >= 0 && r->entries.at[before].table == e->table && e->table != EVERY && settings_line(e->at))
			settings_mistake(e->at, "keys of %s are set in line %zu, too: these count",
			                 action_at(r, table, i)->name, settings_line(r->entries.at[before].at));
		if (before < 0 || e->table != EVERY || r->entries.at[before].table == EVERY)
			t->entry[i] = entry;
	}
}

static void assign(struct rebinding *r)
{
	for (size_t i = 0; i < r->entries.n; i++)
		for (size_t t = 0; t < r->n; t++)
			if (r->entries.at[i].table == (int)t || (r->entries.at[i].table == EVERY && t > 0))
				set_entry(r, t, (int)i);
}

static const struct entry *entry_of(const struct rebinding *r, size_t table, uint32_t action)
{
	int entry = r->tables[table].entry[action];
	return entry >= 0 && !r->entries.at[entry].refused ? &r->entries.at[entry] : NULL;
}

static int compare_slots(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
	                        : (x->action > y->action) - (x->action < y->action);
}

static void fill_slots(struct rebinding *r, size_t table)
{
	struct table *t = &r->tables[table];
	VEC(struct slot) slots = {0};
	for (uint32_t i = 0; i < t->n_actions; i++) {
		const struct entry *e = entry_of(r, table, i);
		struct str rest = str_of(e ? e->keys : action_keys_now(action_at(r, table, i))), word;
		while (str_split(&rest, ' ', &word))
			if (word.len)
				*vec_add(&slots) = (struct slot){.key = key_named(word), .action = i};
	}
	if (slots.n)
		qsort(slots.at, slots.n, sizeof *slots.at, compare_slots);
	free(t->slots);
	t->slots = slots.at;
	t->n_slots = slots.n;
}

static bool has_by_default(const struct action *a, int key)
{
	struct str rest = str_of(a->keys), word;
	while (str_split(&rest, ' ', &word))
		if (word.len && key_named(word) == key)
			return true;
	return false;
}

/* What the tables themselves do is meant; what a rebinding adds to it is not. */
static bool is_meant(const struct rebinding *r, const struct conflict *c)
{
	const struct action *a = action_at(r, c->table, c->action), *b = action_at(r, c->other_table, c->other);
	return has_by_default(a, c->key) && has_by_default(b, c->key);
}

/* The first key, of one table alone or of it and everywhere's, that two actions have. */
static bool find_conflict(const struct rebinding *r, size_t table, struct conflict *out)
{
	const struct table *t = &r->tables[table], *all = &r->tables[0];
	for (size_t i = 0, k = 0; i < t->n_slots; i++) {
		*out = (struct conflict){.table = table, .action = t->slots[i].action, .key = t->slots[i].key};
		out->other_table = table;
		if (i && t->slots[i - 1].key == out->key && t->slots[i - 1].action != out->action) {
			out->other = t->slots[i - 1].action;
			if (!is_meant(r, out))
				return true;
		}
		if (!table)
			continue;
		while (k < all->n_slots && all->slots[k].key < out->key)
			k++;
		out->other_table = 0;
		for (size_t at = k; at < all->n_slots && all->slots[at].key == out->key; at++) {
			out->other = all->slots[at].action;
			if (!is_meant(r, out))
				return true;
		}
	}
	return false;
}

/* The later of the two in the file; one of them is in it, for the tables alone have no such key. */
static bool refuse(struct rebinding *r, const struct conflict *c)
{
	const struct entry *a = entry_of(r, c->table, c->action), *b = entry_of(r, c->other_table, c->other);
	bool first = a && (!b || a > b);
	if (!a && !b)
		return false;
	struct entry *loser = &r->entries.at[(first ? a : b) - r->entries.at];
	const struct action *mine = first ? action_at(r, c->table, c->action) : action_at(r, c->other_table, c->other);
	const struct action *theirs =
	    first ? action_at(r, c->other_table, c->other) : action_at(r, c->table, c->action);
	const struct entry *winner = first ? b : a;
	char memory[16];
	struct buf line = BUF_INIT;
	if (winner && settings_line(winner->at))
		buf_printf(&line, ", line %zu", settings_line(winner->at));
	else if (winner)
		buf_add_cstr(&line, ", --set");
	settings_mistake(loser->at, "%s is the key of %s (%s%s): %s keeps %s", key_name(c->key, memory), theirs->name,
	                 r->tables[first ? c->other_table : c->table].of->name, buf_cstr(&line), mine->name,
	                 mine->keys[0] ? mine->keys : "none");
	buf_done(&line);
	loser->refused = true;
	return true;
}

static void settle(struct rebinding *r)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t t = 0; t < r->n; t++)
			fill_slots(r, t);
		struct conflict c;
		for (size_t t = 0; t < r->n && !again; t++)
			again = find_conflict(r, t, &c) && refuse(r, &c);
	}
}

/* ---------------------------------------------------------------- all of it */

static void init(struct rebinding *r, const struct rebind_table *tables, size_t n)
{
	*r = (struct rebinding){.n = n, .arena = ARENA_INIT};
	r->tables = xcalloc(n + 1, sizeof *r->tables);
	for (size_t t = 0; t < n; t++) {
		struct table *table = &r->tables[t];
		table->of = &tables[t];
		for (const struct action *a = tables[t].actions; a && a->name; a++)
			table->n_actions++;
		table->entry = xcalloc(table->n_actions + 1, sizeof *table->entry);
		for (uint32_t i = 0; i < table->n_actions; i++)
			table->entry[i] = -1;
	}
}

static void done(struct rebinding *r)
{
	for (size_t t = 0; t < r->n; t++) {
		free(r->tables[t].entry);
		free(r->tables[t].slots);
	}
	for (size_t i = 0; i < r->entries.n; i++)
		free(r->entries.at[i].keys);
	free(r->tables);
	vec_done(&r->entries);
	arena_done(&r->arena);
}

void rebind_apply(const struct rebind_table *tables, size_t n, struct val keys, struct val set)
{
	struct rebinding r;
	if (!keys.scan && !set.scan)
		return;
	init(&r, tables, n);
	read_entries(&r, keys);
	read_entries(&r, set);
	assign(&r);
	settle(&r);
	for (size_t t = 0; t < n; t++)
		for (uint32_t i = 0; i < r.tables[t].n_actions; i++) {
			const struct entry *e = entry_of(&r, t, i);
			if (e)
				action_rebind(action_at(&r, t, i), e->keys);
		}
	done(&r);
}

size_t rebind_conflicts(const struct rebind_table *tables, size_t n)
{
	struct rebinding r;
	struct conflict c;
	size_t found = 0;
	init(&r, tables, n);
	for (size_t t = 0; t < n; t++)
		fill_slots(&r, t);
	for (size_t t = 0; t < n; t++)
		found += find_conflict(&r, t, &c);
	done(&r);
	return found;
}
