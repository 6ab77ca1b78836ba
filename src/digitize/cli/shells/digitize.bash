# Completion of digitize in bash: digitize --show-completion bash
_digitize() {
    local IFS=$'\n' line
    COMPREPLY=()
    while read -r line; do
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(_DIGITIZE_WORDS=bash "${COMP_WORDS[0]/#\~/$HOME}" "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    # Codes may have spaces and letters that the shell takes for signs.
    if [[ "${COMPREPLY[*]}" == *[[:space:]\'\"\(\)\&\;]* ]]; then
        compopt -o filenames 2>/dev/null
    fi
}
complete -o default -o bashdefault -F _digitize digitize
