#!/bin/sh
# Back up a workspace with restic: daily what is new, monthly everything read anew and the repository checked.
#
#   backup.sh init    WORKSPACE    make the repository, once for each medium
#   backup.sh daily   WORKSPACE    incremental, for every night
#   backup.sh monthly WORKSPACE    every file read again, old snapshots thinned, a twelfth of the repository read back
#   backup.sh check   WORKSPACE    all of the repository read back, once a year and before a medium is put away
#
# Surroundings, as restic knows them; run it once for each of the two media that the rules ask for:
#   RESTIC_REPOSITORY      where the repository lies: a folder on another disk, sftp:…, rest:…, s3:…
#   RESTIC_PASSWORD_FILE   file with its password, readable by its owner alone
#
# Exit codes: 0 done; 1 a file could not be saved or the repository is damaged; 2 wrong call; 3 something that is
# needed is missing; 4 another backup of this workspace is under way. Everything but 0 is for a person.
set -eu
umask 027

fail() {
    code=$1
    shift
    echo "backup.sh: $*" >&2
    exit "$code"
}

[ $# -eq 2 ] || fail 2 "Cách gọi / usage: backup.sh init|daily|monthly|check WORKSPACE"
kind=$1
case $kind in init | daily | monthly | check) ;; *) fail 2 "không rõ / unknown: $kind" ;; esac
[ -f "$2/digitize.toml" ] || fail 2 "không phải thư mục làm việc / no workspace: $2"
cd "$2"
workspace=$(pwd -P)

for program in restic sqlite3 flock; do
    command -v "$program" >/dev/null || fail 3 "chưa cài / not installed: $program"
done
[ -n "${RESTIC_REPOSITORY:-}" ] || fail 3 "thiếu / not set: RESTIC_REPOSITORY"
# Never on the command line and never in the environment, where other processes could see it.
[ -z "${RESTIC_PASSWORD:-}${RESTIC_PASSWORD_COMMAND:-}" ] ||
    fail 3 "mật khẩu chỉ qua tệp / the password by file only: RESTIC_PASSWORD_FILE"
[ -f "${RESTIC_PASSWORD_FILE:-}" ] || fail 3 "thiếu tệp mật khẩu / no password file: RESTIC_PASSWORD_FILE"
case $(stat -c %a "$RESTIC_PASSWORD_FILE") in
*00) ;;
*) fail 3 "người khác đọc được / readable by others: $RESTIC_PASSWORD_FILE (chmod 600)" ;;
esac
case $RESTIC_REPOSITORY/ in
"$workspace"/*) fail 3 "kho sao lưu nằm trong chính thư mục này / the repository lies in the workspace itself" ;;
esac

exec 9>"$workspace/.backup.lock"
flock --nonblock 9 || fail 4 "đang có một lần sao lưu khác / another backup is under way"

# One line for each run: the log of backups that the rules ask for. It is backed up with the rest.
log=$workspace/backup-log.tsv
note() {
    printf '%s\t%s\t%s\t%s\t%s\n' "$(TZ=ICT-7 date +%Y-%m-%dT%H:%M:%S%:z)" "$kind" "$RESTIC_REPOSITORY" "$1" "$2" >>"$log"
}
word=failed
snapshot=-
told=$(mktemp)
trap 'rm -f "$told"; note "$word" "$snapshot"' EXIT

if [ "$kind" = init ]; then
    restic init --quiet || fail 3 "không tạo được kho sao lưu / the repository cannot be made"
    word=ok
    exit 0
fi
restic cat config --quiet >/dev/null || fail 3 "không mở được kho sao lưu / the repository cannot be opened"

if [ "$kind" = check ]; then
    restic check --quiet --read-data || fail 1 "kho sao lưu bị hỏng / the repository is damaged"
    word=ok
    exit 0
fi

# The ledger comes first. Nothing in originals/ and archive/ is ever deleted or changed, so whatever this copy names
# is still there when the files are read after it. The other way round a package that was made in between would stand
# in the ledger and be missing in the backup. What is newer than the ledger is saved as well; a restore names it.
# .backup is SQLite's own online backup: a whole state, also while the program is writing.
copy=$workspace/.backup
mkdir -p "$copy"
rm -f "$copy/ledger.part"
sqlite3 -cmd ".timeout 60000" "$workspace/ledger.db" ".backup '$copy/ledger.part'" ||
    fail 1 "không chép được sổ theo dõi / the ledger cannot be copied"
[ "$(sqlite3 "$copy/ledger.part" 'PRAGMA integrity_check')" = ok ] ||
    fail 1 "sổ theo dõi bị hỏng / the ledger is damaged"
mv "$copy/ledger.part" "$copy/ledger.db"
sync "$copy/ledger.db" "$copy"

# Everything but what can be made again, what is not finished, and private keys, which are kept apart.
save() {
    # In long backups restic would tell sixty times a second how far it is.
    RESTIC_PROGRESS_FPS=0.1 restic backup . --json --tag digitize --tag "$kind" "$@" \
        --exclude "$workspace/work" \
        --exclude "$workspace/ledger.db" --exclude "$workspace/ledger.db-wal" --exclude "$workspace/ledger.db-shm" \
        --exclude "$workspace/catalogue.db*" --exclude "$workspace/.run.lock" --exclude "$workspace/.audit.lock" --exclude "$workspace/.backup.lock" \
        --exclude "$workspace/archive/.staging-*" --exclude ".digitize-*.part" \
        --exclude "$workspace/keys/*.p12" --exclude "$workspace/keys/*.pfx" --exclude "$workspace/keys/*.key" \
        --exclude "$workspace/keys/passphrase*" --exclude "$workspace/keys/pin*" >"$told"
}
if [ "$kind" = monthly ]; then set -- --force; else set --; fi
result=0
save "$@" || result=$?
if [ "$result" -eq 3 ]; then
    # A file was moved while it was to be read: what the program renames is found under its new name.
    result=0
    save "$@" || result=$?
fi
[ "$result" -eq 0 ] || fail 1 "sao lưu chưa đủ / the backup is not complete (restic: $result)"
snapshot=$(sed -n 's/.*"message_type":"summary".*"snapshot_id":"\([0-9a-f]*\)".*/\1/p' "$told")
[ -n "$snapshot" ] || fail 1 "restic không cho biết bản sao / restic names no snapshot"

if [ "$kind" = monthly ]; then
    restic forget --quiet --tag digitize --group-by '' \
        --keep-daily 31 --keep-monthly 36 --keep-yearly 100 --prune || fail 1 "restic forget"
    # In a year all of it has been read back.
    restic check --quiet --read-data-subset "$(date +%-m)/12" ||
        fail 1 "kho sao lưu bị hỏng / the repository is damaged"
fi
word=ok
