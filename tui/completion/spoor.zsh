#compdef spoor
# Completion of spoor for zsh: the program knows what fits; zsh quotes it.
_spoor() {
	local out word about
	local -a open closed open_about closed_about
	out=$(command spoor complete --shell zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null) || { _files; return }
	while IFS=$'\t' read -r word about; do
		[[ -n $word ]] || continue
		if [[ $word == *[:=,./\<\>~] ]]; then
			open+=("$word") open_about+=("$word${about:+  -- $about}")
		else
			closed+=("$word") closed_about+=("$word${about:+  -- $about}")
		fi
	done <<<"$out"
	(( $#open )) && compadd -l -V open -S '' -d open_about -a -- open
	(( $#closed )) && compadd -l -V closed -d closed_about -a -- closed
	(( $#open + $#closed ))
}
if [[ $funcstack[1] == _spoor ]]; then _spoor "$@"; else compdef _spoor spoor; fi
