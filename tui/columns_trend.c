/* Columns of the runs of a dataset in time, each against the band of those before it. */
#include <string.h>

#include "store/query/trend.h"
#include "tui/columns.h"

static struct value text(struct str s, enum role role)
{
	return (struct value){.type = s.len ? VALUE_TEXT : VALUE_NONE, .text = s, .role = role};
}

static struct value integer(enum value_type type, int64_t i)
{
	return (struct value){.type = i == UNKNOWN_INT ? VALUE_NONE : type, .i = i, .role = ROLE_TEXT};
}

static struct value figure(const struct trend_line *row, double d)
{
	enum value_type type = row->metric->is_rate ? VALUE_SHARE : VALUE_SCORE;
	return (struct value){.type = IS_UNKNOWN(d) ? VALUE_NONE : type, .d = d, .role = ROLE_TEXT};
}

static double rate_bound(const struct trend_line *row, double bound)
{
	return row->metric->is_rate ? bound : UNKNOWN_DOUBLE;
}

/* A run that does not count has its figure all the same. */
static struct value value_of(const struct trend_line *row)
{
	return figure(row, row->metric->is_rate ? row->run->pass_rate : run_mean(row->run, row->metric->name));
}

static struct value band_of(const struct trend_line *row, bool high)
{
	if (row->at == TREND_NOWHERE)
		return figure(row, UNKNOWN_DOUBLE);
	const struct interval *band = &row->metric->at[row->at].drift.band;
	return figure(row, high ? band->high : band->low);
}

static struct value place_of(const struct trend_line *row)
{
	const char *place = trend_place(row->metric, row->at);
	struct value v = text(place ? str_of(place) : STR_NONE, ROLE_TEXT);
	int side = row->at == TREND_NOWHERE ? 0 : trend_side(row->metric, row->at);
	v.role = side < 0 ? ROLE_WORSE : side > 0 ? ROLE_BETTER : ROLE_TEXT;
	return v;
}

/* What is particular about it, as words. */
static struct value note_of(const struct trend_line *row, struct arena *arena)
{
	struct buf out = BUF_INIT;
	const struct trend_run *run = row->at == TREND_NOWHERE ? NULL : &row->series->runs[row->at];
	if (run && row->metric->at[row->at].since == row->at)
		buf_add_cstr(&out, "drift begins");
	if (run && run->changed) {
		buf_add_cstr(&out, out.len ? "; " : "");
		trend_changed_print(&out, run->changed);
		buf_add_cstr(&out, " changed");
	}
	if (run && run->same_as)
		buf_printf(&out, "same content as #%lld, not counted", (long long)run->same_as);
	else if (run && !run->counts)
		buf_add_cstr(&out, "no time, not counted");
	struct value v = text(arena_str(arena, buf_str(&out)), ROLE_TEXT);
	buf_done(&out);
	return v;
}

#define GET(name, expression)                                                  \
	static struct value trend_##name(const void *any, struct arena *arena) \
	{                                                                      \
		const struct trend_line *row = any;                            \
		(void)arena;                                                   \
		return expression;                                             \
	}

GET(id, text(row->run->text, ROLE_DIM))
GET(created, integer(VALUE_TIME, row->run->created_ns))
GET(name, text(row->run->name.len ? row->run->name : row->run->text, ROLE_TEXT))
GET(model, text(row->run->model, ROLE_DIM))
GET(version, text(row->run->prompt_version, ROLE_TEXT))
GET(cases, integer(VALUE_COUNT, row->run->cases))
GET(value, value_of(row))
GET(low, figure(row, rate_bound(row, row->run->pass_low)))
GET(high, figure(row, rate_bound(row, row->run->pass_high)))
GET(band_low, band_of(row, false))
GET(band_high, band_of(row, true))
GET(where, place_of(row))
GET(note, note_of(row, arena))

/* clang-format off: one row of the table, one line */
const struct column trend_columns[] = {
    {"run",          "run", 0, 0, false, NULL, trend_id},
    {"created",             "time", 12, 0, false, "created", trend_created},
    {"name",         "name", -1, 0, false, "name", trend_name},
    {"model",      "model", 0, 0, false, NULL, trend_model},
    {"prompt_version",      "version", 0, 0, false, NULL, trend_version},
    {"cases",            "cases", 5, 0, true, "cases", trend_cases},
    {"value",         "value", 6, 0, true, "value", trend_value},
    {"low", "low", 6, 0, true, NULL, trend_low},
    {"high",         "high", 6, 0, true, NULL, trend_high},
    {"band_low",            "band from", 9, 0, true, NULL, trend_band_low},
    {"band_high",         "to", 6, 0, true, NULL, trend_band_high},
    {"place",    "band", 11, 0, false, NULL, trend_where},
    {"note",        "note", 20, 0, false, NULL, trend_note},
    {.name = NULL            },
};
