/* What the user says of a table's columns (--map). */
#include "import/generic.h"

#include <string.h>

enum { MAP_MAX = 200, COLUMNS_NAMED = 30 };

static const struct {
	const char *name;
	enum generic_field field;
} fields_named[] = {
    {"id",             GENERIC_ID            },
    {"input",          GENERIC_INPUT         },
    {"expected",       GENERIC_EXPECTED      },
    {"output",         GENERIC_OUTPUT        },
    {"pass",           GENERIC_PASS          },
    {"error",          GENERIC_ERROR         },
    {"latency",        GENERIC_LATENCY       },
    {"cost",           GENERIC_COST          },
    {"model",          GENERIC_MODEL         },
    {"provider",       GENERIC_PROVIDER      },
    {"tokens_in",      GENERIC_TOKENS_IN     },
    {"tokens_out",     GENERIC_TOKENS_OUT    },
    {"prompt",         GENERIC_PROMPT        },
    {"prompt_version", GENERIC_PROMPT_VERSION},
    {"run",            GENERIC_RUN           },
    {"dataset",        GENERIC_DATASET       },
    {"repeat",         GENERIC_REPEAT        },
    {"title",          GENERIC_TITLE         },
    {"trace",          GENERIC_TRACE         },
    {"reason",         GENERIC_REASON        },
    {"judge",          GENERIC_JUDGE         },
    {"score",          GENERIC_SCORE         },
    {"label",          GENERIC_LABEL         },
};
enum { N_NAMED = sizeof fields_named / sizeof *fields_named };

/* The next piece up to one of `stops`, without its backslashes; *stop: what ended it, 0 at the end. */
static struct str next_piece(struct str *rest, const char *stops, char *stop, struct arena *arena)
{
	struct buf piece = BUF_INIT;
	size_t i = 0;
	*stop = 0;
	for (; i < rest->len && !(rest->ptr[i] && strchr(stops, rest->ptr[i])); i++) {
		if (rest->ptr[i] == '\\' && i + 1 < rest->len)
			i++;
		buf_add_char(&piece, rest->ptr[i]);
	}
	if (i < rest->len)
		*stop = rest->ptr[i++];
	*rest = str_from(*rest, i);
	struct str kept = str_trim(arena_str(arena, buf_str(&piece)));
	buf_done(&piece);
	return kept.ptr ? kept : STR_LIT("");
}

static bool no_field(struct str word, struct err *err)
{
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < N_NAMED; i++)
		buf_printf(&all, "%s%s", i ? " " : "", fields_named[i].name);
	err_set(err, ERR_USAGE, NULL, "--map: no field is called \"" STR_FMT "\"; there are: %s",
	        STR_ARG(str_cut(word, 0, 60)), buf_cstr(&all));
	buf_done(&all);
	return false;
}

/* "score:NAME", "latency:ms". */
static bool read_field(struct str word, struct generic_map_row *row, struct err *err)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
	    {"ns",  1            },
            {"us",  1000         },
            {"ms",  1000000      },
            {"s",   1000000000   },
            {"min", 60000000000LL}
        };
	size_t colon = str_find_char(word, ':'), i = 0;
	struct str name = str_cut(word, 0, colon), after = colon == SIZE_MAX ? STR_NONE : str_from(word, colon + 1);
	*row = (struct generic_map_row){.field = GENERIC_NONE};
	while (i < N_NAMED && !str_is(name, fields_named[i].name))
		i++;
	if (i == N_NAMED)
		return no_field(name, err);
	row->field = fields_named[i].field;
	if (!after.len)
		return true;
	if (row->field == GENERIC_SCORE || row->field == GENERIC_LABEL) {
		row->name = after;
		return true;
	}
	for (size_t k = 0; row->field == GENERIC_LATENCY && k < sizeof units / sizeof *units; k++)
		if (str_is(after, units[k].name))
			row->unit_ns = units[k].ns;
	if (row->unit_ns)
		return true;
	return err_set(err, ERR_USAGE, NULL,
	               "--map: \"" STR_FMT "\": a name follows score: and label:, ns us ms s or min latency:",
	               STR_ARG(str_cut(word, 0, 60)));
}

static bool is_twice(const struct generic_map *map, const struct generic_map_row *row)
{
	for (size_t i = 0; i < map->n; i++)
		if (row->field < GENERIC_SCORE && map->at[i].field == row->field)
			return true;
	return false;
}

