#include "tui/screen/pane_review_page.h"

#include <stdlib.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_text.h"

enum { KEY_COLS = 10, SENTENCE_BYTES = 160, MOST_EVIDENCE = 200 };

void review_sheet_begin(struct review_sheet *s, enum review_page_kind kind)
{
	review_words_done(&s->words);
	s->words = (struct review_words){.text = BUF_INIT};
	pager_done(&s->pager);
	s->kind = kind;
	s->rows = s->cols = 0;
}

static void gap(struct review_sheet *s)
{
	struct str text = buf_str(&s->words.text);
	if (!text.len)
		return;
	buf_add_cstr(&s->words.text, str_ends(text, "\n\n") ? "" : str_ends(text, "\n") ? "\n" : "\n\n");
}

void review_sheet_heading(struct review_sheet *s, const char *heading)
{
	gap(s);
	review_words_addc(&s->words, ROLE_HEADING, heading);
	buf_add_char(&s->words.text, '\n');
}

void review_sheet_end(struct review_sheet *s)
{
	pager_set(&s->pager, buf_str(&s->words.text));
	s->pager.tints = s->words.tints.at;
	s->pager.n_tints = s->words.tints.n;
	s->rows = s->cols = 0;
}

void review_sheet_done(struct review_sheet *s)
{
	review_sheet_begin(s, REVIEW_NO_PAGE);
}

static void line(struct review_sheet *s, enum role role, const char *text)
{
	review_words_addc(&s->words, role, text);
	buf_add_char(&s->words.text, '\n');
}

/* ---------------------------------------------------------------- help */

struct help_row {
	const char *key, *words;
};

static void add_rows(struct review_sheet *s, const struct help_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_add_cstr(&s->words.text, "  ");
		const char *key = keyed(rows[i].key);
		review_words_addc(&s->words, ROLE_HINT_KEY, key);
		int used = text_cols(str_of(key));
		buf_add_fill(&s->words.text, ' ', used < KEY_COLS ? (size_t)(KEY_COLS - used) : 1);
		line(s, ROLE_TEXT, keyed(rows[i].words));
	}
}
#define ADD_ROWS(s, rows) add_rows(s, rows, sizeof(rows) / sizeof *(rows))

void review_sheet_help(struct review_sheet *s, bool first, bool pair, bool ascii)
{
	static const struct help_row judge[] = {
	    {"{1}", "Good: the answer is right as it stands"        },
	    {"{2}", "Bad: then a digit says why; {Enter}: no reason"},
	    {"{3}", "Unsure: you cannot tell"                       },
	    {"{s}", "Skip it for now: it comes back at the end"     },
	};
	static const struct help_row prefer[] = {
	    {"{1}", "The first answer (the left one) is better"  },
	    {"{2}", "The second answer (the right one) is better"},
	    {"{3}", "Both are good"                              },
	    {"{4}", "Both are bad"                               },
	    {"{s}", "Skip it for now: it comes back at the end"  },
	};
	const bool capital = strcmp(key_now("C"), "C") == 0;
	const struct help_row add[] = {
	    {"{u}",      "Take back what you said last ({Ctrl+R} says it again)"                                        },
	    {"{b}  {n}", "One back, one forward: to look, or to think again"                                            },
	    {"{c}",      "Write a note"	                                                                         },
	    {"{C}",      capital ? "Write the answer as it should be (a capital C)" : "Write the answer as it should be"},
	};
	static const struct help_row read[] = {
	    {"{Space}", "More of a long answer; the arrow keys move it, too"  },
	    {"{w}",     "Everything of this question on one page"             },
	    {"{d}",     "The documents, and which sentence came from which"   },
	    {"{g}",     "The guide: what to look for"                         },
	    {"{e}",     "Once you have judged: what others and the checks say"},
	    {"{r}",     "The texts exactly as they were received"             },
	};
	static const struct help_row leave[] = {
	    {"{q}", "Stop. All you said is saved; go on whenever you like"},
	    {"{?}", "This page"	                                   },
	};
	review_sheet_begin(s, REVIEW_HELP);
	if (first) {
		line(s, ROLE_HEADING, "WELCOME");
		line(s, ROLE_TEXT,
		     pair ? "You read a question and two answers, and say with one key which is better."
		          : "You read a question and its answer, and say with one key what you think of it.");
		line(s, ROLE_TEXT, "Each key is saved at once: there is nothing else to do, and nothing to lose.");
		line(s, ROLE_TEXT,
		     ascii ? keyed("Press {Enter} to begin; {?} shows this page again.")
		           : keyed("Press {Enter} to begin;  {?} shows this page again."));
	}
	review_sheet_heading(s, "YOUR VERDICT");
	if (pair)
		ADD_ROWS(s, prefer);
	else
		ADD_ROWS(s, judge);
	review_sheet_heading(s, "SECOND THOUGHTS, AND MORE TO SAY");
	ADD_ROWS(s, add);
	review_sheet_heading(s, "READING");
	ADD_ROWS(s, read);
	review_sheet_heading(s, "LEAVING");
	ADD_ROWS(s, leave);
	review_sheet_end(s);
}

