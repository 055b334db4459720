#!/usr/bin/env bash
# Regenerates the options of the manual pages from the same definitions as --help. The rest is written by hand.
set -euo pipefail
cd "$(dirname "$0")/.."
RECORD_MAN=1 swift test --filter ManPageTests.everyCommandHasAPageAndItsOptionsAreThoseOfTheHelp
