/* What the names of lm-evaluation-harness' files, folders and tasks tell: which files are of one run, the task, the model. */
#include "import/lm_eval_private.h"

/* Where "_prompt_3" (also "-prompt-3") begins at the end of a name; SIZE_MAX: it does not end so. */
static size_t wording_at(struct str name)
{
	static const size_t word = sizeof "prompt" - 1;
	size_t at = name.len;
	while (at > 0 && name.ptr[at - 1] >= '0' && name.ptr[at - 1] <= '9')
		at--;
	if (at == name.len || at < word + 3)
		return SIZE_MAX;
	size_t start = at - 1 - word;
	bool good = (name.ptr[at - 1] == '_' || name.ptr[at - 1] == '-') &&
	            memcmp(name.ptr + start, "prompt", word) == 0 &&
	            (name.ptr[start - 1] == '_' || name.ptr[start - 1] == '-');
	return good ? start - 1 : SIZE_MAX;
}

struct lm_task lm_task_of(struct str name)
{
	size_t at = wording_at(name);
	if (at == SIZE_MAX)
		return (struct lm_task){name, STR_NONE};
	return (struct lm_task){str_cut(name, 0, at), str_from(name, at + 1)};
}

/* "results_2024-08-21T03-44-09.494230" → "results" and the stamp (an ISO time, its colons as dashes since 0.4.3). */
static struct str cut_stamp(struct str *stem)
{
	static const char shape[] = "0000-00-00T00?00?00";
	for (size_t i = 0; i + sizeof shape <= stem->len; i++) {
		struct str rest = str_from(*stem, i + 1);
		bool good = stem->ptr[i] == '_';
		for (size_t k = 0; good && k < rest.len; k++) {
			bool digit = rest.ptr[k] >= '0' && rest.ptr[k] <= '9';
			if (k >= sizeof shape - 1)
				good = digit || rest.ptr[k] == '.';
			else
				good = shape[k] == '0'   ? digit
				       : shape[k] == '?' ? rest.ptr[k] == '-' || rest.ptr[k] == ':'
				                         : rest.ptr[k] == shape[k];
		}
		if (good) {
			*stem = str_cut(*stem, 0, i);
			return rest;
		}
	}
	return STR_NONE;
}

struct str lm_replaced(struct arena *arena, struct str text, const char *what, const char *with)
{
	struct buf out = BUF_INIT;
	for (size_t at; (at = str_find(text, str_of(what))) != SIZE_MAX;) {
		buf_add_str(&out, str_cut(text, 0, at));
		buf_add_cstr(&out, with);
		text = str_from(text, at + strlen(what));
	}
	buf_add_str(&out, text);
	struct str kept = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return kept;
}

/* Beginnings of names of tasks of 0.4.0: where a model's name ends and a task's begins nothing else tells, both may hold '_'. */
static bool is_task_start(struct str s)
{
	static const char *const starts[] = {
	    "anli",       "arc_",      "asdiv",          "bbh",        "belebele", "bigbench", "blimp",
	    "boolq",      "cb",        "commonsense_qa", "copa",       "coqa",     "drop",     "glue",
	    "gsm8k",      "hellaswag", "hendrycks",      "ifeval",     "lambada",  "logiqa",   "math",
	    "medmcqa",    "medqa",     "mgsm",           "minerva",    "mmlu",     "mnli",     "mrpc",
	    "multirc",    "nq_open",   "openbookqa",     "paws",       "pile",     "piqa",     "prost",
	    "pubmedqa",   "qa4mre",    "qasper",         "qnli",       "qqp",      "race",     "record",
	    "rte",        "sciq",      "social_iqa",     "squad",      "sst",      "super",    "swag",
	    "toxigen",    "triviaqa",  "truthfulqa",     "unscramble", "webqs",    "wic",      "wikitext",
	    "winogrande", "wmt",       "wnli",           "wsc",        "xcopa",    "xnli",     "xstory",
	    "xwinograd"};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_starts(s, starts[i]))
			return true;
	return false;
}

/* "pretrained=EleutherAI__pythia-2.8b_winogrande" (0.4.0 to 0.4.2): the model's arguments, '/' (later '=' as well) as "__", and the task.
 * False: no such name. */
static bool cut_old_name(struct str stem, struct str *arguments, struct str *task)
{
	static const char *const starts[] = {"pretrained=", "pretrained__", "model=", "model__", "engine=", "engine__"};
	size_t from = 0, cut = 0;
	bool old = false;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		old = old || str_starts(stem, starts[i]);
	if (!old)
		return false;
	for (size_t i = 0; i + 1 < stem.len; i++) {
		bool both = stem.ptr[i] == '_' && stem.ptr[i + 1] == '_';
		if (both || stem.ptr[i] == '=' || stem.ptr[i] == ',')
			from = i + 1 + both;
	}
	for (size_t i = from; i < stem.len; i++) {
		bool starts_task = stem.ptr[i] == '_' && is_task_start(str_from(stem, i + 1));
		if (stem.ptr[i] == '_' && (!cut || starts_task))
			cut = i;
		if (starts_task)
			break;
	}
	if (!cut)
		return false;
	*arguments = str_cut(stem, 0, cut);
	*task = str_from(stem, cut + 1);
	return true;
}

/* Of a model's arguments as a file's name has them. */
static struct str model_of_name(struct arena *arena, struct str arguments)
{
	struct str rest = lm_replaced(arena, arguments, "=", "__"), model;
	size_t at = str_find(rest, STR_LIT("__"));
	rest = str_from(rest, at == SIZE_MAX ? 0 : at + 2);
	if (!str_split(&rest, ',', &model))
		return STR_NONE;
	return lm_replaced(arena, model, "__", "/");
}

/* A folder called org__model is named after the model (EvaluationTracker); without an organisation nothing says so. */
static struct str model_of_folder(struct arena *arena, struct str folder)
{
	size_t at = str_find(folder, STR_LIT("__"));
	if (at == SIZE_MAX || at + 2 >= folder.len || str_find(str_from(folder, at + 2), STR_LIT("__")) != SIZE_MAX)
		return STR_NONE;
	return lm_replaced(arena, folder, "__", "/");
}

struct lm_name lm_name_of(const struct import *im)
{
	struct str stem = source_stem(im), folder = source_folder(im, 0), arguments;
	struct str stamp = cut_stamp(&stem);
	struct lm_name name = {0};
	if (str_starts(stem, "samples_")) {
		name.task = str_from(stem, strlen("samples_"));
		name.model = model_of_folder(im->arena, folder);
	} else if (cut_old_name(stem, &arguments, &name.task)) {
		name.model = model_of_name(im->arena, arguments);
		stamp = stamp.len ? stamp : lm_replaced(im->arena, arguments, "=", "__");
	}
	if (stamp.len)
		name.run =
		    folder.len ? arena_printf(im->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(stamp)) : stamp;
	return name;
}

struct str lm_run_id(struct arena *arena, struct str run, struct str wording)
{
	if (!wording.len || !run.len)
		return run;
	return arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(run), STR_ARG(wording));
}
