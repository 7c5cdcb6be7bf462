#!/usr/bin/perl
# DBIx::Class over the tables of schemas/erp.sql, and plain DBI.
use strict;
use warnings;

package Erp::Department; use base 'DBIx::Class::Core';
__PACKAGE__->table('hr.department'); __PACKAGE__->add_columns(qw(dept_no dept_name)); __PACKAGE__->set_primary_key('dept_no');
package Erp::Employee; use base 'DBIx::Class::Core';
__PACKAGE__->table('hr.employee'); __PACKAGE__->add_columns(qw(emp_no last_name dept_no manager_no salary version)); __PACKAGE__->set_primary_key('emp_no');
package Erp::Customer; use base 'DBIx::Class::Core';
__PACKAGE__->table('sales.customer'); __PACKAGE__->add_columns(qw(cust_no company rep_no)); __PACKAGE__->set_primary_key('cust_no');
package Erp::SalesOrder; use base 'DBIx::Class::Core';
__PACKAGE__->table('sales.sales_order'); __PACKAGE__->add_columns(qw(order_no cust_no state placed_on)); __PACKAGE__->set_primary_key('order_no');
package Erp::Position; use base 'DBIx::Class::Core';
__PACKAGE__->table('sales.order_position'); __PACKAGE__->add_columns(qw(order_no pos article_code amount)); __PACKAGE__->set_primary_key(qw(order_no pos));
package Erp::Article; use base 'DBIx::Class::Core';
__PACKAGE__->table('stock.article'); __PACKAGE__->add_columns(qw(article_code label in_stock)); __PACKAGE__->set_primary_key('article_code');
package Erp::Audit; use base 'DBIx::Class::Core';
__PACKAGE__->table('sales.audit_entry'); __PACKAGE__->add_columns('audit_id', { is_auto_increment => 1, sequence => 'sales.audit_entry_audit_id_seq' }, qw(what order_no)); __PACKAGE__->set_primary_key('audit_id');

package Erp; use base 'DBIx::Class::Schema';
Erp::Department->has_many(employees => 'Erp::Employee', 'dept_no');
Erp::Employee->belongs_to(department => 'Erp::Department', 'dept_no');
Erp::Employee->belongs_to(manager => 'Erp::Employee', 'manager_no');
Erp::Customer->has_many(orders => 'Erp::SalesOrder', 'cust_no');
Erp::Customer->belongs_to(rep => 'Erp::Employee', 'rep_no');
Erp::SalesOrder->belongs_to(customer => 'Erp::Customer', 'cust_no');
Erp::SalesOrder->has_many(positions => 'Erp::Position', 'order_no');
Erp::Position->belongs_to(article => 'Erp::Article', 'article_code');
Erp->register_class($_ => "Erp::$_") for qw(Department Employee Customer SalesOrder Position Article Audit);

package main;
my $db;
sub found { my ($rule, $child, $parent, $n, @children) = @_; return { rule => $rule, child => $child, parent => $parent, iterations => $n, requests => 1, (@children ? (children => [@children]) : ()) } }
sub looped { found('n-plus-one', @_) }
sub written { found('n-plus-one-write', @_) }
sub some { my ($set, $n, $order) = @_; return $db->resultset($set)->search({}, { rows => $n, ($order ? (order_by => $order) : ()) })->all }

