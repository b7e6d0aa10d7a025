/* Roles: what a cell means. Code names a role, a theme gives it a colour; never colour alone carries a meaning.
 * ROLE_LIST(X): X(id, theme key, golden letter, what it is for). */
#ifndef SPOOR_TUI_ROLE_H
#define SPOOR_TUI_ROLE_H

#define ROLE_LIST(X)                                                                             \
	X(TEXT, "text", '.', "plain text")                                                       \
	X(DIM, "dim", 'd', "less important: units, tree lines, empty bars")                      \
	X(TITLE, "title", 't', "row 1: where am I")                                              \
	X(HEADING, "heading", 'h', "column titles, section names")                               \
	X(BORDER, "border", '-', "rules between panes")                                          \
	X(CURSOR, "cursor", 'C', "the name under the cursor")                                    \
	X(MARK, "mark", 'm', "marked rows")                                                      \
	X(MATCH, "match", '/', "search hits")                                                    \
	X(OK, "ok", 'o', "passed, succeeded")                                                    \
	X(ERROR, "error", 'E', "failed, error")                                                  \
	X(WARNING, "warning", 'w', "findings, hidden characters")                                \
	X(RUNNING, "running", 'r', "unfinished")                                                 \
	X(BETTER, "better", '+', "candidate better than baseline")                               \
	X(WORSE, "worse", '!', "candidate worse than baseline")                                  \
	X(DELETED, "deleted", 'D', "text only in A")                                             \
	X(INSERTED, "inserted", 'I', "text only in B")                                           \
	X(BAR, "bar", 'b', "latency bar off the critical path")                                  \
	X(BAR_CRITICAL, "bar_critical", 'B', "latency bar on the critical path")                 \
	X(BAR_CHILD, "bar_child", 'c', "part of a light bar in which a child ran")               \
	X(BAR_CRITICAL_CHILD, "bar_critical_child", 'g', "the same of one on the critical path") \
	X(BAR_ERROR, "bar_error", 'X', "latency bar of a failed span")                           \
	X(BAR_OTHER, "bar_other", '_', "interval drawings, progress rests")                      \
	X(TAB, "tab", 'p', "tab names")                                                          \
	X(TAB_ACTIVE, "tab_active", 'P', "the tab that shows")                                   \
	X(STATUS, "status", 's', "status line")                                                  \
	X(HINT_KEY, "hint_key", 'k', "keys on the hint line")                                    \
	X(HINT, "hint", 'i', "what the keys do")                                                 \
	X(INPUT, "input", 'n', "text being typed")                                               \
	X(JSON_KEY, "json_key", 'K', "names in JSON")                                            \
	X(LINK, "link", 'l', "a jump: Enter goes there")                                         \
	X(HIDDEN, "hidden", '?', "a character not shown as itself")                              \
	X(KIND_SPAN, "kind_span", '0', "span kind words")                                        \
	X(KIND_AGENT, "kind_agent", '1', "")                                                     \
	X(KIND_CHAIN, "kind_chain", '2', "")                                                     \
	X(KIND_LLM, "kind_llm", '3', "")                                                         \
	X(KIND_TOOL, "kind_tool", '4', "")                                                       \
	X(KIND_RETRIEVER, "kind_retriever", '5', "")                                             \
	X(KIND_EMBEDDING, "kind_embedding", '6', "")                                             \
	X(KIND_RERANKER, "kind_reranker", '7', "")                                               \
	X(KIND_GUARDRAIL, "kind_guardrail", '8', "")                                             \
	X(KIND_EVALUATOR, "kind_evaluator", '9', "")                                             \
	X(KIND_PROMPT, "kind_prompt", 'a', "")                                                   \
	X(KIND_PARSER, "kind_parser", 'e', "")                                                   \
	X(KIND_TASK, "kind_task", 'f', "")

enum role {
#define X(id, key, letter, help) ROLE_##id,
	ROLE_LIST(X)
#undef X
	    N_ROLES
};

#endif
