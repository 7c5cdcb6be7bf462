// TypeORM over the tables of schemas/billing.sql.
require('reflect-metadata');
const { DataSource, EntitySchema, MoreThan } = require('typeorm');
const { randomUUID } = require('crypto');
const { loop, write, again, pages, sleep, workers, main } = require('./truth');
const uuid = (primary) => ({ type: 'uuid', primary: !!primary });
const Account = new EntitySchema({ name: 'Account', tableName: 'Account', columns: { accountId: uuid(true), displayName: { type: 'text' }, referredBy: { type: 'uuid', nullable: true }, deletedAt: { type: 'timestamptz', deleteDate: true, nullable: true } },
  relations: { invoices: { type: 'one-to-many', target: 'Invoice', inverseSide: 'account', lazy: true }, address: { type: 'one-to-one', target: 'BillingAddress', inverseSide: 'account', lazy: true } } });
const BillingAddress = new EntitySchema({ name: 'BillingAddress', tableName: 'BillingAddress', columns: { addressId: uuid(true), city: { type: 'text' } }, relations: { account: { type: 'one-to-one', target: 'Account', joinColumn: { name: 'accountId' }, lazy: true } } });
const Invoice = new EntitySchema({ name: 'Invoice', tableName: 'Invoice', columns: { invoiceId: uuid(true), accountId: uuid(), invoiceNumber: { type: 'int' }, status: { type: 'text' }, total: { type: 'numeric' } },
  relations: { account: { type: 'many-to-one', target: 'Account', joinColumn: { name: 'accountId' }, lazy: true }, lines: { type: 'one-to-many', target: 'InvoiceLine', inverseSide: 'invoice', lazy: true },
    tags: { type: 'many-to-many', target: 'Tag', lazy: true, joinTable: { name: 'InvoiceTag', joinColumn: { name: 'invoiceId' }, inverseJoinColumn: { name: 'tagId' } } } } });
const InvoiceLine = new EntitySchema({ name: 'InvoiceLine', tableName: 'InvoiceLine', columns: { invoiceId: uuid(true), lineNumber: { type: 'int', primary: true }, productId: uuid(), quantity: { type: 'int' } },
  relations: { invoice: { type: 'many-to-one', target: 'Invoice', joinColumn: { name: 'invoiceId' }, lazy: true }, product: { type: 'many-to-one', target: 'Product', joinColumn: { name: 'productId' }, lazy: true } } });
const Product = new EntitySchema({ name: 'Product', tableName: 'Product', columns: { productId: uuid(true), sku: { type: 'text' }, unitPrice: { type: 'numeric' } } });
const Payment = new EntitySchema({ name: 'Payment', tableName: 'Payment', columns: { paymentId: { type: 'uuid', primary: true, generated: 'uuid' }, invoiceId: uuid(), amount: { type: 'numeric' } } });
const Tag = new EntitySchema({ name: 'Tag', tableName: 'Tag', columns: { tagId: uuid(true), label: { type: 'text' } } });
const db = new DataSource({ type: 'postgres', host: process.env.PGHOST, port: +process.env.PGPORT, username: process.env.PGUSER, password: '', database: process.env.PGDATABASE, entities: [Account, BillingAddress, Invoice, InvoiceLine, Product, Payment, Tag], poolSize: 5 });
const repo = (e) => db.getRepository(e);
const some = (take, skip = 0) => repo(Invoice).find({ order: { invoiceNumber: 'DESC' }, take, skip });
const each = async (list, work) => { let n = 0; for (const x of list) { await work(x); n++; } return n; };
const scenarios = {
  async belongsTo() { return [loop('Account', 'Invoice', await each(await some(12), (i) => i.account))]; },
  async hasMany() { return [loop('Invoice', 'Account', await each(await repo(Account).find({ take: 10 }), (a) => a.invoices))]; },
  async oneToOne() { return [loop('BillingAddress', 'Account', await each(await repo(Account).find({ take: 8 }), (a) => a.address))]; },
  async manyToMany() { return [loop('InvoiceTag', 'Invoice', await each(await some(9), (i) => i.tags))]; },
  async nested() { return [loop('Invoice', 'Account', await each(await repo(Account).find({ take: 6 }), async (a) => each(await a.invoices, (i) => i.lines)), 1, { children: ['Invoice', 'InvoiceLine'] })]; },
  async findOneBy() { return [loop('Product', 'InvoiceLine', await each(await repo(InvoiceLine).find({ take: 13 }), (l) => repo(Product).findOneBy({ productId: l.productId })))]; },
  async countPerRow() { return [loop('InvoiceLine', 'Invoice', await each(await some(11), (i) => repo(InvoiceLine).countBy({ invoiceId: i.invoiceId })))]; },
  async existsPerRow() { return [loop('Payment', 'Invoice', await each(await some(10), (i) => repo(Payment).existsBy({ invoiceId: i.invoiceId })))]; },
  async saveEach() { return [write('Invoice', 'Invoice', await each(await some(9), (i) => { i.status = 'sent'; return repo(Invoice).save(i); }))]; },
  async insertEach() { return [write('Payment', '', await each(await some(12), (i) => repo(Payment).insert({ invoiceId: i.invoiceId, amount: 3 })))].map((f) => ({ ...f, parent: 'Invoice' })); },
  async createEach() { return [write('Tag', '', await each([...Array(8).keys()], (k) => repo(Tag).save({ tagId: randomUUID(), label: 'l' + k })))]; },
  async removeEach() { return [write('Payment', 'Payment', await each(await repo(Payment).find({ take: 7 }), (p) => repo(Payment).remove(p)))]; },
  async updateEachInTransaction() { return db.transaction(async (m) => [write('Account', 'Account', await each(await m.find(Account, { take: 14 }), (a) => m.update(Account, { accountId: a.accountId }, { displayName: 'z' })))]); },
  async relations() { for (let k = 0; k < 4; k++) { await repo(Invoice).find({ relations: { account: true, lines: true }, take: 10, skip: k }); await sleep(30); } },
  async queryBuilder() { await repo(Invoice).createQueryBuilder('i').leftJoinAndSelect('i.account', 'a').leftJoinAndSelect('i.tags', 't').where('i.invoiceNumber > :n', { n: 1050 }).getMany(); },
  async saveMany() { const list = await some(20); for (const i of list) i.status = 'x'; await repo(Payment).save(list.map((i) => ({ invoiceId: i.invoiceId, amount: 2 }))); },
  async sameRowAgain() { return [again('Tag', await each([...Array(9).keys()], () => repo(Tag).findOneBy({ label: 'tag 3' })))]; },
  async offsetPages() { return [pages('Invoice', await each([...Array(7).keys()], (k) => some(15, k * 15)))]; },
  async poolOfLoops() { return [loop('Account', 'Invoice', 8, await workers(5, 3, async (r) => each(await some(8, r(90)), (i) => i.account)))]; },
  async poolOfPages() { await workers(7, 5, async (r) => { const i = await repo(Invoice).findOneBy({ invoiceNumber: 1001 + r(150) }); await i.account; await i.lines; }); },
};
main(scenarios, () => db.initialize(), () => db.destroy());
