// JPA over the tables of schemas/erp.sql: the same program under Hibernate and EclipseLink, the first argument says which.
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;
import javax.persistence.*;

@Entity @Table(name = "department", schema = "hr")
class Department {
  @Id @Column(name = "dept_no") int deptNo;
  @Column(name = "dept_name") String deptName;
  @OneToMany(mappedBy = "department") List<Employee> employees;
  String name() { return deptName; }
  int number() { return deptNo; }
  List<Employee> employees() { return employees; }
}

@Entity @Table(name = "employee", schema = "hr")
class Employee {
  @Id @Column(name = "emp_no") int empNo;
  @Column(name = "last_name") String lastName;
  int salary;
  @Version int version;
  @ManyToOne(fetch = FetchType.LAZY) @JoinColumn(name = "dept_no") Department department;
  @ManyToMany @JoinTable(name = "employee_skill", schema = "hr", joinColumns = @JoinColumn(name = "emp_no"), inverseJoinColumns = @JoinColumn(name = "skill_code")) List<Skill> skills;
  Department department() { return department; }
  List<Skill> skills() { return skills; }
  void raise(int by) { salary += by; }
}

// The other end of a one-to-one: Hibernate reads it at once, row by row.
@Entity @Table(name = "employee", schema = "hr")
class Clerk {
  @Id @Column(name = "emp_no") int empNo;
  int salary;
  @OneToOne(mappedBy = "clerk", fetch = FetchType.LAZY) Badge badge;
  Badge badge() { return badge; }
  void raise(int by) { salary += by; }
}

@Entity @Table(name = "badge", schema = "hr")
class Badge {
  @Id @Column(name = "badge_no") int badgeNo;
  String color;
  String color() { return color; }
  @OneToOne(fetch = FetchType.LAZY) @JoinColumn(name = "emp_no") Clerk clerk;
}

@Entity @Table(name = "skill", schema = "hr")
class Skill {
  @Id @Column(name = "skill_code") String skillCode;
  String title;
}

@Entity @Table(name = "customer", schema = "sales")
class Customer {
  @Id @Column(name = "cust_no") int custNo;
  String company;
  @OneToMany(mappedBy = "customer") List<SalesOrder> orders;
  List<SalesOrder> orders() { return orders; }
  void rename(String name) { company = name; }
  String name() { return company; }
  int number() { return custNo; }
}

@Entity @Table(name = "sales_order", schema = "sales")
class SalesOrder {
  @Id @GeneratedValue(generator = "order_seq") @SequenceGenerator(name = "order_seq", sequenceName = "sales.sales_order_seq", allocationSize = 1) @Column(name = "order_no") int orderNo;
  String state = "N";
  @Temporal(TemporalType.DATE) @Column(name = "placed_on") Date placedOn = new Date();
  @ManyToOne(fetch = FetchType.LAZY) @JoinColumn(name = "cust_no") Customer customer;
  @OneToMany(mappedBy = "order") List<Position> positions;
  List<Position> positions() { return positions; }
  void of(Customer c) { customer = c; }
}

class PositionKey implements java.io.Serializable {
  int order;
  int pos;
  public boolean equals(Object o) { return o instanceof PositionKey && ((PositionKey) o).order == order && ((PositionKey) o).pos == pos; }
  public int hashCode() { return order * 31 + pos; }
}

@Entity @IdClass(PositionKey.class) @Table(name = "order_position", schema = "sales")
class Position {
  @Id @ManyToOne(fetch = FetchType.LAZY) @JoinColumn(name = "order_no") SalesOrder order;
  @Id int pos;
  int amount;
  @ManyToOne(fetch = FetchType.LAZY) @JoinColumn(name = "article_code") Article article;
}

@Entity @Table(name = "article", schema = "stock")
class Article {
  @Id @Column(name = "article_code") String articleCode;
  String label;
  @Column(name = "in_stock") int inStock;
}

@Entity @Table(name = "audit_entry", schema = "sales")
class Audit {
  @Id @GeneratedValue(strategy = GenerationType.IDENTITY) @Column(name = "audit_id") int auditId;
  String what;
  @Column(name = "order_no") Integer orderNo;
  void about(String text, int order) { what = text; orderNo = order; }
}

public class Erp {
  static EntityManagerFactory factory;

  static String found(String rule, String child, String parent, int n, int requests, String... children) {
    return "{\"rule\": \"" + rule + "\", \"child\": \"" + child + "\", \"parent\": \"" + parent + "\", \"iterations\": " + n + ", \"requests\": " + requests
        + (children.length > 0 ? ", \"children\": [\"" + String.join("\", \"", children) + "\"]" : "") + "}";
  }
  static String loop(String child, String parent, int n, String... children) { return found("n-plus-one", child, parent, n, 1, children); }
  static String write(String child, String parent, int n, String... children) { return found("n-plus-one-write", child, parent, n, 1, children); }

