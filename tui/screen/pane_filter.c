#include "tui/screen/pane_filter.h"

bool filter_fits(struct ui *ui, struct str text, size_t most)
{
	if (text.len <= most)
		return true;
	ui_say(ui, "a filter has at most %zu bytes here", most);
	ui->message_is_error = true;
	return false;
}

void filter_say_mistake(struct ui *ui, const struct filter_mistake *mistake)
{
	struct buf words = BUF_INIT;
	filter_mistake_words(&words, mistake);
	ui_say(ui, "filter, column %zu: %s", mistake->column + 1, buf_cstr(&words));
	ui->message_is_error = true;
	buf_done(&words);
}

bool filter_typed(struct ui *ui, struct str text, enum filter_over over, size_t most)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	if (!filter_fits(ui, text, most))
		return false;
	bool good = filter_parse(&arena, text, over, ui->now_ns, &mistake) != NULL;
	if (!good)
		filter_say_mistake(ui, &mistake);
	arena_done(&arena);
	return good;
}
