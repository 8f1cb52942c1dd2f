#!/bin/sh
# electron-builder replaces the names in braces.
set -e
case $1 in
  remove | purge) ;;
  *) exit 0 ;;
esac
rm -f '/usr/bin/${executable}'
if [ -f '/etc/apparmor.d/${executable}' ]; then
  apparmor_parser --remove '/etc/apparmor.d/${executable}' 2>/dev/null || true
  rm -f '/etc/apparmor.d/${executable}'
fi
if [ "$1" = remove ]; then
  cat <<'TEXT'
Your searches stay in ~/.local/share/ticket-workbench of every user, and TensorFlow and datasets in
~/.cache/ticket-workbench. Remove these folders if you no longer need them.
TEXT
fi
