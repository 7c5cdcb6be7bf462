// Sequelize over the tables of schemas/billing.sql.
const { Sequelize, DataTypes, Op } = require('sequelize');
const { randomUUID } = require('crypto');
const { loop, write, again, pages, sleep, workers, main } = require('./truth');
const db = new Sequelize(process.env.PGDATABASE || 'x', process.env.PGUSER, '', { dialect: 'postgres', host: process.env.PGHOST, port: process.env.PGPORT, logging: false, pool: { max: 6 } });
const key = () => ({ type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 });
const options = { freezeTableName: true, timestamps: false };
const Account = db.define('Account', { accountId: key(), displayName: DataTypes.TEXT, referredBy: DataTypes.UUID, deletedAt: DataTypes.DATE }, { ...options, timestamps: true, createdAt: false, updatedAt: false, paranoid: true });
const BillingAddress = db.define('BillingAddress', { addressId: key(), accountId: DataTypes.UUID, city: DataTypes.TEXT }, options);
const Invoice = db.define('Invoice', { invoiceId: key(), accountId: DataTypes.UUID, invoiceNumber: DataTypes.INTEGER, status: DataTypes.TEXT, total: DataTypes.DECIMAL, issuedAt: DataTypes.DATE }, options);
const InvoiceLine = db.define('InvoiceLine', { invoiceId: { type: DataTypes.UUID, primaryKey: true }, lineNumber: { type: DataTypes.INTEGER, primaryKey: true }, productId: DataTypes.UUID, quantity: DataTypes.INTEGER }, options);
const Product = db.define('Product', { productId: key(), sku: DataTypes.TEXT, unitPrice: DataTypes.DECIMAL }, options);
const Payment = db.define('Payment', { paymentId: key(), invoiceId: DataTypes.UUID, amount: DataTypes.DECIMAL }, options);
const Tag = db.define('Tag', { tagId: key(), label: DataTypes.TEXT }, options);
const InvoiceTag = db.define('InvoiceTag', {}, options);
Account.hasMany(Invoice, { foreignKey: 'accountId', as: 'invoices' });
Account.hasOne(BillingAddress, { foreignKey: 'accountId', as: 'address' });
Account.belongsTo(Account, { foreignKey: 'referredBy', as: 'referrer' });
Invoice.belongsTo(Account, { foreignKey: 'accountId', as: 'account' });
Invoice.hasMany(InvoiceLine, { foreignKey: 'invoiceId', as: 'lines' });
Invoice.hasMany(Payment, { foreignKey: 'invoiceId', as: 'payments' });
InvoiceLine.belongsTo(Product, { foreignKey: 'productId', as: 'product' });
Invoice.belongsToMany(Tag, { through: InvoiceTag, foreignKey: 'invoiceId', otherKey: 'tagId', as: 'tags' });
Tag.belongsToMany(Invoice, { through: InvoiceTag, foreignKey: 'tagId', otherKey: 'invoiceId', as: 'invoices' });
const some = (limit, offset = 0) => Invoice.findAll({ order: [['invoiceNumber', 'DESC']], limit, offset });
const each = async (list, work) => { let n = 0; for (const x of list) { await work(x); n++; } return n; };

