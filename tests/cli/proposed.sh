# Everything that commands say of verdicts, for tests/cli/proposed.t; but for how many are proposed, which stands beside the figures.
export SPOOR_AUTHOR=eva
{
for run in C1 C3; do
	for filter in verdict:bad verdict:good has:annotation reason:wrong; do
		echo "$run $filter"
		spoor run $run --where "$filter" --json
	done
	spoor run $run --json
done
spoor runs --json
spoor traces --where verdict:bad --json
spoor traces --where 'verdict:bad or has:annotation' --json
spoor stats --json
spoor judges --json
spoor review --report --json
spoor rules --propose --json
spoor gate C3 --baseline C2 --json
spoor compare C2 C3 --json
for format in jsonl csv promptfoo chat preference mlflow langfuse; do
	spoor export flagged --format $format
done
} | sed -e 's/"proposed":[0-9]*//g'
