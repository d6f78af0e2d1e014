package report

import (
	"bytes"
	"encoding/xml"
	"io"
)

type checkstyle struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr,omitempty"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// encodeCheckstyle writes the report of the Java tool Checkstyle, which most
// CI systems read. Its severities are ours by name.
func encodeCheckstyle(b *bytes.Buffer, r Report, o Options) error {
	report := checkstyle{Version: "8.0"}
	for _, group := range byFile(r.Findings, o) {
		file := checkstyleFile{Name: group.file}
		for _, f := range group.findings {
			file.Errors = append(file.Errors, checkstyleError{
				Line: line(f.Line), Column: f.Column, Severity: f.Severity.String(),
				Message: f.sentence(), Source: "helmx." + f.Code,
			})
		}
		report.Files = append(report.Files, file)
	}
	return writeXML(b, report)
}

// fileGroup holds the findings of one file.
type fileGroup struct {
	file     string
	findings []Finding
}

// byFile groups findings that are sorted by file.
func byFile(findings []Finding, o Options) []fileGroup {
	var groups []fileGroup
	for _, f := range findings {
		name := o.file(f.File)
		if len(groups) == 0 || groups[len(groups)-1].file != name {
			groups = append(groups, fileGroup{file: name})
		}
		last := &groups[len(groups)-1]
		last.findings = append(last.findings, f)
	}
	return groups
}

func writeXML(b *bytes.Buffer, v any) error {
	io.WriteString(b, xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}
