package doctor

import (
	"regexp"
	"slices"
	"strings"
)

// service is a managed one, where ALTER SYSTEM is not allowed: settings are
// made outside of SQL, by the same names.
type service struct {
	name  string // as its owner writes it
	place string // where the settings are made
	how   string // one setting, as a command
}

// services by what a snapshot calls them.
var services = map[string]service{
	"rds": {
		"Amazon RDS or Aurora", "the DB parameter group (Aurora: the DB cluster parameter group)",
		"aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters \"ParameterName=NAME,ParameterValue=VALUE,ApplyMethod=immediate\" (pending-reboot where a restart is needed)",
	},
	"cloudsql": {
		"Cloud SQL", "the database flags",
		"gcloud sql instances patch INSTANCE --database-flags=NAME=VALUE,... (name all flags, those that are set already too: what is not named is reset; pg_stat_statements is loaded already)",
	},
	"alloydb": {
		"AlloyDB", "the database flags",
		"gcloud alloydb instances update INSTANCE --cluster=CLUSTER --region=REGION --database-flags=NAME=VALUE,... (name all flags, those that are set already too: what is not named is reset)",
	},
	"azure": {
		"Azure Database for PostgreSQL", "the server parameters",
		"az postgres flexible-server parameter set --resource-group GROUP --server-name SERVER --name NAME --value VALUE (an extension must be in azure.extensions before CREATE EXTENSION)",
	},
	"supabase":     {"Supabase", "the project's database settings", "supabase --experimental postgres-config update --config NAME=VALUE, where it knows the name; else ask its support"},
	"heroku":       {"Heroku Postgres", "the settings of the database", "heroku pg:settings:log-min-duration-statement DATABASE VALUE; most other settings are fixed"},
	"neon":         {"Neon", "the settings that the service offers", "the console or the API of Neon; most settings of the log are fixed"},
	"aiven":        {"Aiven", "the advanced configuration of the service", "avn service update SERVICE -c pg.NAME=VALUE"},
	"digitalocean": {"DigitalOcean", "the configuration of the database cluster", "doctl databases configuration update CLUSTER --engine pg --config-json '{\"NAME\": VALUE}'"},
}

// envelopes name the service that a log came from.
var envelopes = map[string]string{"cloudwatch": "rds", "gcp": "cloudsql", "azure": "azure", "supabase": "supabase", "heroku": "heroku"}

// serviceOf is the service whose envelope a log came in, "" unknown.
func serviceOf(names []string) string {
	for _, name := range names {
		if s := envelopes[name]; s != "" {
			return s
		}
	}
	return ""
}

var altered = regexp.MustCompile(`^ALTER SYSTEM SET ([a-z_.]+) = (.*);$`)

// parameter is a line of ALTER SYSTEM as the service's own "NAME = VALUE".
func parameter(line string) (string, bool) {
	m := altered.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	value := m[2]
	if strings.HasPrefix(value, "'") {
		value = strings.ReplaceAll(strings.ReplaceAll(strings.Trim(value, "'"), "', '", ","), "''", "'")
	}
	return m[1] + " = " + shown(value), true
}

// onService splits what mends all of it on a managed service: settings by
// their names, and what is SQL there too.
func onService(checked []Checked) (settings, sql []string) {
	for _, line := range Script(checked) {
		switch p, ok := parameter(line); {
		case ok:
			settings = append(settings, p)
		case strings.HasPrefix(line, "SELECT pg_reload_conf"), strings.HasPrefix(line, "--"), strings.HasPrefix(line, "LOAD "):
		default:
			sql = append(sql, line)
		}
	}
	for _, c := range checked {
		for _, a := range c.Advice {
			for _, line := range a.SQL {
				p, ok := parameter(line)
				if i := slices.Index(settings, p); ok && i >= 0 && a.Restart {
					settings[i] += "  (needs a restart)"
				}
			}
		}
	}
	return settings, sql
}