/* ---------------------------------------------------------------- the item */

/* A text with its own looks, moved to where it stands in the page. */
static void add_words(struct review_sheet *s, const struct review_words *w)
{
	size_t at = s->words.text.len;
	for (size_t i = 0; i < w->tints.n; i++) {
		struct tint t = w->tints.at[i];
		t.from += at;
		*vec_add(&s->words.tints) = t;
	}
	buf_add_str(&s->words.text, buf_str(&w->text));
	buf_add_char(&s->words.text, '\n');
}

static void add_document(struct review_sheet *s, const struct review_item *item, size_t at);

void review_sheet_whole(struct review_sheet *s, const struct review_item *item)
{
	review_sheet_begin(s, REVIEW_WHOLE);
	for (int i = 0; i < N_REVIEW_PARTS; i++)
		if (item->part[i].there) {
			review_sheet_heading(s, item->part[i].heading);
			add_words(s, &item->part[i].words);
		}
	review_sheet_end(s);
}

void review_sheet_guide(struct review_sheet *s, struct str rubric)
{
	review_sheet_begin(s, REVIEW_GUIDE);
	line(s, ROLE_HEADING, "WHAT TO LOOK FOR");
	struct str text = str_trim(rubric);
	review_words_add(
	    &s->words, text.len ? ROLE_TEXT : ROLE_DIM,
	    text.len ? text
	             : STR_LIT("Nobody wrote a guide for this review. Judge as you would if a colleague had "
	                       "written the answer: is it right, is it complete, could it go out as it stands?"));
	review_sheet_end(s);
}

/* ---------------------------------------------------------------- documents */

static void add_short(struct review_words *w, enum role role, struct str text)
{
	struct arena arena = ARENA_INIT;
	struct str shorter = text_preview(&arena, text, SENTENCE_BYTES);
	review_words_add(w, role, shorter);
	if (shorter.len < str_trim(text).len && shorter.len + 4 >= SENTENCE_BYTES)
		review_words_addc(w, role, "...");
	arena_done(&arena);
}

static struct str document_name(const struct subject *s, size_t i)
{
	return s->documents[i].name.len ? s->documents[i].name : STR_LIT("a document without a name");
}

static void add_sentence(struct review_sheet *s, const struct review_item *item, const struct origin *o)
{
	struct str answer = item->sentences;
	add_short(&s->words, ROLE_TEXT, str_cut(answer, o->at, o->len));
	buf_add_cstr(&s->words.text, "\n    ");
	size_t source = o->source < 0 ? 0 : (size_t)o->source;
	if (o->kind == PROVENANCE_MATCH && source == item->subject.n_documents) {
		review_words_addc(&s->words, ROLE_LINK, "the question");
	} else if (o->kind == PROVENANCE_MATCH) {
		struct buf name = BUF_INIT;
		buf_printf(&name, "%zu ", source + 1);
		buf_add_str(&name, document_name(&item->subject, source));
		review_words_add(&s->words, ROLE_LINK, buf_str(&name));
		buf_done(&name);
	} else {
		review_words_addc(&s->words, o->kind == PROVENANCE_NONE ? ROLE_WARNING : ROLE_DIM,
		                  o->kind == PROVENANCE_NONE ? "no wording match" : "too short to tell");
	}
	const char *before = "; in none of the texts: ";
	for (size_t i = 0; i < o->n_numbers; i++)
		if (o->numbers[i].elsewhere < 0) {
			review_words_addc(&s->words, ROLE_WARNING, before);
			review_words_add(&s->words, ROLE_WARNING, str_cut(answer, o->numbers[i].at, o->numbers[i].len));
			before = ", ";
		}
	buf_add_cstr(&s->words.text, "\n");
}

struct stretch {
	size_t at, len;
};

