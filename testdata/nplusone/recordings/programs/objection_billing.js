// Objection (and its query builder Knex) over the tables of schemas/billing.sql.
const { Model } = require('objection');
const knex = require('knex')({ client: 'pg', connection: { host: process.env.PGHOST, port: +process.env.PGPORT, user: process.env.PGUSER, database: process.env.PGDATABASE, application_name: 'billing-worker' }, pool: { min: 1, max: 6 } });
const { randomUUID } = require('crypto');
const { loop, write, again, pages, sleep, workers, main } = require('./truth');
Model.knex(knex);
const model = (name, id, relationMappings) => class extends Model { static get tableName() { return name; } static get idColumn() { return id; } static get relationMappings() { return relationMappings ? relationMappings() : {}; } };
const Product = model('Product', 'productId');
const Line = model('InvoiceLine', ['invoiceId', 'lineNumber'], () => ({ product: { relation: Model.BelongsToOneRelation, modelClass: Product, join: { from: 'InvoiceLine.productId', to: 'Product.productId' } } }));
const Tag = model('Tag', 'tagId');
const Invoice = model('Invoice', 'invoiceId', () => ({
  account: { relation: Model.BelongsToOneRelation, modelClass: Account, join: { from: 'Invoice.accountId', to: 'Account.accountId' } },
  lines: { relation: Model.HasManyRelation, modelClass: Line, join: { from: 'Invoice.invoiceId', to: 'InvoiceLine.invoiceId' } },
  tags: { relation: Model.ManyToManyRelation, modelClass: Tag, join: { from: 'Invoice.invoiceId', through: { from: 'InvoiceTag.invoiceId', to: 'InvoiceTag.tagId' }, to: 'Tag.tagId' } } }));
const Account = model('Account', 'accountId', () => ({ invoices: { relation: Model.HasManyRelation, modelClass: Invoice, join: { from: 'Account.accountId', to: 'Invoice.accountId' } } }));
const each = async (list, work) => { let n = 0; for (const x of list) { await work(x); n++; } return n; };
const some = (n) => Invoice.query().orderBy('invoiceNumber', 'desc').limit(n);
const scenarios = {
  async belongsTo() { return [loop('Account', 'Invoice', await each(await some(15), (i) => i.$relatedQuery('account')))]; },
  async hasMany() { return [loop('InvoiceLine', 'Invoice', await each(await some(12), (i) => i.$relatedQuery('lines')))]; },
  async manyToMany() { return [loop('InvoiceTag', 'Invoice', await each(await some(9), (i) => i.$relatedQuery('tags')))]; },
  async nested() { return [loop('Invoice', 'Account', await each(await Account.query().limit(5), async (a) => each(await a.$relatedQuery('invoices'), (i) => i.$relatedQuery('lines'))), 1, { children: ['Invoice', 'InvoiceLine'] })]; },
  async findById() { return [loop('Product', 'InvoiceLine', await each(await Line.query().orderBy(['invoiceId', 'lineNumber']).limit(11), (l) => Product.query().findById(l.productId)))]; },
  async countPerRow() { return [loop('InvoiceLine', 'Invoice', await each(await some(10), (i) => i.$relatedQuery('lines').resultSize()))]; },
  async graphPerRow() { return [loop('Invoice', 'Invoice', await each(await some(8), (i) => Invoice.query().findById(i.invoiceId).withGraphFetched('[account, lines]')), 1, { children: ['Invoice', 'Account', 'InvoiceLine'] })]; },
  async fetchGraphPerRow() { return [loop('Account', 'Invoice', await each(await some(9), (i) => i.$fetchGraph('account')))]; },
  async patchEach() { return [write('Invoice', 'Invoice', await each(await some(12), (i) => i.$query().patch({ status: 'sent' })))]; },
  async knexRowByRow() { return [loop('Account', 'Invoice', await each(await knex('Invoice').select('invoiceId', 'accountId').orderBy('invoiceNumber').limit(14), (i) => knex('Account as a').where({ 'a.accountId': i.accountId }).first('a.displayName')))]; },
  async knexInsertEach() { return knex.transaction(async (t) => [write('Payment', '', await each(await t('Invoice').limit(13).pluck('invoiceId'), (id) => t('Payment').insert({ invoiceId: id, amount: 1 })))]).then((f) => f.map((x) => ({ ...x, parent: 'Invoice' }))); },
  async knexUpdateEachAutocommit() { return [write('Product', 'Product', await each(await knex('Product').limit(16), (p) => knex('Product').where('productId', p.productId).update({ unitPrice: 5 })))]; },
  async deleteEach() { return [write('Payment', 'Payment', await each(await knex('Payment').limit(8), (p) => knex('Payment').where('paymentId', p.paymentId).del()))]; },
  async graphFetched() { for (let k = 0; k < 5; k++) { await Account.query().offset(k).limit(5).withGraphFetched('invoices.[lines.product, tags]'); await sleep(30); } },
  async graphJoined() { for (let k = 0; k < 3; k++) { await Invoice.query().withGraphJoined('[account, lines]').where('Invoice.invoiceNumber', '<', 1010 + k); await sleep(30); } },
  async insertGraph() { await Tag.query().insertGraph([...Array(12).keys()].map((k) => ({ tagId: randomUUID(), label: 'g' + k }))); },
  async batchInsert() { await knex.batchInsert('Tag', [...Array(90).keys()].map((k) => ({ tagId: randomUUID(), label: 'b' + k })), 30); },
  async sameRowAgain() { return [again('Tag', await each([...Array(10).keys()], () => Tag.query().findOne({ label: 'tag 2' })))]; },
  async offsetPages() { return [pages('Invoice', await each([...Array(6).keys()], (k) => Invoice.query().orderBy('invoiceNumber').page(k, 20)))]; },
  async poolOfLoops() { return [loop('InvoiceLine', 'Invoice', 10, await workers(5, 3, async (r) => each(await Invoice.query().where('invoiceNumber', '>', 1000 + r(140)).orderBy('invoiceNumber').limit(10), (i) => i.$relatedQuery('lines'))))]; },
  async poolOfPages() { await workers(8, 4, async (r) => { const i = await Invoice.query().findOne({ invoiceNumber: 1001 + r(150) }); await i.$relatedQuery('account'); await i.$relatedQuery('lines'); }); },
};
main(scenarios, null, () => knex.destroy());
