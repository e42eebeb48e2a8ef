// Package report turns the events of a run into what people and programs read.
//
//	Terminal   what happens, as it happens, and a summary at the end
//	Show       a past run, told again by the same code
//	Runbook    a dry-run, as the exact commands, stage by stage and host by host
//	JSONLines  every event, one JSON object a line
//	Runs       the table of past runs
//
// Its one invariant: a report is made from events alone. What is not in an
// event cannot be in a report, so a run that is told again from its journal
// reads as it did when it was live.
//
// The package reads no files, connects to nothing, asks no environment, and
// decides nothing. Text that came from a host is cleaned of control
// characters before it reaches a terminal.
package report
