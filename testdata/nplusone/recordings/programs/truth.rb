# What a program says about the log that it made.
require "json"

def loop_of(child, parent, iterations, requests = 1, rule: "n-plus-one", children: nil)
  f = { rule: rule, child: child, parent: parent, iterations: iterations, requests: requests }
  f[:children] = children if children
  f
end

def write_of(child, parent, iterations, requests = 1, **more) = loop_of(child, parent, iterations, requests, rule: "n-plus-one-write", **more)

# Scenario methods are public instance methods of the module; one gives its findings, or { findings:, may: }.
def run_scenarios(scenarios)
  if ARGV[0] == "list"
    puts((scenarios.singleton_methods(false) - [:threads]).sort.map { |n| n.to_s.tr("_", "-") })
  else
    found = scenarios.public_send(ARGV[0].tr("-", "_"))
    found = [] unless found.is_a?(Array) && found.all? { |f| f.is_a?(Hash) && f.key?(:rule) } || found.is_a?(Hash) && found.key?(:findings)
    puts(JSON.generate(found.is_a?(Array) ? { findings: found } : found))
  end
end
