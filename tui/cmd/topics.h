/* What there is to read beside the commands: `spoor help TOPIC`. One table feeds the list, the man pages, completion and "did you mean". */
#ifndef SPOOR_TUI_CMD_TOPICS_H
#define SPOOR_TUI_CMD_TOPICS_H

#include "tui/cmd/page.h"

struct topic {
	const char *name, *line; /* "filter"; what it is about, in one line */
	void (*print)(struct page *p);
};
extern const struct topic topics[];                /* sorted by name; ends with name NULL */
const struct topic *topic_named(const char *name); /* NULL: none */

/* Those that other pages have in them. */
void topic_config(struct page *p);
void topic_environment(struct page *p);
void topic_exit_codes(struct page *p);
void topic_files(struct page *p);
void topic_filter(struct page *p);
void topic_formats(struct page *p);
void topic_keys(struct page *p);
void topic_links(struct page *p);
void topic_output(struct page *p);
void topic_prices(struct page *p);
void topic_start(struct page *p);
void topic_tables(struct page *p);
void topic_words(struct page *p);

#endif
