/* Plain tables of results: what a column is taken for, what the user says of it, and what is no table of results at all. */
#include "import/generic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "import/sample.h"

/* Rows in single quotes; `;` is a line end. "csv" as conversion: all members are texts. */
static void sample_of(struct sample *sample, const char *rows, const char *conversion, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (const char *c = rows; *c; c++)
		buf_add_char(&text, *c == '\'' ? '"' : *c == ';' ? '\n' : *c);
	sample_fill(sample, STR_LIT("x"), arena_str(arena, buf_str(&text)), true, arena);
	sample->conversion = str_of(conversion);
	buf_done(&text);
}

static void names_are_sorted(void **state)
{
	char line[200], before[200] = "", name[200];
	FILE *file = fopen("import/generic_names.c", "r");
	int n = 0;
	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		if (sscanf(line, " {\"%199[^\"]\"", name) != 1)
			continue;
		if (strcmp(before, name) >= 0)
			fail_msg("%s comes after %s", name, before);
		if (!generic_name_find(str_of(name)))
			fail_msg("%s is not found", name);
		snprintf(before, sizeof before, "%s", name);
		n++;
	}
	fclose(file);
	assert_true(n > 300);
}

/* ---------------------------------------------------------------- columns */

static void columns_are(const char *rows, const char *conversion, const char *map, const char *want)
{
	struct arena arena = ARENA_INIT;
	struct sample sample;
	struct generic_said *said;
	struct buf got = BUF_INIT;
	sample_of(&sample, rows, conversion, &arena);
	size_t n = generic_explain(&sample, str_of(map), &arena, &said);
	for (size_t i = 0; i < n; i++)
		buf_printf(&got, "%s" STR_FMT "=" STR_FMT "%s", i ? ", " : "", STR_ARG(said[i].column),
		           STR_ARG(said[i].field), said[i].mapped ? "!" : "");
	if (strcmp(buf_cstr(&got), want) != 0)
		fail_msg("%s\nwant %s\ngot  %s", rows, want, buf_cstr(&got));
	buf_done(&got);
	arena_done(&arena);
}

