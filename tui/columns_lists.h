/* The lists whose columns and filter people choose: in the settings file, and with :columns at run time. */
#ifndef SPOOR_TUI_COLUMNS_LISTS_H
#define SPOOR_TUI_COLUMNS_LISTS_H

#include "tui/columns.h"
#include "store/base/scan.h"
#include "store/query/filter.h"

struct list_kind {
	const char *name;    /* in the settings: "traces" */
	const char *command; /* the command that prints it: "traces", "run" */
	const struct column *columns;
	enum filter_over over;
	const char *screen; /* that shows it with the chosen columns; NULL: none does */
	const char *keeps;  /* the column that always shows there: it tells the rows apart */
	bool begins;        /* the screen begins with the filter */
	const char *help;
};
extern const struct list_kind list_kinds[]; /* sorted by name; ends with name NULL */
const struct list_kind *list_kind_named(const char *name);
const struct list_kind *list_kind_of(const struct column *columns);
/* The first that a screen shows; NULL: it shows none. */
const struct list_kind *list_kind_of_screen(const char *screen);
const struct list_kind *list_kind_of_command(const char *command);

enum { LIST_COLUMNS_MOST = 24 };
/* The columns chosen for a list, in order; NULL: none are, it has its own. Good until the next choice. */
const struct column *const *list_columns(const struct list_kind *list, size_t *n);
/* Their names with commas between; of a list that has none chosen: those it begins with. Appends. */
void list_column_names(const struct list_kind *list, struct buf *out);
/* Chooses: names as --columns takes them, separated by commas or blanks; "": its own again. False: err names the column that is not there
 * and the nearest. */
bool list_choose(const struct list_kind *list, struct str names, struct err *err);
/* The names of the columns that were chosen at run time, for list_choose; false: they are those of the settings, or its own. Appends. */
bool list_chosen(const struct list_kind *list, struct buf *names);
void list_choose_again(const struct list_kind *list); /* those of the settings, or its own */
/* Rises with each choice: who keeps what depends on it looks. */
uint64_t list_choices(void);
/* The filter a list begins with; NULL: none. Good until lists_read. */
const char *list_filter_text(const struct list_kind *list);

/* What the settings file says of them: objects {"traces": ["name", "cost"], …} and {"traces": "since:7d", …}, or VAL_NONE. Forgets what was
 * said before. Mistakes go to settings_mistake; the rest counts. */
void lists_read(struct val columns, struct val filters, int64_t now_ns);
/* The same of --set: what it says of a list counts instead of what was read before. */
void lists_read_set(struct val columns, struct val filters, int64_t now_ns);
/* The example of a settings file: rows of "columns" or "filters", commented out. */
void lists_example(struct buf *out, bool filters);

#endif
