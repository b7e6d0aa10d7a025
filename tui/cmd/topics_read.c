/* Topics on what is read: tables of results, prices. */
#include "tui/cmd/topics.h"

/* clang-format off */
void topic_tables(struct page *p)
{
	page_text(p,
	    "Plain tables of results (CSV, JSON Lines, JSON lists, tables by column, results by id) are read by the names of their columns: id, "
	    "question, answer, expected, correct, error, latency_ms, cost, model and what else such columns are called. Other columns of "
	    "numbers are scores, the rest is metadata. spoor import --explain FILE says what each column is taken for; --map says otherwise:\n"
	    "\n"
	    "  spoor import --map 'input=frage,output=antwort,expected=soll,pass=,\n"
	    "      score=accuracy+f1,score:style=s2,latency:s=took' FILE\n"
	    "\n"
	    "A map is remembered for files of the same columns (spoor doctor lists what is remembered, --map none forgets it).");
	page_part(p, "Fields");
	page_text(p,
	    "id input expected output pass error latency cost model provider tokens_in tokens_out prompt prompt_version run dataset repeat "
	    "title trace reason judge score label");
	page_part(p, "Runs");
	page_text(p,
	    "A file is one eval run, or as many as its columns of experiments and prompt versions have values, and its column of models where "
	    "several of them answered the same questions (model= with no column: not by models). A case is known by its id, else by its "
	    "input, never by its place in the file.");
}

void topic_prices(struct page *p)
{
	page_text(p,
	    "What a source says of cost is shown as it is. A call with tokens and a model but no cost is charged by a list of prices and marked: "
	    "~$0.0041, \"cost_estimated\": true. A stated cost always beats an estimate of the same call, and of a call whose numbers the spans "
	    "around it repeat one span counts. Estimates are made at import: a changed list changes what is imported after it.\n"
	    "\n"
	    "Your own $XDG_CONFIG_HOME/spoor/prices.json, or what the setting prices names, adds to the built-in list and wins over it (spoor "
	    "doctor names the file and what is wrong in it):\n"
	    "\n"
	    "  {\"prices\": [\n"
	    "    {\"model\": \"gpt-4o\", \"input\": 2.0, \"output\": 8.0, \"cached\": 1.0, \"from\": \"2026-01-01\"},\n"
	    "    {\"model\": \"acme-*\", \"hosts\": [\"our-gateway\"], \"input\": 0.5, \"output\": 1.5}]}\n"
	    "\n"
	    "Dollars for a million tokens; also cache_write, over (calls of more input tokens), until, aliases.");
}
/* clang-format on */