/* Models that answered the same questions are runs; a model for each question is the case's. */
static void models(void **state)
{
	static const struct {
		const char *rows;
		bool of_case;
	} rows[] = {
	    {"{'id':1,'output':'x','model':'a'};{'id':1,'output':'y','model':'b'};{'id':2,'output':'z','model':'a'};",
	     false	                                                                                                  },
	    {"{'id':1,'output':'x','model':'a'};{'id':2,'output':'y','model':'b'};{'id':3,'output':'z','model':'a'};",
	     true	                                                                                                   },
	    {"{'id':1,'output':'x','model':'a'};{'id':2,'output':'y','model':'a'};",                                   false},
	    {"{'input':'q','output':'x','model':'a'};{'input':'r','output':'y','model':'b'};",                         true },
	    {"{'output':'x','model':'a'};{'output':'y','model':'b'};",                                                 false},
	    {"[{'id':1,'output':'x','model':'a'},{'id':2,'output':'y','model':'b'}]",                                  true },
	    {"{'results':[{'id':1,'output':'x','model':'a'},{'id':2,'output':'y','model':'b'}]}",                      true },
	    {"{'results':[{'id':1,'output':'x','model':'a'},{'id':1,'output':'y','model':'b'}]}",                      false},
	    {"{'id':1,'dataset':'s','output':'x','model':'a'};{'id':1,'dataset':'t','output':'y','model':'b'};",       true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct fields f = {.arena = &arena};
		struct sample sample;
		sample_of(&sample, rows[i].rows, NULL, &arena);
		if (generic_model_of_case(&f, &sample, NULL) != rows[i].of_case)
			fail_msg("%s", rows[i].rows);
		assert_false(generic_model_of_case(&f, NULL, NULL));
		fields_done(&f);
		arena_done(&arena);
	}
}

static void columns_by_name(void **state)
{
	(void)state;
	columns_are("{'id':'1','question':'q','answer':'a','ground_truth':'g','f1':'0.5'}", "csv", NULL,
	            "id=id, question=input, answer=output, ground_truth=expected, f1=score");
	columns_are("{'id':1,'question':'q','answer':'a','prediction':'p','correct':true}", NULL, NULL,
	            "id=id, question=input, answer=expected, prediction=output, correct=pass");
	columns_are("{'id':1,'question':'q','answer':'a','error':'late'}", NULL, NULL,
	            "id=id, question=input, answer=expected, error=error");
	columns_are("{'Input':'q','Actual Output':'a','Expected Output':'b','Is Correct':'yes','Latency (ms)':'20'}",
	            "csv", NULL,
	            "Input=input, Actual Output=output, Expected Output=expected, Is Correct=pass, "
	            "Latency (ms)=latency (in ms)");
	columns_are("{'caseId':'x','userInput':'q','modelOutput':'o','latencyMs':12.5,'promptTokens':3,'isCorrect':1}",
	            NULL, NULL,
	            "caseId=id, userInput=input, modelOutput=output, latencyMs=latency (in ms), "
	            "promptTokens=tokens_in, isCorrect=pass");
	/* an id is none beside an input if it is a place only; without an input it is all there is */
	columns_are("{'Unnamed: 0':'0','index':'4','input':'q','output':'o','score':'1'}", "csv", NULL,
	            "Unnamed: 0=metadata, index=metadata, input=input, output=output, score=score");
	columns_are("{'index':4,'output':'o','score':1}", NULL, NULL, "index=id, output=output, score=score");
	/* numbers that are no scores */
	columns_are("{'id':1,'output':'o','rouge1':0.1,'year':2024,'num_docs':3,'max_score':5,'total_score':4,"
	            "'timestamp':1700000000,'temperature':0.5,'2023':1,'doc_index':4,'seed':1}",
	            NULL, NULL,
	            "id=id, output=output, rouge1=score, year=metadata, num_docs=metadata, max_score=metadata, "
	            "total_score=score, timestamp=metadata, temperature=metadata, 2023=metadata, doc_index=metadata, "
	            "seed=metadata");
	/* what the value says */
	columns_are("{'id':1,'output':'o','score':'PASS','error':0.25,'status':'done','time':'2024-01-01'}", NULL, NULL,
	            "id=id, output=output, score=pass, error=score, status=metadata, time=metadata");
	columns_are("{'id':1,'result':'fail','input':'q'}", NULL, NULL, "id=id, result=pass, input=input");
	columns_are("{'id':1,'result':'Paris','input':'q'}", NULL, NULL, "id=id, result=output, input=input");
	columns_are("{'id':1,'output':'o','latency':1.25}", NULL, NULL, "id=id, output=output, latency=latency (in s)");
	columns_are("{'id':1,'output':'o','latency':850}", NULL, NULL, "id=id, output=output, latency=latency (in ms)");
	columns_are("{'id':1,'output':'o','duration':85}", NULL, NULL, "id=id, output=output, duration=latency (in s)");
}

static void columns_as_told(void **state)
{
	(void)state;
	columns_are("{'nr':'1','frage':'q','antwort':'a','punkte':'0.5','art':'x'}", "csv",
	            "id=nr,input=frage,output=antwort,score:points=punkte,label=art",
	            "nr=id!, frage=input!, antwort=output!, punkte=score \"points\"!, art=label!");
	/* named scores are all; what is taken away is nobody's */
	columns_are("{'id':1,'output':'o','a':1,'b':2,'c':3}", NULL, "score=a+c",
	            "id=id, output=output, a=score!, b=metadata, c=score!");
	columns_are("{'id':1,'input':'q','output':'o','model':'m'}", NULL,
	            "model=", "id=id, input=input, output=output, model=metadata");
	columns_are("{'id':1,'output':'o','took':3}", NULL, "latency:ms=took",
	            "id=id, output=output, took=latency (in ms)!");
	/* into an object; a name with odd characters */
	columns_are("{'a':{'q':'x'},'x,y':'o'}", NULL, "input=a.q,output=x\\,y", "a=metadata, x,y=output!, a.q=input!");
	/* the rows lie deeper, and look like nothing by their names */
	columns_are("{'results':[{'q':'x','r':'y'}]}", NULL, "input=q,output=r", "q=input!, r=output!");
}

static void maps_that_are_wrong(void **state)
{
	static const char *const rows[][2] = {
	    {"",                "has no ="                   },
	    {"input",           "has no ="                   },
	    {"inpt=a",          "no field is called \"inpt\""},
	    {"input=a,input=b", "is given twice"             },
	    {"latency:h=a",     "latency:"                   },
	    {"pass:x=a",        "score: and label:"          },
	    {"input=a,,",       "has no ="                   },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct generic_map map;
		struct err err = ERR_INIT;
		if (generic_map_parse(str_of(rows[i][0]), &arena, &map, &err))
			fail_msg("%s is taken", rows[i][0]);
		if (!strstr(err.text, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], err.text);
		assert_int_equal(err.code, ERR_USAGE);
		arena_done(&arena);
	}
}

static void maps_that_do_not_fit(void **state)
{
	struct arena arena = ARENA_INIT;
	struct sample sample;
	struct err err = ERR_INIT;
	(void)state;
	sample_of(&sample, "{'q':'1','r':'2'};{'q':'1','r':'2'}", "csv", &arena);
	assert_true(generic_map_fits(STR_LIT("input=q"), &sample, &err));
	assert_false(generic_map_fits(STR_LIT("input=x"), &sample, &err));
	assert_non_null(strstr(err.text, "there is no column \"x\"; the columns are: q, r"));
	sample_of(&sample, "7", NULL, &arena);
	assert_false(generic_map_fits(STR_LIT("input=x"), &sample, &err));
	arena_done(&arena);
}

static void shapes(void **state)
{
	struct arena arena = ARENA_INIT;
	struct sample a, b, c, none;
	(void)state;
	sample_of(&a, "{'q':1,'r':2}", NULL, &arena);
	sample_of(&b, "{'r':'x','q':'y'};{'q':1}", NULL, &arena);
	sample_of(&c, "{'q':1,'r':2,'s':3}", NULL, &arena);
	sample_of(&none, "7", NULL, &arena);
	assert_true(generic_shape(&a) != 0 && generic_shape(&a) == generic_shape(&b));
	assert_true(generic_shape(&a) != generic_shape(&c));
	assert_true(generic_shape(&none) == 0);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- detection */

static void detected_as(const char *rows, const char *conversion, const char *want)
{
	struct arena arena = ARENA_INIT;
	struct sample sample;
	const char *why;
	sample_of(&sample, rows, conversion, &arena);
	const struct format *format = format_detect(&sample, &why);
	const char *got = format ? format->name : "nobody's";
	if (strcmp(got, want) != 0)
		fail_msg("%s is %s (%s), not %s", rows, got, why, want);
	arena_done(&arena);
}

static void strangers(void **state)
{
	static const char *const json[] = {
	    "{'name':'x','version':'1.0.0','scripts':{'test':'y'},'dependencies':{}}",
	    "{'compilerOptions':{'target':'es2020'},'include':['src']}",
	    "{'input':'src/main.js','output':{'file':'bundle.js','format':'cjs'}}",
	    "{'id':'evt','success':true}",
	    "{'width':100,'quality':80,'format':'png'}",
	    "{'score':{'home':1,'away':2},'date':'2024-01-01'}",
	    "{'level':'info','id':'1','msg':'done','status':'pass','output':'x'};{'level':'info','id':'2','msg':'m'}",
	    "{'timestamp':'t','logger':'a','message':'m','error':'e','id':1};{'timestamp':'t','logger':'a','id':2}",
	    "{'jsonrpc':'2.0','id':1,'result':'ok'};{'jsonrpc':'2.0','id':2,'result':'ok'}",
	    "{'custom_id':'a','id':'b','response':{'body':{}},'error':null};{'custom_id':'c','id':'d','response':{}}",
	    "{'prompt':'a','completion':'b'};{'prompt':'c','completion':'d'}",
	    "{'instruction':'a','input':'b','output':'c'};{'instruction':'a','input':'b','output':'c'}",
	    "{'messages':[{'role':'user','content':'x'}]};{'messages':[]}",
	    "{'question':'a','answer':'b'};{'question':'c','answer':'d'}",
	    "{'id':1,'question':'a','context':'c','answer':'b'};{'id':2,'question':'c','answer':'d'}",
	    "{'text':'a','label':1};{'text':'b','label':0}",
	    "{'epoch':1,'loss':0.5,'accuracy':0.5,'id':3};{'epoch':2,'loss':0.4,'accuracy':0.6,'id':4}",
	    "{'span_id':'1','parent_id':'2','input':'a','output':'b','id':'4'};{'span_id':'1','id':'3'}",
	    "{'type':'FeatureCollection','features':[{'type':'Feature','properties':{'id':1}}]}",
	    "{'data':[{'id':1,'name':'x','price':3}]}",
	    "{'results':[{'id':'1','title':'t','url':'u','score':0.9}]}",
	    "{'rows':[]}",
	};
	static const char *const tables[] = {
	    "{'id':'1','name':'Ann','street':'Main','zip':'12345','phone':'7'}",
	    "{'date':'2024-01-01','amount':'3.5','currency':'EUR','description':'x'}",
	    "{'timestamp':'1','method':'GET','url':'/','status_code':'200','id':'1','success':'true'}",
	    "{'a':'1','b':'2'}",
	    "{'id':'1','model':'T','year':'1908','price':'850'}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof json / sizeof *json; i++)
		detected_as(json[i], NULL, "nobody's");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		detected_as(tables[i], "csv", "nobody's");
}

static void results(void **state)
{
	static const char *const rows[][3] = {
	    {"{'id':'1','output':'x'};{'id':'2','output':'y'}",                                    NULL,  "generic"     },
	    {"{'question':'a','model_answer':'b','grade':'CORRECT'};{'question':'c'}",             NULL,  "generic"     },
	    {"{'prompt':'a','completion':'b','score':0.5};{'prompt':'c','completion':'d'}",        NULL,  "generic"     },
	    {"{'question':'a','answer':'b','ground_truth':'c'};{'question':'c','answer':'d'}",     NULL,  "generic"     },
	    {"{'id':'1','score':'0.5'};{'id':'2','score':''}",                                     "csv", "generic"     },
	    {"{'prediction':'b','label':'a','correct':false};{'prediction':'a'}",                  NULL,  "generic"     },
	    {"{'name':'test_a','status':'passed'};{'name':'test_b','status':'failed'}",            NULL,  "generic"     },
	    {"{'id':'simple_0','valid':false,'error':['x'],'model_result':'y'};{'id':'simple_1'}", NULL,  "generic"     },
	    {"{'model':'a','results':[{'id':1,'input':'x','output':'y'}]}",                        NULL,  "generic-json"},
	    {"{'input':['a','b'],'output':['c','d'],'score':[1,0.5]}",                             NULL,  "generic"     },
	    {"{'1':{'input':'a','output':'b'},'2':{'input':'c','output':'d'}}",                    NULL,  "generic"     },
	    {"{'accuracy':0.5,'model':'m','n':100}",                                               NULL,  "generic"     },
	    {"{'ppl':12.5}",	                                                               NULL,  "generic"     },
	    {"{'id':'a','input':'b','output':'c','passed':true}",                                  NULL,  "generic-case"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		detected_as(rows[i][0], rows[i][1], rows[i][2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_sorted),
	    cmocka_unit_test(models),
	    cmocka_unit_test(columns_by_name),
	    cmocka_unit_test(columns_as_told),
	    cmocka_unit_test(maps_that_are_wrong),
	    cmocka_unit_test(maps_that_do_not_fit),
	    cmocka_unit_test(shapes),
	    cmocka_unit_test(strangers),
	    cmocka_unit_test(results),
	};
	return cmocka_run_group_tests_name("generic", tests, NULL, NULL);
}
