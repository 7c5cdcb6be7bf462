package schema

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	changelogName = regexp.MustCompile(`(?i)(changelog|liquibase|master).*\.(ya?ml|xml|json)$`)
	includedFile  = regexp.MustCompile(`\b(?:file|path)["']?\s*[:=]\s*["']?([^"'\s,}>]+)`)
	rollbackXML   = regexp.MustCompile(`(?s)<rollback\b.*?</rollback>`)
	otherChanges  = regexp.MustCompile(`\b(createTable|addColumn|createIndex|addForeignKeyConstraint|addPrimaryKey|addUniqueConstraint|dropTable|dropColumn|renameTable|renameColumn|createView)\b`)
)

// changelogs are the files in which Liquibase says what it applies, in order.
type changelogs struct {
	*folder
	content map[string]string
	done    map[string]bool
	scripts []string
}

// liquibase takes what changelogs include: SQL files, other changelogs, whole
// folders. Changes that are written in XML, YAML or JSON are a problem.
func (f *folder) liquibase() error {
	c := changelogs{f, map[string]string{}, map[string]bool{}, nil}
	for _, name := range f.files {
		if !changelogName.MatchString(name) {
			continue
		}
		content, err := fs.ReadFile(f.fsys, name)
		if err != nil {
			return err
		}
		if strings.Contains(string(content), "databaseChangeLog") {
			c.content[name] = rollbackXML.ReplaceAllString(string(content), "")
		}
	}
	if len(c.content) == 0 {
		return nil
	}
	inner := map[string]bool{}
	for name := range c.content {
		for _, other := range c.includes(name) {
			inner[other] = true
		}
	}
	var roots []string
	for name := range c.content {
		if !inner[name] {
			roots = append(roots, name)
		}
	}
	slices.SortFunc(roots, compareMigrations)
	for _, name := range roots {
		from := len(c.scripts)
		c.visit(name)
		mine := c.scripts[from:]
		f.take(func(other string) bool { return c.done[other] })
		if len(mine) > 0 {
			f.batches = append(f.batches, batch{base: name, tool: "liquibase", files: mine})
		}
	}
	return nil
}

// visit walks a changelog depth first; each file is applied once.
func (c *changelogs) visit(name string) {
	if c.done[name] {
		return
	}
	c.done[name] = true
	content, ok := c.content[name]
	if !ok {
		c.scripts = append(c.scripts, name)
		return
	}
	if n := len(otherChanges.FindAllString(content, -1)); n > 0 {
		c.loader(name).problem("changes that are not written in SQL are not read: liquibase update-sql prints them")
	}
	for _, other := range c.includes(name) {
		c.visit(other)
	}
}

// includes are the files that a changelog names, those of a folder by name.
func (c *changelogs) includes(name string) []string {
	var out []string
	for _, m := range includedFile.FindAllStringSubmatch(c.content[name], -1) {
		value := strings.TrimPrefix(strings.TrimPrefix(m[1], "classpath:"), "/")
		for _, at := range []string{path.Join(path.Dir(name), value), path.Join(c.dir, value), "*/" + path.Clean(value)} {
			found := c.at(at)
			if len(found) > 0 {
				out = append(out, found...)
				break
			}
		}
	}
	return out
}

// at finds a file, or what is in a folder; */ stands for any folder.
func (c *changelogs) at(where string) []string {
	suffix, anywhere := strings.CutPrefix(where, "*/")
	var out []string
	for _, name := range c.files {
		_, isLog := c.content[name]
		if !isSQL(name) && !isLog {
			continue
		}
		switch {
		case name == where, !anywhere && under(name, where) && where != ".",
			anywhere && (strings.HasSuffix(name, "/"+suffix) || strings.Contains(name, "/"+suffix+"/")):
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
