package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

func TestGenerate_isTheSameEveryTime(t *testing.T) {
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := (log{}).generate(b, 200_000); err != nil {
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
	var out bytes.Buffer
	if err := (log{}).generate(&out, 200_000); err != nil {
		t.Fatal(err)
	}
	record := regexp.MustCompile(`^2026-01-01 00:00:\d\d\.\d{3} UTC \[41\d\d\] LOG:  duration: \d+\.\d{3} ms  statement: (BEGIN|UPDATE|SELECT|INSERT|END)\b.*;$`)
	for line := range strings.Lines(out.String()) {
		if !record.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Fatalf("no record: %q", line)
		}
	}
}

func TestGenerate_aClientSendsWholeTransactions(t *testing.T) {
	var out bytes.Buffer
	if err := (log{}).generate(&out, 200_000); err != nil {
		t.Fatal(err)
	}
	want := []string{"BEGIN", "UPDATE", "SELECT", "UPDATE", "UPDATE", "INSERT", "END"}
	sent := 0
	for line := range strings.Lines(out.String()) {
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

func TestGenerate_everyFormHasTheSameStatements(t *testing.T) {
	statements := regexp.MustCompile(`statement: ([^;]+);`)
	var want [][]byte
	for _, form := range []string{"stderr", "csvlog", "jsonlog"} {
		var out bytes.Buffer
		if err := (log{form: form, shapes: 50}).generate(&out, 100_000); err != nil {
			t.Fatal(err)
		}
		got := statements.FindAll(out.Bytes(), 200)
		if want == nil {
			want = got
		}
		if len(got) != 200 || string(bytes.Join(got, nil)) != string(bytes.Join(want, nil)) {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
		if form == "jsonlog" {
			line, _, _ := bytes.Cut(out.Bytes(), []byte("\n"))
			if !json.Valid(line) {
				t.Errorf("no JSON: %s", line)
			}
		}
	}
	if n := bytes.Count(bytes.Join(want, nil), []byte("ORDER BY")); n != 20 {
		t.Errorf("%d of 200 statements are one of many shapes, want 20", n)
	}
}
