/* The filter language as a page: its grammar, and every field out of the table that reads it. */
#include <string.h>

#include "store/query/fields.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/topics.h"

/* What a field of each type takes, and the signs that fit: filter_op_fits. */
static const struct {
	const char *title, *signs, *help;
} types[] = {
    [TYPE_WORD] = {"a word",               ": = ~",         "name:x is x, letters of both cases alike; name=x exactly; name~x contains it"},
    [TYPE_ID] = {"an id",                ": = ~",         "id:x begins with x; id=x is x; id~x contains it"                             },
    [TYPE_TEXT] = {"a part of a text",     ": = ~",         "contains it"                                                                 },
    [TYPE_FOUND] = {"words of a text",      ": = ~",
                   "as spoor search takes them: all of them stand in one text; \"in quotes\" a phrase; refund* any "
                    "word that begins so"                                                                                                 },
    [TYPE_DURATION] = {"a duration",           ": = < > <= >=", "with its unit: 500ms, 2s, 1m30s, 3h"                                         },
    [TYPE_COUNT] = {"a count",              ": = < > <= >=", "12, 4k, 1.5M"                                                                },
    [TYPE_MONEY] = {"US dollars",           ": = < > <= >=", "0.01, $0.01"                                                                 },
    [TYPE_RATE] = {"a rate",               ": = < > <= >=", "0.9, 90%"                                                                    },
    [TYPE_TIME] =
        {"a time",               ": = < > <= >=",
                   "2026-11-20 (that day), 2026-11-20T09:30, 7d (ago), 12h, today, yesterday; in the zone that is shown"                  },
    [TYPE_SINCE] = {"a time, from then on", ":",             "the same; a day counts from its midnight"                                    },
    [TYPE_UNTIL] = {"a time, before it",    ":",             "the same"                                                                    },
    [TYPE_ENUM] = {"one of",               ":",             "a word of the field's own list"                                              },
    [TYPE_SCORE] = {"a score",              "all",           "score.NAME<0.5, or its label: score.NAME:correct"                            },
    [TYPE_SCORE_MEAN] = {"a mean",               ": = < > <= >=", "score.NAME<0.5"                                                              },
    [TYPE_NUMBER] = {"a number",             ": = < > <= >=", "0.5, -0.2, 20%"                                                              },
    [TYPE_FIELD] = {"a field of the cases", ":",             "field.NAME:VALUE"                                                            },
    [TYPE_STEP] = {"a step",               ":",             "as the list of steps names it"                                               },
    [TYPE_HAS] = {"has any",              ":",             "a word of the field's own list"                                              },
};
enum { N_TYPES = sizeof types / sizeof *types };

static void field_row(struct page *p, const struct filter_field *row, enum filter_over over)
{
	struct buf text = BUF_INIT, values = BUF_INIT;
	const struct field *f = field_named(over, str_of(row->name));
	buf_add_cstr(&text, row->help);
	if (f && (f->type == TYPE_ENUM || f->type == TYPE_HAS)) {
		field_values(&values, f);
		buf_printf(&text, ": %s", buf_cstr(&values));
	}
	page_row(p, row->example ? row->example : row->name, buf_cstr(&text));
	buf_done(&text);
	buf_done(&values);
}

static void fields(struct page *p, const char *title, enum filter_over over)
{
	page_part(p, title);
	for (const struct filter_field *f = filter_fields(over); f && f->name; f++)
		field_row(p, f, over);
}

static bool is_used(enum field_type type)
{
	for (int over = FILTER_TRACES; over <= FILTER_PAIRS; over++)
		for (const struct filter_field *f = filter_fields((enum filter_over)over); f && f->name; f++) {
			const struct field *field = field_named((enum filter_over)over, str_of(f->name));
			if (field && field->type == type)
				return true;
		}
	return false;
}

static void values(struct page *p)
{
	page_part(p, "Values");
	for (int i = 0; i < N_TYPES; i++) {
		struct buf text = BUF_INIT;
		if (!types[i].title || !is_used((enum field_type)i))
			continue;
		buf_printf(&text, "%s   (%s)", types[i].help, types[i].signs);
		page_row(p, types[i].title, buf_cstr(&text));
		buf_done(&text);
	}
}

void topic_filter(struct page *p)
{
	int before = p->name_cols;
	p->name_cols = 24;
	page_text(
	    p,
	    "A filter says which traces, runs, cases or spans are meant: to & in the explorer, to --where, in rules, "
	    "gate files and saved filters alike. For the shell it is one word, in quotes:\n\n"
	    "  spoor traces --where 'status:error dur>2s (kind:llm or kind:tool)'");
	page_part(p, "How it is written");
	page_row(p, "A B", "words side by side must all match");
	page_row(p, "A or B", "either; binds less than words side by side");
	page_row(p, "not A", "the other way");
	page_row(p, "( … )", "brackets, as deep as you like up to 100");
	page_row(p, "FIELD:VALUE", "the field is VALUE, as people mean it: letters of both cases alike");
	page_row(p, "FIELD=VALUE", "is exactly VALUE");
	page_row(p, "FIELD~VALUE", "contains VALUE");
	page_row(p, "FIELD>VALUE", "more; also < >= <=");
	page_row(p, "\"two words\"", "quotes hold a value with blanks or signs together; \\\" and \\\\ inside them");
	page_row(p, "word", "a word alone is looked for in the name");
	page_row(p, "@NAME", "a saved filter, as if it stood there in brackets");
	page_text(
	    p, "What is not known matches no comparison; so not cost>1 keeps also what has no known cost. A mistake is "
	       "shown at its column, with what could stand there.");
	fields(p, "Fields of traces", FILTER_TRACES);
	fields(p, "Fields of eval runs", FILTER_RUNS);
	fields(p, "Fields of the cases of a run", FILTER_CASES);
	fields(p, "Fields of the cases of a comparison (spoor compare --where)", FILTER_PAIRS);
	fields(p, "Fields of the spans of a trace (& in its tree)", FILTER_SPANS);
	values(p);
	page_part(p, "Saved filters");
	page_text(
	    p,
	    "$XDG_CONFIG_HOME/spoor/filters.json holds them; comments are allowed. Edit it, or save one with ^S while "
	    "typing at &.\n\n"
	    "  { \"slow\": \"dur>5s\", \"dear\": \"cost>0.05 or @slow\" }");
	page_part(p, "Examples");
	page_row(p, "status:error since:7d", "what failed in the last seven days");
	page_row(p, "kind:tool repeats>=3", "traces with a tool, that made the same call three times or more");
	page_row(p, "score.groundedness<0.5 not has:annotation", "badly judged, and nobody has looked");
	page_row(p, "text:\"refund policy\" tag:prod", "of production, with these words somewhere in them");
	page_row(p, "run:v13 (verdict:bad or finding:iban)", "of the cases of one eval run");
	p->name_cols = before;
}