my %scenarios = (
    'belongs-to' => sub { my $n = 0; for (some('Employee', 13, 'emp_no')) { $_->department->dept_name; $n++ } looped('department', 'employee', $n) },
    'belongs-to-text-key' => sub { my $n = 0; for (some('Position', 14, [qw(order_no pos)])) { $_->article->label; $n++ } looped('article', 'order_position', $n) },
    'has-many' => sub { my $n = 0; for (some('Department', 12)) { my @e = $_->employees; $n++ } looped('employee', 'department', $n) },
    'has-many-composite' => sub { my $n = 0; for (some('SalesOrder', 10, { -desc => 'order_no' })) { my @p = $_->positions->all; $n++ } looped('order_position', 'sales_order', $n) },
    'nested' => sub { my $n = 0; for my $c (some('Customer', 6)) { $n++; for my $o ($c->orders) { my @p = $o->positions } } looped('sales_order', 'customer', $n, 'sales_order', 'order_position') },
    'self-reference' => sub { my $n = 0; for ($db->resultset('Employee')->search({ manager_no => { '!=' => undef } }, { rows => 15 })) { $_->manager->last_name; $n++ } looped('employee', 'employee', $n) },
    'odd-foreign-key' => sub { my $n = 0; for (some('Customer', 12)) { $_->rep->last_name; $n++ } looped('employee', 'customer', $n) },
    'count-per-row' => sub { my $n = 0; for (some('Customer', 11)) { $_->orders->count; $n++ } looped('sales_order', 'customer', $n) },
    'find-in-a-transaction' => sub { $db->txn_do(sub { my $n = 0; for (some('SalesOrder', 9)) { $db->resultset('Customer')->find($_->get_column('cust_no')); $n++ } looped('customer', 'sales_order', $n) }) },
    'update-each' => sub { my $n = 0; for (some('Employee', 10)) { $_->update({ salary => 7000 + $n }); $n++ } written('employee', 'employee', $n) },
    'update-each-in-transaction' => sub { $db->txn_do(sub { my $n = 0; for (some('Customer', 12)) { $_->update({ company => "c$n" }); $n++ } written('customer', 'customer', $n) }) },
    'create-each' => sub { for my $i (1 .. 12) { $db->resultset('Audit')->create({ what => "w$i", order_no => 2001 }) } written('audit_entry', '', 12) },
    'create-each-in-transaction' => sub { $db->txn_do(sub { for my $i (1 .. 10) { $db->resultset('Position')->create({ order_no => 2003, pos => 10 + $i, article_code => 'ART1', amount => $i }) } written('order_position', '', 10) }) },
    'delete-each' => sub { my $n = 0; for ($db->resultset('Position')->search({ amount => 3 }, { rows => 9 })) { $_->delete; $n++ } written('order_position', 'order_position', $n) },
    'dbi-prepared' => sub { $db->storage->dbh_do(sub { my $h = $_[1]; my $ids = $h->selectcol_arrayref('SELECT order_no FROM sales.sales_order WHERE cust_no < 6'); my $s = $h->prepare('SELECT pos, amount FROM sales.order_position WHERE order_no = ?'); my $n = 0; for (@$ids) { $s->execute($_); $s->fetchall_arrayref; $n++ } looped('order_position', 'sales_order', $n) }) },
    'dbi-insert-each' => sub { $db->storage->dbh_do(sub { my $h = $_[1]; $h->begin_work; my $s = $h->prepare('INSERT INTO sales.audit_entry (what, order_no) VALUES (?, ?)'); $s->execute("x$_", 2000 + $_) for 1 .. 15; $h->commit; written('audit_entry', '', 15) }) },
    'prefetch' => sub { for my $k (1 .. 5) { $db->resultset('SalesOrder')->search({ 'me.cust_no' => $k }, { prefetch => [ 'customer', 'positions' ] })->all; select(undef, undef, undef, .03) } () },
    'populate' => sub { $db->resultset('Audit')->populate([ map { { what => "p$_", order_no => $_ } } 1 .. 40 ]); written('audit_entry', '', 40) }, # one prepared statement, executed for each row
    'offset-pages' => sub { for my $k (1 .. 7) { $db->resultset('SalesOrder')->search({}, { order_by => 'order_no', rows => 20, page => $k })->all } found('offset-pagination', 'sales_order', '', 7) },
    'same-row-again' => sub { for (1 .. 10) { $db->resultset('Article')->find('ART9') } found('duplicate-query', 'article', '', 10) },
    'dashboard' => sub { $db->resultset('Customer')->count; $db->resultset('SalesOrder')->search({ state => 'N' })->count; some('Department', 100); $db->resultset('Employee')->get_column('salary')->max; some('SalesOrder', 5, { -desc => 'placed_on' }); () },
);
if ($ARGV[0] eq 'list') { print "$_\n" for sort keys %scenarios; exit }
require JSON::PP;
$db = Erp->connect("dbi:Pg:dbname=$ENV{PGDATABASE};host=$ENV{PGHOST};port=$ENV{PGPORT}", $ENV{PGUSER}, 'x', { AutoCommit => 1 }, { quote_names => 0 });
my @findings = $scenarios{ $ARGV[0] }->();
print JSON::PP->new->canonical->encode({ findings => \@findings }), "\n";