static int by_place(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* What the answer shares with the document is lit. */
static void light(struct review_sheet *s, const struct review_item *item, size_t document, size_t at)
{
	const struct provenance *p = &item->origins;
	size_t name = review_name_bytes(item, document);
	VEC(struct stretch) lit = {0};
	for (size_t i = 0; i < p->n; i++) {
		const struct origin *o = &p->at[i];
		size_t from = o->source_at > name ? o->source_at : name, end = o->source_at + o->source_len;
		if (o->kind == PROVENANCE_MATCH && (size_t)o->source == document && end > from)
			*vec_add(&lit) = (struct stretch){from - name, end - from};
	}
	if (lit.n)
		qsort(lit.at, lit.n, sizeof *lit.at, by_place);
	for (size_t i = 0, end = 0; i < lit.n; i++) {
		size_t from = lit.at[i].at > end ? lit.at[i].at : end, stop = lit.at[i].at + lit.at[i].len;
		if (stop <= from)
			continue;
		*vec_add(&s->words.tints) = (struct tint){at + from, stop - from, ROLE_MATCH};
		end = stop;
	}
	vec_done(&lit);
}

static void add_document(struct review_sheet *s, const struct review_item *item, size_t i)
{
	const struct subject *subject = &item->subject;
	struct buf heading = BUF_INIT;
	buf_printf(&heading, "%zu  ", i + 1);
	buf_add_str(&heading, document_name(subject, i));
	gap(s);
	review_words_add(&s->words, ROLE_HEADING, buf_str(&heading));
	buf_add_char(&s->words.text, '\n');
	buf_done(&heading);
	struct str text = subject->documents[i].text;
	if (!str_trim(text).len) {
		line(s, ROLE_DIM, "Its text was not recorded.");
		return;
	}
	light(s, item, i, s->words.text.len);
	buf_add_str(&s->words.text, text);
	buf_add_char(&s->words.text, '\n');
}

void review_sheet_documents(struct review_sheet *s, const struct review_item *item)
{
	const struct provenance *p = &item->origins;
	review_sheet_begin(s, REVIEW_DOCUMENTS);
	if (item->subject.n_documents == 0)
		line(s, ROLE_DIM, "No documents were recorded for this answer.");
	if (p->n)
		line(s, ROLE_HEADING, "EACH SENTENCE OF THE ANSWER, AND WHOSE WORDS IT HAS");
	for (size_t i = 0; i < p->n; i++)
		add_sentence(s, item, &p->at[i]);
	if (p->partial)
		line(s, ROLE_DIM, "Only a part of the texts was compared.");
	for (size_t i = 0; i < item->subject.n_documents; i++)
		add_document(s, item, i);
	review_sheet_end(s);
}

/* ---------------------------------------------------------------- evidence */

static void add_score(struct review_sheet *s, const struct score *score, bool ascii)
{
	static const char *const sources[] = {
	    [SOURCE_JUDGE] = "a judge model", [SOURCE_HUMAN] = "a person", [SOURCE_CODE] = "a check"};
	int outcome = score_outcome(score->pass, score->label);
	struct buf value = BUF_INIT;
	if (!IS_UNKNOWN(score->value))
		units_score(&value, score->value);
	buf_printf(&value, "%s" STR_FMT, value.len && score->label.len ? " " : "", STR_ARG(score->label));
	review_words_addc(&s->words, score_role(outcome), score_mark(outcome, ascii));
	buf_add_char(&s->words.text, ' ');
	review_words_add(&s->words, ROLE_TEXT, score->name);
	buf_add_cstr(&s->words.text, "  ");
	review_words_add(&s->words, score_role(outcome), buf_str(&value));
	buf_done(&value);
	if ((size_t)score->source < sizeof sources / sizeof *sources && sources[score->source]) {
		buf_add_cstr(&s->words.text, "  ");
		review_words_addc(&s->words, ROLE_DIM, sources[score->source]);
	}
	buf_add_char(&s->words.text, '\n');
	struct str why = str_trim(score->explanation);
	if (why.len) {
		review_words_add(&s->words, ROLE_TEXT, why);
		buf_add_char(&s->words.text, '\n');
	}
}

static void add_scores(struct review_sheet *s, const char *heading, struct str run, const struct score *scores,
                       size_t n, bool ascii)
{
	review_sheet_heading(s, heading);
	if (run.len) {
		review_words_addc(&s->words, ROLE_DIM, "from the run ");
		review_words_add(&s->words, ROLE_TEXT, run);
		buf_add_char(&s->words.text, '\n');
	}
	for (size_t i = 0; i < n && i < MOST_EVIDENCE; i++)
		add_score(s, &scores[i], ascii);
	if (n == 0)
		line(s, ROLE_DIM, "No scores were recorded.");
}

void review_preference_words(struct buf *out, const struct review_item *item, struct str value)
{
	int prefers = annotation_prefers_of(value, item->subject.answers);
	bool first = (prefers == 0) != item->swapped;
	buf_add_cstr(out, prefers < 0    ? "another answer is better"
	                  : prefers == 2 ? "both are good"
	                  : prefers == 3 ? "both are bad"
	                  : first        ? "the first is better"
	                                 : "the second is better");
}

static void add_said(struct review_sheet *s, const struct review_item *item, const struct annotation *a,
                     struct str author)
{
	review_words_add(&s->words, ROLE_JSON_KEY, str_eq(a->author, author) ? STR_LIT("you") : a->author);
	buf_add_cstr(&s->words.text, ": ");
	struct buf words = BUF_INIT;
	if (a->field == FIELD_PREFERENCE) {
		review_preference_words(&words, item, a->value);
	} else {
		buf_add_str(&words, a->value);
		if (a->field != FIELD_VERDICT) {
			review_words_addc(&s->words, ROLE_DIM, annotation_field_name(a->field));
			buf_add_char(&s->words.text, ' ');
		}
	}
	review_words_add(&s->words, ROLE_TEXT, buf_str(&words));
	buf_done(&words);
	if (a->how & HOW_PROPOSED)
		review_words_addc(&s->words, ROLE_DIM, "  (proposed, not looked at)");
	buf_add_char(&s->words.text, '\n');
}

void review_sheet_evidence(struct review_sheet *s, const struct review_item *item, const struct annotation *now,
                           size_t n, struct str author, bool judged, bool ascii)
{
	const struct subject *subject = &item->subject;
	review_sheet_begin(s, REVIEW_EVIDENCE);
	if (!judged) {
		line(s, ROLE_TEXT,
		     "First your own verdict: what others and the checks say of this answer shows once you have given "
		     "it.");
		review_sheet_end(s);
		return;
	}
	line(s, ROLE_HEADING, "WHAT PEOPLE SAY");
	for (size_t i = 0; i < n && i < MOST_EVIDENCE; i++)
		add_said(s, item, &now[i], author);
	if (n == 0)
		line(s, ROLE_DIM, "Nobody has said anything of it yet.");
	bool swapped = item->swapped, pair = review_is_pair(item);
	add_scores(s, pair ? "SCORES OF THE FIRST ANSWER" : "SCORES", swapped ? subject->run_b : subject->run,
	           swapped ? subject->scores_b : subject->scores, swapped ? subject->n_scores_b : subject->n_scores,
	           ascii);
	if (pair)
		add_scores(s, "SCORES OF THE SECOND ANSWER", swapped ? subject->run : subject->run_b,
		           swapped ? subject->scores : subject->scores_b,
		           swapped ? subject->n_scores : subject->n_scores_b, ascii);
	review_sheet_end(s);
}

/* ---------------------------------------------------------------- layout and drawing */

static bool has_gap(const struct review_sheet *s)
{
	return s->rows >= 12;
}

void review_sheet_lay(struct review_sheet *s, int rows, int cols)
{
	if (s->rows == rows && s->cols == cols)
		return;
	s->rows = rows;
	s->cols = cols;
	/* A row of its own says that it goes on. */
	pager_set_size(&s->pager, rows - 1 - has_gap(s), review_page(cols).cols);
}

bool review_sheet_scroll(struct review_sheet *s, enum move move)
{
	return pager_move(&s->pager, move);
}

bool review_sheet_more(const struct review_sheet *s)
{
	return pager_rows_below(&s->pager, 1) > 0;
}

void review_sheet_draw(const struct review_sheet *s, struct canvas c)
{
	struct review_page page = review_page(c.cols);
	pager_draw(&s->pager, canvas_part(c, has_gap(s), page.col, s->rows - 1 - has_gap(s), page.cols), ROLE_TEXT);
	int n = pager_rows_below(&s->pager, REVIEW_ROWS);
	struct buf words = BUF_INIT;
	buf_printf(&words, "%s%s%d more line%s (%s)", c.grid->ascii ? "" : "▼ ", n == REVIEW_ROWS ? "more than " : "",
	           n, n == 1 ? "" : "s", key_now("Space"));
	if (n > 0)
		canvas_put_right(c, s->rows - 1, page.col, page.cols, ROLE_LINK, buf_str(&words));
	buf_done(&words);
}