const scenarios = {
  async belongsTo() { return [loop('Account', 'Invoice', await each(await some(14), (i) => i.getAccount()))]; },
  async hasMany() { return [loop('Invoice', 'Account', await each(await Account.findAll({ limit: 11 }), (a) => a.getInvoices()))]; },
  async hasManyLimited() { return [loop('Payment', 'Invoice', await each(await some(13), (i) => i.getPayments({ order: [['amount', 'DESC']], limit: 1 })))]; },
  async hasOne() { return [loop('BillingAddress', 'Account', await each(await Account.findAll({ limit: 9 }), (a) => a.getAddress()))]; },
  async nested() {
    const n = await each(await Account.findAll({ limit: 6 }), async (a) => each(await a.getInvoices(), (i) => i.getLines()));
    return [loop('Invoice', 'Account', n, 1, { children: ['Invoice', 'InvoiceLine'] })];
  },
  async nestedThree() {
    const n = await each(await Account.findAll({ limit: 5 }), async (a) => each(await a.getInvoices(), async (i) => each(await i.getLines(), (l) => l.getProduct())));
    return [loop('Invoice', 'Account', n, 1, { children: ['Invoice', 'InvoiceLine', 'Product'] })];
  },
  async countPerRow() { return [loop('Invoice', 'Account', await each(await Account.findAll({ limit: 12 }), (a) => a.countInvoices()))]; },
  async existsPerRow() { return [loop('Payment', 'Invoice', await each(await some(10), (i) => Payment.findOne({ attributes: ['paymentId'], where: { invoiceId: i.invoiceId } })))]; },
  async manyToMany() { return [loop('InvoiceTag', 'Invoice', await each(await some(9), (i) => i.getTags()))]; },
  async selfReference() { return [loop('Account', 'Account', await each(await Account.findAll({ where: { referredBy: { [Op.ne]: null } }, limit: 16 }), (a) => a.getReferrer()))]; },
  async compositeKey() { return [loop('InvoiceLine', 'Invoice', await each(await some(8), (i) => InvoiceLine.findOne({ where: { invoiceId: i.invoiceId, lineNumber: 1 } })))]; },
  async parallelChildren() { const list = await some(12); await Promise.all(list.map((i) => i.getAccount())); return [loop('Account', 'Invoice', 12)]; },
  async parallelInTransaction() { return db.transaction(async (transaction) => { const list = await Invoice.findAll({ limit: 10, transaction }); await Promise.all(list.map((i) => i.getLines({ transaction }))); return [loop('InvoiceLine', 'Invoice', 10)]; }); },
  async updateEach() { return [write('Invoice', 'Invoice', await each(await some(12), (i) => i.update({ status: 'sent' })))]; },
  async saveEachInTransaction() { return db.transaction(async (transaction) => [write('Account', 'Account', await each(await Account.findAll({ limit: 10, transaction }), (a) => { a.displayName += '!'; return a.save({ transaction }); }))]); },
  async createEach() { const i = await Invoice.findOne(); return [write('Payment', 'Invoice', await each([...Array(11).keys()], (k) => Payment.create({ invoiceId: i.invoiceId, amount: k })))].map((f) => ({ ...f, parent: '' })); },
  async upsertEach() { return db.transaction(async (transaction) => [write('Tag', '', await each([...Array(9).keys()], (k) => Tag.upsert({ tagId: randomUUID(), label: 't' + k }, { transaction })))]); },
  async destroyEach() { return [write('Payment', 'Payment', await each(await Payment.findAll({ limit: 10 }), (p) => p.destroy()))]; },
  async softDeleteEach() { return [write('Account', 'Account', await each(await Account.findAll({ limit: 7 }), (a) => a.destroy()))]; },
  async findOrCreateEach() { const n = await each([...Array(6).keys()], (k) => Tag.findOrCreate({ where: { label: 'new ' + k }, defaults: { tagId: randomUUID() } })); return { findings: [write('Tag', '', n)], may: [loop('Tag', '', n)] }; },
  async sameRowAgain() { return [again('Product', await each([...Array(10).keys()], () => Product.findOne({ where: { sku: 'SKU9' } })))]; },
  async offsetPages() { let n = 0; for (let k = 0; k < 8; k++) { await Invoice.findAll({ order: ['invoiceNumber'], limit: 20, offset: 20 * k }); n++; } return [pages('Invoice', n)]; },
  async include() { for (let k = 0; k < 5; k++) { await Invoice.findAll({ where: { invoiceNumber: { [Op.gt]: 1000 + k * 10 } }, include: ['account', 'lines', 'tags'], limit: 10 }); await sleep(20); } },
  async includeSeparate() { for (let k = 0; k < 4; k++) { await Account.findAll({ include: [{ association: 'invoices', separate: true }], limit: 10 + k }); await sleep(20); } },
  async bulkCreate() { await Payment.bulkCreate([...(await some(40))].map((i) => ({ invoiceId: i.invoiceId, amount: 1 }))); await Invoice.update({ status: 'late' }, { where: { status: 'open' } }); },
  async dashboard() { for (let k = 0; k < 2; k++) { await Promise.all([Account.count(), Invoice.sum('total'), Invoice.count({ where: { status: 'open' } }), Payment.max('amount'), Tag.findAll(), some(5)]); await sleep(300); } },
  async poolOfLoops() { return [loop('Account', 'Invoice', 9, await workers(6, 3, async (r) => each(await some(9, r(100)), (i) => i.getAccount())))]; },
  async poolOfPages() { await workers(8, 5, async (r) => { const i = await Invoice.findOne({ where: { invoiceNumber: 1001 + r(150) } }); await i.getAccount(); await i.getLines(); }); },
};
main(scenarios, null, () => db.close());
