package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func TestGenerate_isTheSameEveryTime(t *testing.T) {
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := generate(b, 200_000); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two logs of the same size differ")
	}
	if first.Len() < 200_000 || first.Len() > 200_300 {
		t.Errorf("%d bytes, want 200,000 and the rest of a line", first.Len())
	}
}

func TestGenerate_everyLineIsARecord(t *testing.T) {
	var log bytes.Buffer
	if err := generate(&log, 200_000); err != nil {
		t.Fatal(err)
	}
	record := regexp.MustCompile(`^2026-01-01 00:00:\d\d\.\d{3} UTC \[41\d\d\] LOG:  duration: \d+\.\d{3} ms  statement: (BEGIN|UPDATE|SELECT|INSERT|END)\b.*;$`)
	for line := range strings.Lines(log.String()) {
		if !record.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Fatalf("no record: %q", line)
		}
	}
}

func TestGenerate_aClientSendsWholeTransactions(t *testing.T) {
	var log bytes.Buffer
	if err := generate(&log, 200_000); err != nil {
		t.Fatal(err)
	}
	want := []string{"BEGIN", "UPDATE", "SELECT", "UPDATE", "UPDATE", "INSERT", "END"}
	sent := 0
	for line := range strings.Lines(log.String()) {
		if !strings.Contains(line, "[4103]") {
			continue
		}
		_, sql, _ := strings.Cut(line, "statement: ")
		if !strings.HasPrefix(sql, want[sent%len(want)]) {
			t.Fatalf("statement %d of a client is %q, want %s", sent, sql, want[sent%len(want)])
		}
		sent++
	}
	if sent < 50 {
		t.Errorf("a client sent %d statements", sent)
	}
}
