#include "tui/history.h"

#include <string.h>

#include "store/base/text.h"
#include "tui/statefile.h"

/* One line, fit to be shown and to be written: no controls, valid UTF-8. */
static void clean_line(struct buf *out, struct str line)
{
	struct str rest = str_trim(str_cut(line, 0, HISTORY_LINE_MAX));
	while (rest.len) {
		uint32_t code = text_decode(&rest);
		text_encode(out, code < 0x20 || (code >= 0x7F && code < 0xA0) ? ' ' : code);
	}
}

/* Takes the sign off a line of the file; 0: not one of ours. */
static char sign_of(struct str *line)
{
	if (line->len < 3 || line->ptr[1] != ' ' || !strchr("&/:*@", line->ptr[0]))
		return 0;
	char sign = line->ptr[0];
	*line = str_from(*line, 2);
	return sign;
}

/* The newest HISTORY_KEPT lines of what was read; of long ones half of what is allowed. */
static void keep_newest(struct str bytes, struct buf *kept)
{
	size_t at = bytes.len, from = bytes.len, lines = 0;
	while (at > 0 && lines <= HISTORY_KEPT && bytes.len - at < HISTORY_FILE_MAX / 2) {
		at--;
		if (at > 0 && bytes.ptr[at - 1] != '\n')
			continue;
		from = at;
		lines++;
	}
	buf_add_str(kept, str_from(bytes, from));
}

void history_note(char sign, struct str line)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "%c ", sign);
	clean_line(&text, line);
	buf_add_char(&text, '\n');
	if (text.len > 3)
		statefile_add("history", buf_str(&text));
	buf_done(&text);
}

void history_load(struct edit_history *history, char sign)
{
	struct buf bytes = BUF_INIT, clean = BUF_INIT;
	struct str rest = STR_NONE, line;
	statefile_shorten("history", HISTORY_FILE_MAX, keep_newest);
	if (statefile_read("history", 2 * HISTORY_FILE_MAX, &bytes))
		rest = buf_str(&bytes);
	while (str_split(&rest, '\n', &line)) {
		if (sign_of(&line) != sign)
			continue;
		buf_clear(&clean);
		clean_line(&clean, line);
		edit_history_add(history, buf_str(&clean));
	}
	buf_done(&bytes);
	buf_done(&clean);
}