bool generic_map_parse(struct str text, struct arena *arena, struct generic_map *map, struct err *err)
{
	struct str rest = text;
	*map = (struct generic_map){.at = arena_zalloc(arena, MAP_MAX, sizeof *map->at)};
	do {
		struct generic_map_row row;
		char stop;
		struct str word = next_piece(&rest, "=,", &stop, arena);
		if (stop != '=')
			return err_set(err, ERR_USAGE, NULL,
			               "--map: \"" STR_FMT "\" has no =; it is written FIELD=COLUMN,…",
			               STR_ARG(str_cut(word, 0, 60)));
		if (!read_field(word, &row, err))
			return false;
		if (is_twice(map, &row))
			return err_set(err, ERR_USAGE, NULL, "--map: " STR_FMT " is given twice", STR_ARG(word));
		do {
			bool many = row.field >= GENERIC_SCORE && !row.name.ptr;
			row.column = next_piece(&rest, many ? "+," : ",", &stop, arena);
			row.column = row.column.len ? row.column : STR_NONE;
			if (map->n == MAP_MAX)
				return err_set(err, ERR_USAGE, NULL, "--map: more than %d columns", MAP_MAX);
			map->at[map->n++] = row;
		} while (stop == '+');
	} while (rest.len);
	return true;
}

/* ---------------------------------------------------------------- against a file */

static bool is_column(struct fields *f, struct val object, struct str name)
{
	if (val_find(object, name).scan)
		return true;
	return str_find_char(name, '.') != SIZE_MAX && field_path(f, object, arena_str(f->arena, name).ptr).scan;
}

static void name_columns(struct val object, struct arena *arena, struct buf *to)
{
	size_t n = 0;
	for (struct member m = val_first(object); m.ok && n < COLUMNS_NAMED; m = val_next(m), n++) {
		struct str name = str_cut(member_key(m, arena), 0, 60);
		buf_add_cstr(to, n ? ", " : "");
		buf_add_str(to, name);
	}
	buf_add_cstr(to, val_count(object) > n ? ", …" : "");
}

bool generic_map_fits(struct str text, const struct sample *sample, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct fields f = {.arena = &arena};
	struct generic_map map;
	bool ok = generic_map_parse(text, &arena, &map, err);
	struct val row = ok ? generic_first_row(&f, sample, &map) : VAL_NONE;
	if (ok && !val_is(row, SCAN_OBJECT))
		ok = err_set(err, ERR_USAGE, NULL, "--map is for tables of results: there are no rows in it");
	for (size_t i = 0; ok && i < map.n; i++) {
		struct buf columns = BUF_INIT;
		if (!map.at[i].column.ptr || is_column(&f, row, map.at[i].column))
			continue;
		name_columns(row, &arena, &columns);
		ok = err_set(err, ERR_USAGE, NULL, "--map: there is no column \"" STR_FMT "\"; the columns are: %s",
		             STR_ARG(str_cut(map.at[i].column, 0, 60)), buf_cstr(&columns));
		buf_done(&columns);
	}
	fields_done(&f);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- said again */

static struct str field_words(const struct generic_column *c, struct arena *arena)
{
	const char *name = generic_field_name(c->field);
	if (c->field == GENERIC_LATENCY)
		return arena_printf(arena, "%s (in %s)", name,
		                    c->unit_ns == 1            ? "ns"
		                    : c->unit_ns == 1000       ? "us"
		                    : c->unit_ns == 1000000    ? "ms"
		                    : c->unit_ns == 1000000000 ? "s"
		                                               : "min");
	if (c->field >= GENERIC_SCORE && !str_eq(c->score, c->name))
		return arena_printf(arena, "%s \"" STR_FMT "\"", name, STR_ARG(c->score));
	return str_of(name);
}

size_t generic_explain(const struct sample *sample, struct str text, struct arena *arena, struct generic_said **out)
{
	struct fields f = {.arena = arena};
	struct err unseen = ERR_INIT;
	struct generic_map map;
	struct generic_row row;
	bool mapped = text.len && generic_map_parse(text, arena, &map, &unseen);
	struct val first = generic_first_row(&f, sample, mapped ? &map : NULL);
	*out = NULL;
	if (!val_is(first, SCAN_OBJECT))
		return 0;
	generic_row_read(&f, first, mapped ? &map : NULL, &row);
	*out = arena_zalloc(arena, row.n + 1, sizeof **out);
	for (size_t i = 0; i < row.n; i++)
		(*out)[i] = (struct generic_said){arena_str(arena, row.at[i].name),
		                                  arena_str(arena, field_words(&row.at[i], arena)), row.at[i].mapped};
	fields_done(&f);
	return row.n;
}
