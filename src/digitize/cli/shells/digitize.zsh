#compdef digitize
# Completion of digitize in zsh: digitize --show-completion zsh
_digitize() {
    local -a lines described
    local line
    lines=("${(@f)$(_DIGITIZE_WORDS=zsh ${(Q)words[1]} "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    if (( ${#described} )); then
        _describe -V digitize described
    else
        _files
    fi
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _digitize "$@"
else
    compdef _digitize digitize
fi
