<?php
// What a program says about the log that it made.
function loop($child, $parent, $iterations, $requests = 1, $children = null, $rule = 'n-plus-one') {
    $f = compact('rule', 'child', 'parent', 'iterations', 'requests');
    if ($children) $f['children'] = $children;
    return $f;
}
function write($child, $parent, $iterations, $requests = 1, $children = null) { return loop($child, $parent, $iterations, $requests, $children, 'n-plus-one-write'); }

// A scenario gives its findings, or findings and may.
function run($scenarios, $open) {
    global $argv;
    if ($argv[1] === 'list') { echo implode("\n", array_keys($scenarios)), "\n"; return; }
    $open();
    $found = $scenarios[$argv[1]]();
    echo json_encode(isset($found['findings']) ? $found : ['findings' => array_values($found)]), "\n";
}
