package schema

import (
	"regexp"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// Migrations wrap DDL in DO blocks to run it twice without an error:
//
//	DO $$ BEGIN CREATE TYPE ...; EXCEPTION WHEN duplicate_object THEN null; END $$;
//	DO $$ BEGIN IF NOT EXISTS (SELECT ...) THEN ALTER TABLE ...; END IF; END $$;
//
// Both mean: do it unless it is done. Such a block is applied; one with
// anything else in it (variables, loops, EXECUTE, ELSE) is a Problem.
var (
	doBegin     = regexp.MustCompile(`(?i)^\s*BEGIN\b`)
	doEnd       = regexp.MustCompile(`(?i)\bEND\s*;?\s*$`)
	doException = regexp.MustCompile(`(?i);\s*EXCEPTION\s+WHEN\b`)
	doIf        = regexp.MustCompile(`(?i)^IF\s+(NOT\s+)?EXISTS\s*\(`)
	doThen      = regexp.MustCompile(`(?i)^\s*THEN\b`)
	doEndIf     = regexp.MustCompile(`(?i)^END\s+IF$`)
)

// dataDefinition are the words that a statement in an applied block begins
// with.
var dataDefinition = wordSet("create alter drop comment grant revoke insert update delete")

func (l *loader) do(n *pg.DoStmt) {
	body, language := "", "plpgsql"
	for _, a := range n.Args {
		switch d := a.GetDefElem(); d.GetDefname() {
		case "as":
			body = d.Arg.GetString_().GetSval()
		case "language":
			language = d.Arg.GetString_().GetSval()
		}
	}
	nodes, ok := definitions(body)
	if !ok || !strings.EqualFold(language, "plpgsql") {
		l.problem("a DO block is not executed: what it changes is unknown")
		return
	}
	outer := l.again
	l.again = true
	for _, node := range nodes {
		l.apply(node)
	}
	l.again = outer
}

// definitions returns the statements of a body that defines unless it is
// done; false if there is anything else in it.
func definitions(body string) (nodes []*pg.Node, ok bool) {
	begin, end := doBegin.FindStringIndex(body), doEnd.FindStringIndex(body)
	if begin == nil || end == nil || begin[1] > end[0] {
		return nil, false
	}
	body = body[begin[1]:end[0]]
	if at := doException.FindStringIndex(body); at != nil {
		body = body[:at[0]+1]
	}
	for _, span := range sqltree.Split(body) {
		text := span.Text
		if doEndIf.MatchString(text) {
			continue
		}
		if m := doIf.FindStringIndex(text); m != nil {
			rest, found := afterParenthesis(text[m[1]:])
			then := doThen.FindStringIndex(rest)
			if !found || then == nil {
				return nil, false
			}
			text = rest[then[1]:]
		}
		text = strings.TrimSpace(text)
		if !dataDefinition[strings.ToLower(firstWord(text))] {
			return nil, false
		}
		tree, err := parseNewer(text)
		if err != nil {
			return nil, false
		}
		for _, s := range tree.Stmts {
			nodes = append(nodes, s.Node)
		}
	}
	return nodes, len(nodes) > 0
}

// afterParenthesis returns what follows the parenthesis that closes the one
// before text.
func afterParenthesis(text string) (rest string, ok bool) {
	depth, quoted := 1, false
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return text[i+1:], true
			}
		}
	}
	return "", false
}