  static <T> T in(Function<EntityManager, T> work) {
    EntityManager em = factory.createEntityManager();
    try {
      em.getTransaction().begin();
      T out = work.apply(em);
      em.getTransaction().commit();
      return out;
    } finally { em.close(); }
  }
  static <T> List<T> some(EntityManager em, Class<T> type, String query, int n) { return em.createQuery(query, type).setMaxResults(n).getResultList(); }

  static int workers(int count, int requests, Consumer<EntityManager> work) {
    ExecutorService pool = Executors.newFixedThreadPool(count);
    List<Future<?>> all = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      Random r = new Random(k);
      all.add(pool.submit(() -> {
        for (int i = 0; i < requests; i++) {
          try { Thread.sleep(2 + r.nextInt(20)); } catch (InterruptedException e) { return; }
          in(em -> { work.accept(em); return null; });
        }
      }));
    }
    try { for (Future<?> f : all) f.get(); } catch (Exception e) { throw new RuntimeException(e); }
    pool.shutdown();
    return count * requests;
  }

  static final Map<String, Supplier<String>> scenarios = new LinkedHashMap<>();

  public static void main(String[] args) {
    scenarios.put("belongs-to", () -> in(em -> {
      Set<Integer> seen = new HashSet<>();
      for (Employee e : some(em, Employee.class, "select e from Employee e order by e.empNo", 14)) { e.department().name().length(); seen.add(e.department().number()); }
      return loop("department", "employee", seen.size());
    }));
    scenarios.put("has-many", () -> in(em -> {
      int n = 0;
      for (Department d : some(em, Department.class, "select d from Department d order by d.deptName", 12)) { d.employees().size(); n++; }
      return loop("employee", "department", n);
    }));
    scenarios.put("has-many-composite", () -> in(em -> {
      int n = 0;
      for (SalesOrder o : some(em, SalesOrder.class, "select o from SalesOrder o where o.state = 'N' order by o.orderNo desc", 10)) { o.positions().size(); n++; }
      return loop("order_position", "sales_order", n);
    }));
    scenarios.put("many-to-many", () -> in(em -> {
      int n = 0;
      for (Employee e : some(em, Employee.class, "select e from Employee e where e.empNo > 120 order by e.empNo", 9)) { e.skills().size(); n++; }
      return loop("employee_skill", "employee", n);
    }));
    scenarios.put("nested", () -> in(em -> {
      int n = 0;
      for (Customer c : some(em, Customer.class, "select c from Customer c order by c.custNo", 6)) { n++; for (SalesOrder o : c.orders()) o.positions().size(); }
      return loop("sales_order", "customer", n, "sales_order", "order_position");
    }));
    scenarios.put("find-by-key", () -> in(em -> {
      List<Object[]> keys = em.createQuery("select p.article.articleCode, p.pos from Position p where p.order.orderNo between 2001 and 2004", Object[].class).getResultList();
      Set<Object> seen = new HashSet<>();
      for (Object[] k : keys) { em.find(Article.class, k[0]); seen.add(k[0]); }
      return loop("article", "order_position", seen.size());
    }));
    scenarios.put("count-per-row", () -> in(em -> {
      int n = 0;
      for (Customer c : some(em, Customer.class, "select c from Customer c order by c.company", 13)) { em.createQuery("select count(o) from SalesOrder o where o.customer = :c").setParameter("c", c).getSingleResult(); n++; }
      return loop("sales_order", "customer", n);
    }));
    scenarios.put("query-per-row-autocommit", () -> {
      EntityManager em = factory.createEntityManager();
      int n = 0;
      for (Customer c : some(em, Customer.class, "select c from Customer c order by c.custNo", 11)) { em.createQuery("select o from SalesOrder o where o.customer.custNo = :c and o.state = 'N'").setParameter("c", c.number()).getResultList(); n++; }
      em.close();
      return loop("sales_order", "customer", n);
    });
    scenarios.put("eager-one-to-one-of-a-list", () -> in(em -> {
      int n = 0;
      for (Clerk e : some(em, Clerk.class, "select e from Clerk e where e.empNo <= 110 order by e.empNo", 10)) { e.badge().color().length(); n++; }
      return loop("badge", "employee", n);
    }));
    scenarios.put("dirty-updates", () -> in(em -> {
      int n = 0;
      for (Employee e : some(em, Employee.class, "select e from Employee e where e.salary > 3010 order by e.empNo", 15)) { e.raise(7); n++; }
      return write("employee", "employee", n);
    }));
    scenarios.put("eager-one-to-one-and-updates", () -> in(em -> {
      int n = 0;
      for (Clerk e : some(em, Clerk.class, "select e from Clerk e where e.salary > 3010 order by e.empNo", 12)) { e.badge().color().length(); e.raise(7); n++; }
      return loop("badge", "employee", n) + ", " + write("employee", "employee", n);
    }));
    scenarios.put("flush-each", () -> in(em -> {
      int n = 0;
      for (Customer c : some(em, Customer.class, "select c from Customer c order by c.custNo", 9)) { c.rename(c.name() + "!"); em.flush(); n++; }
      return write("customer", "customer", n);
    }));
    scenarios.put("transaction-each", () -> {
      List<Integer> ids = in(em -> em.createQuery("select c.custNo from Customer c order by c.custNo", Integer.class).setMaxResults(10).getResultList());
      int n = 0;
      for (int id : ids) { in(em -> { em.find(Customer.class, id).rename("x" + id); return null; }); n++; }
      return write("customer", "customer", n);
    });
    scenarios.put("persist-each-identity", () -> in(em -> {
      for (int i = 0; i < 12; i++) { Audit a = new Audit(); a.about("w" + i, 2000 + i); em.persist(a); }
      return write("audit_entry", "", 12);
    }));
    scenarios.put("persist-each-sequence", () -> in(em -> {
      Customer c = em.find(Customer.class, 3);
      for (int i = 0; i < 8; i++) { SalesOrder o = new SalesOrder(); o.of(c); em.persist(o); em.flush(); }
      return write("sales_order", "", 8);
    }));
    scenarios.put("remove-each", () -> in(em -> {
      int n = 0;
      for (Badge b : some(em, Badge.class, "select b from Badge b order by b.badgeNo", 9)) { em.remove(b); n++; }
      return write("badge", "badge", n);
    }));
    scenarios.put("join-fetch", () -> {
      for (int k = 0; k < 5; k++) { int from = k; in(em -> em.createQuery("select distinct c from Customer c left join fetch c.orders where c.custNo > :n and c.custNo < 12").setParameter("n", from).getResultList()); }
      return "";
    });
    scenarios.put("bulk-update", () -> in(em -> {
      em.createQuery("update Employee e set e.salary = e.salary + 1 where e.department.deptNo = 20").executeUpdate();
      em.createQuery("select count(e) from Employee e").getSingleResult();
      em.createQuery("select max(o.orderNo) from SalesOrder o").getSingleResult();
      return "";
    }));
    scenarios.put("offset-pages", () -> in(em -> {
      for (int k = 0; k < 7; k++) em.createQuery("select o from SalesOrder o order by o.orderNo").setFirstResult(k * 20 + 1).setMaxResults(20).getResultList();
      return found("offset-pagination", "sales_order", "", 7, 1);
    }));
    scenarios.put("same-query-again", () -> in(em -> {
      for (int k = 0; k < 10; k++) em.createQuery("select a.label from Article a where a.articleCode = :k").setParameter("k", "ART7").getSingleResult();
      return found("duplicate-query", "article", "", 10, 1);
    }));
    scenarios.put("pool-of-loops", () -> {
      Random r = new Random(5);
      int n = workers(5, 3, em -> { for (SalesOrder o : em.createQuery("select o from SalesOrder o where o.orderNo > :n order by o.orderNo", SalesOrder.class).setParameter("n", 2000 + r.nextInt(150)).setMaxResults(9).getResultList()) o.positions().size(); });
      return found("n-plus-one", "order_position", "sales_order", 9, n);
    });
    scenarios.put("pool-of-pages", () -> {
      Random r = new Random(6);
      workers(7, 5, em -> { Customer c = em.find(Customer.class, 1 + r.nextInt(49)); c.orders().size(); em.createQuery("select count(d) from Department d").getSingleResult(); });
      return "";
    });
    String scenario = args[1];
    if (scenario.equals("list")) {
      for (String s : scenarios.keySet()) System.out.println(s);
      return;
    }
    Map<String, String> p = new HashMap<>();
    String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE");
    p.put("javax.persistence.jdbc.driver", "org.postgresql.Driver");
    p.put("javax.persistence.jdbc.url", url);
    p.put("javax.persistence.jdbc.user", System.getenv("PGUSER"));
    p.put("javax.persistence.jdbc.password", "x");
    if (args[0].equals("hibernate")) {
      p.put("javax.persistence.provider", "org.hibernate.ejb.HibernatePersistence");
      p.put("hibernate.dialect", "org.hibernate.dialect.PostgreSQLDialect");
      p.put("hibernate.jdbc.use_get_generated_keys", "true");
    } else {
      p.put("javax.persistence.provider", "org.eclipse.persistence.jpa.PersistenceProvider");
      p.put("eclipselink.weaving", "true");
      p.put("eclipselink.logging.level", "OFF");
      p.put("eclipselink.cache.shared.default", "false");
      p.put("eclipselink.target-database", "org.eclipse.persistence.platform.database.PostgreSQLPlatform");
    }
    factory = Persistence.createEntityManagerFactory("erp", p);
    String out = scenarios.get(scenario).get();
    factory.close();
    System.out.println("{\"findings\": [" + out + "]}");
  }
}
