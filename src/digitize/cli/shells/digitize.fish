# Completion of digitize in fish: digitize --show-completion fish
function __digitize_words
    set -l typed (commandline -opc) (commandline -ct)
    env _DIGITIZE_WORDS=fish $typed[1] $typed[2..-1] 2>/dev/null
end
complete -c digitize -f -n 'test (count (__digitize_words)) -gt 0' -a '(__digitize_words)'
