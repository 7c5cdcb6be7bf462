// Drizzle (over node-postgres) and postgres.js over the tables of schemas/billing.sql.
const { drizzle } = require('drizzle-orm/node-postgres');
const { pgTable, uuid, text, integer, numeric, timestamp, primaryKey } = require('drizzle-orm/pg-core');
const { relations, eq, and, gt, desc, sql, count, inArray } = require('drizzle-orm');
const { Pool } = require('pg');
const postgres = require('postgres');
const { randomUUID } = require('crypto');
const { loop, write, again, pages, sleep, workers, main } = require('./truth');
const account = pgTable('Account', { accountId: uuid().primaryKey(), displayName: text(), referredBy: uuid(), deletedAt: timestamp({ withTimezone: true }) });
const invoice = pgTable('Invoice', { invoiceId: uuid().primaryKey(), accountId: uuid(), invoiceNumber: integer(), status: text(), total: numeric() });
const line = pgTable('InvoiceLine', { invoiceId: uuid(), lineNumber: integer(), productId: uuid(), quantity: integer() }, (t) => [primaryKey({ columns: [t.invoiceId, t.lineNumber] })]);
const product = pgTable('Product', { productId: uuid().primaryKey(), sku: text(), unitPrice: numeric() });
const payment = pgTable('Payment', { paymentId: uuid().primaryKey(), invoiceId: uuid(), amount: numeric() });
const schema = { account, invoice, line, product, payment,
  accountRelations: relations(account, ({ many }) => ({ invoices: many(invoice) })),
  invoiceRelations: relations(invoice, ({ one, many }) => ({ account: one(account, { fields: [invoice.accountId], references: [account.accountId] }), lines: many(line) })),
  lineRelations: relations(line, ({ one }) => ({ invoice: one(invoice, { fields: [line.invoiceId], references: [invoice.invoiceId] }), product: one(product, { fields: [line.productId], references: [product.productId] }) })) };
