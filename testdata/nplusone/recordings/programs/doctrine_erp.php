<?php
// Doctrine ORM over the tables of schemas/erp.sql.
require 'truth.php';
require '/usr/share/php/Doctrine/ORM/autoload.php';
use Doctrine\ORM\Mapping as ORM;

#[ORM\Entity, ORM\Table(name: 'department', schema: 'hr')]
class Department {
    #[ORM\Id, ORM\Column(name: 'dept_no', type: 'integer')] public $deptNo;
    #[ORM\Column(name: 'dept_name', type: 'string')] public $name;
    #[ORM\OneToMany(targetEntity: Employee::class, mappedBy: 'department')] public $employees;
    function name() { return $this->name; }
}
#[ORM\Entity, ORM\Table(name: 'employee', schema: 'hr')]
class Employee {
    #[ORM\Id, ORM\Column(name: 'emp_no', type: 'integer')] public $empNo;
    #[ORM\Column(name: 'last_name', type: 'string')] public $lastName;
    #[ORM\Column(type: 'integer')] public $salary;
    #[ORM\ManyToOne(targetEntity: Department::class, inversedBy: 'employees'), ORM\JoinColumn(name: 'dept_no', referencedColumnName: 'dept_no')] public $department;
    #[ORM\ManyToMany(targetEntity: Skill::class), ORM\JoinTable(name: 'employee_skill', schema: 'hr'), ORM\JoinColumn(name: 'emp_no', referencedColumnName: 'emp_no'), ORM\InverseJoinColumn(name: 'skill_code', referencedColumnName: 'skill_code')] public $skills;
}
#[ORM\Entity, ORM\Table(name: 'skill', schema: 'hr')]
class Skill {
    #[ORM\Id, ORM\Column(name: 'skill_code', type: 'string')] public $code;
    #[ORM\Column(type: 'string')] public $title;
}
#[ORM\Entity, ORM\Table(name: 'customer', schema: 'sales')]
class Customer {
    #[ORM\Id, ORM\Column(name: 'cust_no', type: 'integer')] public $custNo;
    #[ORM\Column(type: 'string')] public $company;
    #[ORM\OneToMany(targetEntity: SalesOrder::class, mappedBy: 'customer')] public $orders;
    #[ORM\OneToMany(targetEntity: SalesOrder::class, mappedBy: 'customer', fetch: 'EXTRA_LAZY')] public $counted;
    function company() { return $this->company; }
}
#[ORM\Entity, ORM\Table(name: 'sales_order', schema: 'sales')]
class SalesOrder {
    #[ORM\Id, ORM\Column(name: 'order_no', type: 'integer')] public $orderNo;
    #[ORM\Column(type: 'string')] public $state = 'N';
    #[ORM\ManyToOne(targetEntity: Customer::class, inversedBy: 'orders'), ORM\JoinColumn(name: 'cust_no', referencedColumnName: 'cust_no')] public $customer;
    #[ORM\OneToMany(targetEntity: Position::class, mappedBy: 'order')] public $positions;
}
#[ORM\Entity, ORM\Table(name: 'order_position', schema: 'sales')]
class Position {
    #[ORM\Id, ORM\ManyToOne(targetEntity: SalesOrder::class, inversedBy: 'positions'), ORM\JoinColumn(name: 'order_no', referencedColumnName: 'order_no')] public $order;
    #[ORM\Id, ORM\Column(type: 'integer')] public $pos;
    #[ORM\Column(type: 'integer')] public $amount;
}
#[ORM\Entity, ORM\Table(name: 'audit_entry', schema: 'sales')]
class Audit {
    #[ORM\Id, ORM\Column(name: 'audit_id', type: 'integer'), ORM\GeneratedValue(strategy: 'IDENTITY')] public $id;
    #[ORM\Column(type: 'string')] public $what;
    #[ORM\Column(name: 'order_no', type: 'integer')] public $orderNo;
}

$em = null;
function some($class, $n, $order = null) { global $em; return $em->getRepository($class)->findBy([], $order, $n); }
function each($list, $work) { $n = 0; foreach ($list as $x) { $work($x); $n++; } return $n; }
function audit($i) { $a = new Audit(); $a->what = "w$i"; $a->orderNo = 2001; return $a; }

