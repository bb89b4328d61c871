# shellcheck shell=bash
# ./dev up and ./dev down.

start_if_needed() {
    local name="$1" port="$2" variable="$3" health_url="$4" command_function="$5"
    if is_current "$name" "$port"; then
        say "  ok  the $name already runs (pid $(cat "$(pid_file_of "$name")"))"
        return 0
    fi
    stop_service "$name"
    check_port "$port" "$variable"
    step "start-$name" "Starting the $name" start_service "$name" "$port" "$health_url" \
        "$command_function"
}

# Said before anything is installed or built: the reader need not wait to learn it.
check_ports_early() {
    is_running "$(pid_file_of simulator)" || check_port "$PSP_PORT" SLUICE_PSP_PORT
    is_running "$(pid_file_of server)" || check_port "$API_PORT" SLUICE_PORT
    [ "$API_PORT" != "$PSP_PORT" ] || die "SLUICE_PORT and SLUICE_PSP_PORT are both $API_PORT"
}

cmd_up() {
    [ $# -eq 0 ] || die "./dev up takes no argument, got '$1'"
    prepare_state_dir
    check_disk
    check_ports_early
    require_packages "${PACKAGES_UP[@]}"
    build_preset release "Building sluice" sluice
    start_if_needed simulator "$PSP_PORT" SLUICE_PSP_PORT "$PSP_URL/sim/books" simulator_command
    step config "Writing the configuration" write_config
    start_if_needed server "$API_PORT" SLUICE_PORT "$API_URL/readyz" server_command
    step demo "Adding the demo data" seed_demo
    print_addresses
}

cmd_down() {
    prepare_state_dir
    stop_service server
    stop_service simulator
    stop_database
}