const pool = new Pool({ max: 6 });
const db = drizzle(pool, { schema });
const raw = postgres({ host: process.env.PGHOST, port: +process.env.PGPORT || 1, user: process.env.PGUSER, database: process.env.PGDATABASE, max: 1 });
const each = async (list, work) => { let n = 0; for (const x of list) { await work(x); n++; } return n; };
const some = (n, from = db) => from.select().from(invoice).orderBy(desc(invoice.invoiceNumber)).limit(n);
const scenarios = {
  async belongsTo() { return [loop('Account', 'Invoice', await each(await some(13), (i) => db.select().from(account).where(eq(account.accountId, i.accountId))))]; },
  async hasMany() { return [loop('Invoice', 'Account', await each(await db.select({ key: account.accountId }).from(account).limit(9), (a) => db.select().from(invoice).where(eq(invoice.accountId, a.key))))]; },
  async findFirstPerRow() { return [loop('Invoice', 'Account', await each(await db.query.account.findMany({ limit: 10 }), (a) => db.query.invoice.findFirst({ where: eq(invoice.accountId, a.accountId), with: { lines: { with: { product: true } } } })))]; },
  async countPerRow() { return [loop('InvoiceLine', 'Invoice', await each(await some(12), (i) => db.select({ n: count() }).from(line).where(eq(line.invoiceId, i.invoiceId))))]; },
  async dollarCountPerRow() { return [loop('InvoiceLine', 'Invoice', await each(await some(8), (i) => db.$count(line, eq(line.invoiceId, i.invoiceId))))]; },
  async joinPerRow() { return [loop('InvoiceLine', 'Invoice', await each(await some(11), (i) => db.select().from(line).innerJoin(product, eq(line.productId, product.productId)).where(eq(line.invoiceId, i.invoiceId))))]; },
  async nested() { return [loop('Invoice', 'Account', await each(await db.select().from(account).limit(6), async (a) => each(await db.select().from(invoice).where(eq(invoice.accountId, a.accountId)), (i) => db.select().from(line).where(eq(line.invoiceId, i.invoiceId)))), 1, { children: ['Invoice', 'InvoiceLine'] })]; },
  async preparedInLoop() { const q = db.select().from(account).where(eq(account.accountId, sql.placeholder('id'))).prepare('account_by_key'); return [loop('Account', 'Invoice', await each(await some(14), (i) => q.execute({ id: i.accountId })))]; },
  async compositeKey() { return [loop('InvoiceLine', 'Invoice', await each(await some(9), (i) => db.select().from(line).where(and(eq(line.invoiceId, i.invoiceId), eq(line.lineNumber, 2)))))]; },
  async updateEach() { return [write('Invoice', 'Invoice', await each(await some(10), (i) => db.update(invoice).set({ status: 'sent' }).where(eq(invoice.invoiceId, i.invoiceId))))]; },
  async updateEachInTransaction() { return db.transaction(async (t) => [write('Invoice', 'Invoice', await each(await some(12, t), (i) => t.update(invoice).set({ total: '1' }).where(eq(invoice.invoiceId, i.invoiceId))))]); },
  async insertEach() { return db.transaction(async (t) => [write('Payment', 'Invoice', await each(await some(11, t), (i) => t.insert(payment).values({ paymentId: randomUUID(), invoiceId: i.invoiceId, amount: '4' })))]); },
  async deleteEach() { return [write('Payment', 'Payment', await each(await db.select().from(payment).limit(9), (p) => db.delete(payment).where(eq(payment.paymentId, p.paymentId))))]; },
  async parallelChildren() { const list = await some(10); await Promise.all(list.map((i) => db.select().from(account).where(eq(account.accountId, i.accountId)))); return [loop('Account', 'Invoice', 10)]; },
  async sameRowAgain() { return [again('Product', await each([...Array(9).keys()], () => db.select().from(product).where(eq(product.sku, 'SKU4'))))]; },
  async offsetPages() { return [pages('Invoice', await each([...Array(7).keys()], (k) => db.select().from(invoice).orderBy(invoice.invoiceNumber).limit(20).offset(k * 20)))]; },
  async relational() { for (let k = 0; k < 6; k++) { await db.query.invoice.findMany({ with: { account: true, lines: { with: { product: true } } }, limit: 10, where: gt(invoice.invoiceNumber, 1000 + k) }); await sleep(30); } },
  async inArrayBatches() { const ids = (await some(60)).map((i) => i.invoiceId); for (let k = 0; k < 60; k += 15) await db.select().from(line).where(inArray(line.invoiceId, ids.slice(k, k + 15))); },
  async postgresjsBelongsTo() { return [loop('Account', 'Invoice', await each(await raw`select * from "Invoice" order by "invoiceNumber" limit 12`, (i) => raw`select "displayName" from "Account" where "accountId" = ${i.accountId}`))]; },
  async postgresjsInsertEach() { return raw.begin(async (t) => [write('Payment', 'Invoice', await each(await t`select "invoiceId" from "Invoice" limit 15`, (i) => t`insert into "Payment" ${t({ invoiceId: i.invoiceId, amount: 3 })}`))]); },
  async postgresjsCursor() { for await (const rows of raw`select * from "InvoiceLine"`.cursor(40)) rows.length; },
  async postgresjsPipelined() { const list = await raw`select "accountId" from "Invoice" limit 10`; await Promise.all(list.map((i) => raw`select "displayName" from "Account" where "accountId" = ${i.accountId}`)); return [loop('Account', 'Invoice', 10)]; },
  async poolOfLoops() { return [loop('InvoiceLine', 'Invoice', 9, await workers(6, 3, async (r) => each(await db.select().from(invoice).where(gt(invoice.invoiceNumber, 1000 + r(140))).orderBy(invoice.invoiceNumber).limit(9), (i) => db.select().from(line).where(eq(line.invoiceId, i.invoiceId)))))]; },
  async poolOfPages() { await workers(8, 5, async (r) => { const [i] = await db.select().from(invoice).where(eq(invoice.invoiceNumber, 1001 + r(150))); await db.select().from(account).where(eq(account.accountId, i.accountId)); await db.select().from(line).where(eq(line.invoiceId, i.invoiceId)); }); },
  async poolOfLookups() { const keys = (await db.select({ k: account.accountId }).from(account)).map((a) => a.k); await sleep(2500); await workers(4, 25, async (r) => { await sleep(20 + r(40)); await db.select().from(account).where(eq(account.accountId, keys[r(40)])); }); },
};
main(scenarios, null, async () => { await pool.end(); await raw.end(); });
