/* The lists whose columns and filter people choose: in the settings file, and with :columns at run time. */
#ifndef SPOOR_TUI_COLUMNS_LISTS_H
#define SPOOR_TUI_COLUMNS_LISTS_H

#include "tui/columns.h"
#include "store/base/scan.h"
#include "store/query/filter.h"

struct list_kind {
	const char *name;    /* in the settings: "traces"; of its screen, too, where it has one that obeys */
	const char *command; /* the command that prints it: "traces", "run" */
	const struct column *columns;
	enum filter_over over;
	bool screen; /* its screen shows the chosen columns and begins with the filter */
	const char *help;
};
extern const struct list_kind list_kinds[]; /* sorted by name; ends with name NULL */
const struct list_kind *list_kind_named(const char *name);
const struct list_kind *list_kind_of(const struct column *columns);
const struct list_kind *list_kind_of_command(const char *command);

enum { LIST_COLUMNS_MOST = 24 };
/* The columns chosen for a list, in order; NULL: none are, it has its own. Good until the next choice. */
const struct column *const *list_columns(const struct list_kind *list, size_t *n);
/* Chooses: names as --columns takes them, separated by commas or blanks; "": its own again. False: err names the column that is not there
 * and the nearest. */
bool list_choose(const struct list_kind *list, struct str names, struct err *err);
/* The names of the columns that were chosen at run time, for list_choose; false: they are those of the settings, or its own. Appends. */
bool list_chosen(const struct list_kind *list, struct buf *names);
void list_choose_again(const struct list_kind *list); /* those of the settings, or its own */
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