$scenarios = [
    'belongs-to' => function () { $seen = []; each(some(Employee::class, 14, ['empNo' => 'ASC']), function ($e) use (&$seen) { $e->department->name(); $seen[spl_object_id($e->department)] = 1; }); return [loop('department', 'employee', count($seen))]; },
    'has-many' => fn () => [loop('employee', 'department', each(some(Department::class, 11), fn ($d) => count($d->employees->toArray())))],
    'has-many-composite' => fn () => [loop('order_position', 'sales_order', each(some(SalesOrder::class, 9, ['orderNo' => 'DESC']), fn ($o) => count($o->positions->toArray())))],
    'many-to-many' => fn () => [loop('employee_skill', 'employee', each(some(Employee::class, 10), fn ($e) => count($e->skills->toArray())))],
    'nested' => fn () => [loop('sales_order', 'customer', each(some(Customer::class, 6), fn ($c) => each($c->orders, fn ($o) => count($o->positions->toArray()))), 1, ['sales_order', 'order_position'])],
    'extra-lazy-count' => fn () => [loop('sales_order', 'customer', each(some(Customer::class, 12), fn ($c) => $c->counted->count()))],
    'find-one-by-each' => function () { global $em; return [loop('sales_order', 'customer', each(some(Customer::class, 10), fn ($c) => $em->getRepository(SalesOrder::class)->findOneBy(['customer' => $c, 'state' => 'N'])))]; },
    'dql-per-row' => function () { global $em; return [loop('sales_order', 'customer', each(some(Customer::class, 8), fn ($c) => $em->createQuery('SELECT MAX(o.orderNo) FROM SalesOrder o WHERE o.customer = :c')->setParameter('c', $c)->getSingleScalarResult()))]; },
    'flush-once' => function () { global $em; $n = each(some(Employee::class, 12), fn ($e) => $e->salary = 5000 + $e->empNo); $em->flush(); return [write('employee', 'employee', $n)]; },
    'flush-each' => function () { global $em; return [write('customer', 'customer', each(some(Customer::class, 10), function ($c) use ($em) { $c->company .= '!'; $em->flush(); }))]; },
    'persist-each' => function () { global $em; for ($i = 0; $i < 13; $i++) $em->persist(audit($i)); $em->flush(); return [write('audit_entry', '', 13)]; },
    'persist-and-flush-each' => function () { global $em; for ($i = 0; $i < 11; $i++) { $em->persist(audit($i)); $em->flush(); } return [write('audit_entry', '', 11)]; },
    'remove-each' => function () { global $em; $n = each(some(Position::class, 9), fn ($p) => $em->remove($p)); $em->flush(); return [write('order_position', 'order_position', $n)]; },
    'join-fetch' => function () { global $em; foreach (range(1, 5) as $k) { $em->createQuery('SELECT c, o FROM Customer c LEFT JOIN c.orders o WHERE c.custNo > :n AND c.custNo < 20')->setParameter('n', $k)->getResult(); $em->clear(); usleep(30000); } return []; },
    'bulk' => function () { global $em; $em->createQuery('UPDATE Employee e SET e.salary = e.salary + 1')->execute(); $em->createQuery('SELECT COUNT(c) FROM Customer c')->getSingleScalarResult(); some(Department::class, 50); return []; },
    'offset-pages' => function () { global $em; return [loop('sales_order', '', each(range(0, 6), fn ($k) => $em->getRepository(SalesOrder::class)->findBy([], ['orderNo' => 'ASC'], 20, $k * 20 + 1)), 1, null, 'offset-pagination')]; },
    'same-row-again' => function () { global $em; return [loop('skill', '', each(range(1, 10), function () use ($em) { $em->createQuery('SELECT s.title FROM Skill s WHERE s.code = :c')->setParameter('c', 'S4')->getScalarResult(); }), 1, null, 'duplicate-query')]; },
];
run($scenarios, function () {
    global $em;
    $c = new Doctrine\ORM\Configuration();
    $c->setMetadataDriverImpl(new Doctrine\ORM\Mapping\Driver\AttributeDriver([__DIR__]));
    $c->setProxyDir(sys_get_temp_dir());
    $c->setProxyNamespace('Proxies');
    $c->setAutoGenerateProxyClasses(Doctrine\Common\Proxy\AbstractProxyFactory::AUTOGENERATE_EVAL);
    $connection = Doctrine\DBAL\DriverManager::getConnection(['driver' => 'pdo_pgsql', 'host' => getenv('PGHOST'), 'port' => getenv('PGPORT'), 'dbname' => getenv('PGDATABASE'), 'user' => getenv('PGUSER'), 'password' => 'x'], $c);
    $em = method_exists('Doctrine\ORM\EntityManager', 'create') ? Doctrine\ORM\EntityManager::create($connection, $c) : new Doctrine\ORM\EntityManager($connection, $c);
});
