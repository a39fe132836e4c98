# Sourced by scripts that people start as root, through sudo or as themselves. After the packages are installed,
# nothing else needs root: a script started through sudo goes on as the person who typed it, so that build trees and
# profiles belong to them. Needs $top, the top folder of the checkout.
if [ "$(id -u)" = 0 ] && [ "${SUDO_UID:-0}" != 0 ]; then
    if sudo -n -u "#$SUDO_UID" test -w "$top"; then
        for path in "$top/build" "$top/viewer/node_modules"; do
            [ ! -e "$path" ] || chown -R "$SUDO_UID:$SUDO_GID" "$path"
        done
        exec sudo -n -H -u "#$SUDO_UID" "PATH=$PATH" "CI=${CI:-}" bash "$0" "$@"
    fi
fi

# Open MPI refuses to start as root until told twice, and to start more ranks than there are cores.
if [ "$(id -u)" = 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
