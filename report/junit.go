package report

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/helmx-dev/helmx/diag"
)

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

// junitCounts are the attributes that suites share. Readers differ in which
// they insist on, so all are written.
type junitCounts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Time     int `xml:"time,attr"` // always 0: the same input gives the same bytes
}

type junitSuite struct {
	Name string `xml:"name,attr"`
	junitCounts
	Cases []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    int           `xml:"time,attr"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// encodeJUnit makes a test suite of each file and a test case of each finding.
// Errors and warnings are failures; an info is a passed test with output. A
// run without findings is one passed test, because Jenkins and others call a
// report without tests broken.
func encodeJUnit(b *bytes.Buffer, r Report, o Options) error {
	report := junitSuites{Name: "helmx"}
	for _, group := range byFile(r.Findings, o) {
		report.add(group.file, group.findings)
	}
	if len(report.Suites) == 0 {
		report.Tests = 1
		passed := junitCase{Name: "no findings", Class: o.file("")}
		report.Suites = []junitSuite{{Name: o.file(""), junitCounts: junitCounts{Tests: 1}, Cases: []junitCase{passed}}}
	}
	return writeXML(b, report)
}

func (s *junitSuites) add(file string, findings []Finding) {
	suite := junitSuite{Name: file}
	for _, f := range findings {
		c := junitCase{Name: junitName(f), Class: file}
		if f.Severity > diag.Info {
			c.Failure = &junitFailure{Message: f.title(), Type: f.Severity.String(), Text: block(f)}
			suite.Failures++
		} else {
			c.Out = block(f)
		}
		suite.Cases = append(suite.Cases, c)
		suite.Tests++
	}
	s.Suites = append(s.Suites, suite)
	s.Tests += suite.Tests
	s.Failures += suite.Failures
}

// junitName tells the test cases of a file apart.
func junitName(f Finding) string {
	var parts []string
	for _, p := range []string{f.Code, f.Object.String(), f.Path} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " ")
}

// block is the finding as text shows it.
func block(f Finding) string {
	var b bytes.Buffer
	textPrinter{b: &b}.finding(f)
	return b.String()
}
