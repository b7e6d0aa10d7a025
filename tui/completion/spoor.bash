# Completion of spoor for bash: the program knows what fits, and quotes it for where it goes. The words it gives are finished: a blank
# stands at the end of those after which another word comes.
_spoor() {
	local IFS=$'\n'
	COMPREPLY=()
	mapfile -t COMPREPLY < <(command spoor complete --shell bash --breaks "$COMP_WORDBREAKS" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null || echo /)
	if [ "${COMPREPLY[*]}" = / ]; then # the name of a file
		COMPREPLY=()
		compopt +o nospace -o default 2>/dev/null
	fi
}
complete -o nospace -F _spoor spoor
