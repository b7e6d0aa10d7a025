# Completion of spoor for fish: the program knows what fits; fish quotes it.
function __spoor_complete
	set -l before (commandline -opc)
	set -l current (commandline -ct | string replace -r '^["\']' '')
	command spoor complete --shell fish -- $before[2..-1] "$current" 2>/dev/null
	or __fish_complete_path "$current"
end
complete -c spoor -f -a '(__spoor_complete)'
