package diag

import (
	"io"
	"path/filepath"
	"slices"
)

// Tool is the program that found something.
type Tool struct{ Name, Version string }

// What of SARIF 2.1.0 is written.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       map[string]sarifDriver `json:"tool"`
		ColumnKind string                 `json:"columnKind"`
		Results    []sarifResult          `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string     `json:"id"`
		Short *sarifText `json:"shortDescription,omitempty"`
		Help  *sarifText `json:"help,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		Artifact map[string]string `json:"artifactLocation"`
		Region   *sarifRegion      `json:"region,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
)

// writeSARIF prints a log of one run, which code-scanning services read.
func writeSARIF(w io.Writer, l List, tool Tool) error {
	driver := sarifDriver{Name: tool.Name, Version: tool.Version, Rules: []sarifRule{}}
	codes := codesOf(l)
	for _, code := range codes {
		rule := sarifRule{ID: code}
		if m, ok := Explain(code); ok {
			rule.Short, rule.Help = &sarifText{m.What}, &sarifText{m.Do}
		}
		driver.Rules = append(driver.Rules, rule)
	}
	run := sarifRun{Tool: map[string]sarifDriver{"driver": driver}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	for _, d := range l {
		at, _ := slices.BinarySearch(codes, d.Code)
		run.Results = append(run.Results, sarifOf(d, at))
	}
	return indented(w, sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func sarifOf(d Diagnostic, rule int) sarifResult {
	r := sarifResult{RuleID: d.Code, RuleIndex: rule, Level: "error", Message: sarifText{d.told()}}
	if d.Severity == Advice {
		r.Level = "warning"
	}
	place := sarifPlace{Artifact: map[string]string{"uri": filepath.ToSlash(d.Pos.File)}}
	if d.Pos.Line > 0 {
		place.Region = &sarifRegion{StartLine: d.Pos.Line}
		if d.Pos.Col > 0 {
			place.Region.StartColumn, place.Region.EndColumn = d.Pos.Col, d.Pos.Col+max(1, d.Width)
		}
	}
	r.Locations = []sarifLocation{{place}}
	return r
}
