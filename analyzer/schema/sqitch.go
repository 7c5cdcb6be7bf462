package schema

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// sqitch takes the changes that a sqitch.plan lists.
func (f *folder) sqitch() error {
	for _, plan := range f.named("sqitch.plan") {
		content, err := fs.ReadFile(f.fsys, plan)
		if err != nil {
			return err
		}
		f.listed(plan, path.Dir(plan), "sqitch", planned(path.Dir(plan), string(content)))
	}
	return nil
}

// planned returns the scripts of a plan. A change that was reworked stands in
// it twice; the script of its first form bears the tag after which that was.
func planned(base, plan string) []string {
	var words []string
	for line := range strings.Lines(plan) {
		if fields := strings.Fields(line); len(fields) > 0 && !strings.HasPrefix(fields[0], "%") && !strings.HasPrefix(fields[0], "#") {
			words = append(words, strings.TrimPrefix(fields[0], "+"))
		}
	}
	var scripts []string
	tag, later := "", map[string]bool{}
	for _, word := range slices.Backward(words) {
		switch {
		case strings.HasPrefix(word, "@"):
			tag = word
		case later[word]:
			scripts = append(scripts, path.Join(base, "deploy", word+tag+".sql"))
		default:
			later[word] = true
			scripts = append(scripts, path.Join(base, "deploy", word+".sql"))
		}
	}
	slices.Reverse(scripts)
	return scripts
}
